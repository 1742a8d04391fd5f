package jsonrow

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// target is what a key stands for.
type target struct {
	column  int    // a place in the schema, or among the sample's columns; -1 for none
	problem string // why the key stands for no column; its value must be null
	left    bool   // the key stands for no column, whatever its value
	fresh   bool   // the key stands for no column yet: one could be made if it has a value

	seen uint64 // the record that had it last
	as   *key   // what it was called there
}

// key is a key as it is spelled in the file.
type key struct {
	quoted []byte // with the quotes, and escapes as they are
	name   string // what it says
	target *target
	next   *key // the key that came after it last time

	// The first eight bytes of quoted in a word, and which of them there are.
	head, mask uint64
}

// at tells whether the key stands at that place.
func (k *key) at(data []byte, pos int) bool {
	if k == nil || binary.LittleEndian.Uint64(data[pos:])&k.mask != k.head {
		return false
	}
	n := len(k.quoted)
	if n <= 8 {
		return true
	}
	// The word that ends where the key does; its first bytes are in head too.
	if len(data)-pos < n || binary.LittleEndian.Uint64(data[pos+n-8:]) != binary.LittleEndian.Uint64(k.quoted[n-8:]) {
		return false
	}
	return n <= 16 || string(data[pos+8:pos+n-8]) == string(k.quoted[8:n-8])
}

// The keys that a cache holds before it is emptied.
const (
	cachedKeys  = 4 * reader.MaxColumns
	cachedBytes = 4 << 20
)

// keys finds what keys stand for. It remembers those it has met, and which
// follows which: records of one file are usually alike, and a comparison with
// the expected key is all that a key costs.
type keys struct {
	// resolve finds the target of a name. It answers the same one for names
	// that are the same column.
	resolve func(name string) *target
	found   map[string]*key // by spelling
	unknown map[string]*target
	bytes   int
	first   key    // comes before the first key of a record
	number  uint64 // the number of the record, from 1
}

func newKeys(resolve func(name string) *target) *keys {
	k := &keys{resolve: resolve}
	k.forget()
	return k
}

// begin is called before a record.
func (k *keys) begin() {
	k.number++
	if len(k.found) > cachedKeys || k.bytes > cachedBytes {
		k.forget()
	}
}

// forget bounds what hostile keys take. It is not done within a record, whose
// keys must be told apart.
func (k *keys) forget() {
	k.found, k.unknown = make(map[string]*key), make(map[string]*target)
	k.bytes, k.first.next = 0, nil
}

// find scans the key at pos, which came after the given one.
func (k *keys) find(data []byte, pos int, before *key) (found *key, end int, fault json.Fault) {
	if data[pos] != '"' {
		return nil, pos, json.FaultKey
	}
	end, escaped, fault := json.Text(data, pos+1)
	if fault != "" {
		return nil, end, fault
	}
	found = k.found[string(data[pos:end])]
	if found == nil {
		found = k.add(data[pos:end], escaped)
	}
	before.next = found
	return found, end, ""
}

// add takes up a spelling that is new.
func (k *keys) add(quoted []byte, escaped bool) *key {
	quoted = bytes.Clone(quoted)
	name := quoted[1 : len(quoted)-1]
	if escaped {
		to := make([]byte, len(name))
		name = to[:json.Unquote(to, name)]
	}
	found := &key{quoted: quoted, name: string(name)}
	found.target = k.targetOf(found.name)
	var head [8]byte
	n := copy(head[:], quoted)
	found.head, found.mask = binary.LittleEndian.Uint64(head[:]), ^uint64(0)>>(64-8*n)
	k.found[string(quoted)] = found
	k.bytes += 3 * len(quoted)
	return found
}

// targetOf answers the same target for the same name.
func (k *keys) targetOf(name string) *target {
	if t := k.unknown[name]; t != nil {
		return t
	}
	var t *target
	switch {
	case name == "":
		t = &target{column: -1, problem: "a key is empty, and a column must have a name"}
	case strings.IndexByte(name, 0) >= 0:
		t = &target{column: -1, problem: "key " + reader.Quote([]byte(name)) + " has a NUL character"}
	default:
		t = k.resolve(name)
	}
	if t.column < 0 {
		k.unknown[name] = t
	}
	return t
}

package jsonrow

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// target is what a key stands for.
type target struct {
	column  int    // a place in the schema, or among the sample's columns; -1 for none
	problem string // why the key stands for no column; its value must be null
	left    bool   // the key stands for no column, whatever its value
	rescued bool   // the key stands for no column, and what it has is rescued
	unfit   bool   // the key cannot be the name of a column, nor the beginning of one
	object  bool   // it was flattened once
	fresh   bool   // the key stands for no column yet: one could be made if it has a value

	seen uint64 // the record that had it last
	as   *key   // what it was called there
}

// key is a key as it is spelled in the file.
type key struct {
	quoted []byte // with the quotes, and escapes as they are
	name   string // what it says; of a flattened object, with the name of the object's key before it
	path   string // the same for errors: with dots between
	target *target
	next   *key   // the key that came after it last time
	inside *scope // the keys of the objects that it has, if they are flattened

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
	top     scope // of the records themselves
	unknown map[string]*target
	count   int // of the keys in all scopes
	bytes   int
	number  uint64 // the number of the record, from 1
}

// scope is the keys of the objects at one place.
type scope struct {
	prefix string          // of the names
	path   string          // and of the paths
	found  map[string]*key // by spelling
	first  key             // comes before the first key of an object
}

func newKeys(resolve func(name string) *target) *keys {
	k := &keys{resolve: resolve}
	k.forget()
	return k
}

// begin is called before a record.
func (k *keys) begin() {
	k.number++
	if k.count > cachedKeys || k.bytes > cachedBytes {
		k.forget()
	}
}

// forget bounds what hostile keys take. It is not done within a record, whose
// keys must be told apart.
func (k *keys) forget() {
	k.top, k.unknown = scope{found: make(map[string]*key)}, make(map[string]*target)
	k.count, k.bytes = 0, 0
}

// find scans the key at pos, which came after the given one.
func (k *keys) find(data []byte, pos int, in *scope, before *key) (found *key, end int, fault json.Fault) {
	if data[pos] != '"' {
		return nil, pos, json.FaultKey
	}
	end, escaped, fault := json.Text(data, pos+1)
	if fault != "" {
		return nil, end, fault
	}
	found = in.found[string(data[pos:end])]
	if found == nil {
		found = k.add(in, data[pos:end], escaped)
	}
	before.next = found
	return found, end, ""
}

// add takes up a spelling that is new.
func (k *keys) add(in *scope, quoted []byte, escaped bool) *key {
	quoted = bytes.Clone(quoted)
	name := quoted[1 : len(quoted)-1]
	if escaped {
		to := make([]byte, len(name))
		name = to[:json.Unquote(to, name)]
	}
	found := &key{quoted: quoted}
	k.name(found, in, string(name))
	var head [8]byte
	n := copy(head[:], quoted)
	found.head, found.mask = binary.LittleEndian.Uint64(head[:]), ^uint64(0)>>(64-8*n)
	in.found[string(quoted)] = found
	k.count++
	k.bytes += 3*len(quoted) + len(in.prefix) + len(in.path)
	return found
}

// maxName is the longest name that the keys of a flattened object make, in bytes.
const maxName = 1024

// name gives a key its names and its target, which is the same one for the same
// name.
func (k *keys) name(found *key, in *scope, own string) {
	problem := ""
	switch {
	case own == "":
		problem = "a key is empty, and a column must have a name"
	case strings.IndexByte(own, 0) >= 0:
		problem = "key " + reader.Quote([]byte(own)) + " has a NUL character"
	case in.prefix != "" && len(in.prefix)+len(own) > maxName:
		problem = fmt.Sprintf("key %s and those around it make a name of more than %d bytes", reader.Quote([]byte(own)), maxName)
	}
	if problem != "" {
		found.name, found.path = own, own
		found.target = k.remembered("\x00"+in.path+own, func() *target { return &target{column: -1, problem: problem, unfit: true} })
		return
	}
	found.name, found.path = in.prefix+own, in.path+own
	found.target = k.remembered(found.name, func() *target { return k.resolve(found.name) })
}

// remembered is the target that was made for that name, if it is one without a
// column.
func (k *keys) remembered(name string, resolve func() *target) *target {
	t := k.unknown[name]
	if t == nil {
		if t = resolve(); t.column < 0 {
			k.unknown[name] = t
		}
	}
	return t
}

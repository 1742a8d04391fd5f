package jsonrow

import (
	"fmt"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// field is a key and its value in a record.
type field struct {
	*target
	at, end uint32 // the value; of a string, what is between its quotes
	kind    json.Kind
}

// walker takes records apart. It is for one goroutine.
type walker struct {
	*keys
	white  json.White // between the tokens of a record
	levels int        // of objects within a record that are flattened
	bounds reader.Bounds
	fields []field // of the record that was taken apart last
	others int     // keys of that record, where some are flattened, that are no fields
	// problem is that of the record's first key that stands for no column. It
	// is told only of a record that is good otherwise.
	problem string
	fresh   bool // that record has a value for which a column could be made
}

// record takes apart the record that begins at pos, which is not white space.
// It returns where the object ends. reason tells why it is bad, if it is; fields
// are then of no use.
func (w *walker) record(data []byte, pos int) (end int, reason string) {
	if data[pos] != '{' {
		return pos, notObject(data, pos, w.white)
	}
	w.begin()
	w.fields, w.others, w.problem, w.fresh = w.fields[:0], 0, "", false
	return w.object(data, pos, pos, &w.top, w.levels)
}

// object takes apart the object at pos, of the record that begins at start. As
// many levels of objects within are flattened.
func (w *walker) object(data []byte, start, pos int, in *scope, levels int) (end int, reason string) {
	white := w.white
	pos = json.Space(data, pos+1, white)
	if data[pos] == '}' {
		return pos + 1, ""
	}
	for before := &in.first; ; {
		k := before.next
		if k.at(data, pos) {
			pos += len(k.quoted)
		} else if k != nil && k.next.at(data, pos) { // one was left out
			k = k.next
			pos += len(k.quoted)
		} else {
			var fault json.Fault
			if k, pos, fault = w.find(data, pos, in, before); fault != "" {
				return pos, malformed(data, start, pos, white, fault)
			}
		}
		before = k
		if data[pos] != ':' {
			if pos = json.Space(data, pos, white); data[pos] != ':' {
				return pos, malformed(data, start, pos, white, json.FaultColon)
			}
		}
		at := json.Space(data, pos+1, white)
		if levels > 0 && data[at] == '{' && !k.target.unfit {
			end, reason = w.flatten(data, start, at, k, levels-1)
		} else {
			var kind json.Kind
			var fault json.Fault
			if end, kind, fault = json.Value(data, at, white); fault != "" {
				return end, malformed(data, start, end, white, fault)
			}
			if kind >= json.Object {
				if wrong := w.bounds.TooDeep(data[at:end]); wrong != "" {
					return end, fmt.Sprintf("the value of key %s %s", reader.Quote([]byte(k.path)), wrong)
				}
			}
			reason = w.take(k, at, end, kind)
		}
		if reason != "" {
			return end, reason
		}
		pos = json.Space(data, end, white)
		if data[pos] == '}' {
			return pos + 1, ""
		}
		if data[pos] != ',' {
			return pos, malformed(data, start, pos, white, json.FaultInObject)
		}
		pos = json.Space(data, pos+1, white)
	}
}

// take notes a field of the record.
func (w *walker) take(k *key, at, end int, kind json.Kind) (reason string) {
	t := k.target
	switch {
	case t.seen == w.number:
		return twice(t.as.path, k.path)
	case len(w.fields) == w.bounds.MostColumns(reader.MaxColumns):
		return fmt.Sprintf("it has more than %d keys (--max-columns)", len(w.fields))
	}
	t.seen = w.number
	if t.as != k {
		t.as = k // a store of a pointer is dearer than a load
	}
	if t.problem != "" && kind != json.Null && w.problem == "" {
		w.problem = t.problem
	}
	if t.fresh && kind != json.Null {
		w.fresh = true
	}
	if t.left || t.fresh {
		return w.other()
	}
	if kind == json.String || kind == json.Escaped {
		at, end = at+1, end-1
	}
	w.fields = append(w.fields, field{t, uint32(at), uint32(end), kind})
	return ""
}

// twice is the reason for two keys that are one column.
func twice(first, second string) string {
	if first == second {
		return fmt.Sprintf("key %s is there twice", reader.Quote([]byte(first)))
	}
	return fmt.Sprintf("keys %s and %s are the same column: rename one", reader.Quote([]byte(first)), reader.Quote([]byte(second)))
}

// notObject is the reason for a record that does not begin with an object.
func notObject(data []byte, pos int, white json.White) string {
	_, kind, fault := json.Value(data, pos, white)
	what := "a number"
	switch kind {
	case json.Null:
		what = "null"
	case json.True, json.False:
		what = "a bool"
	case json.String, json.Escaped:
		what = "a string"
	case json.Array:
		what = "an array"
	}
	if fault != "" {
		return malformed(data, pos, pos, white, "an object is expected")
	}
	return "it is " + what + ", not an object"
}

// malformed is the reason for a record that begins at start and has a fault at
// pos.
func malformed(data []byte, start, pos int, white json.White, fault json.Fault) string {
	if white == json.InLine && data[pos] == '\n' {
		return fmt.Sprintf("the line ends %d bytes on, inside the object: %s", pos-start, fault)
	}
	return fmt.Sprintf("it is not JSON: %s, %d bytes on at %s", fault, pos-start, reader.Quote(excerpt(data[pos:])))
}

// excerpt is a few characters of a text, up to the end of its line, for an
// error.
func excerpt(line []byte) []byte {
	const most = 16
	n := 0
	for n < min(most, len(line)) && line[n] != '\n' && line[n] != 0 {
		_, size := utf8.DecodeRune(line[n:])
		n += size
	}
	return line[:n]
}

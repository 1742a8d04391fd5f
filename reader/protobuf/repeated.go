package protobuf

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// repeated writes a list or a map.
func (w *writer) repeated(f *field, x *found, place, level int) (reason string) {
	if f.entries {
		return w.entries(f, x, place, level)
	}
	w.out = append(w.out, '[')
	begun := len(w.out)
	for at := x.first[place]; at >= 0; at = x.values[at].next {
		v := x.values[at]
		data := x.data[v.from:v.to]
		packed := v.wire == protowire.BytesType && f.wire() != protowire.BytesType
		for more := !packed || len(data) > 0; more; more = packed && len(data) > 0 {
			if len(w.out) > begun {
				w.out = append(w.out, ',')
			}
			n := len(data)
			if packed {
				if n = protowire.ConsumeFieldValue(f.number, f.wire(), data); n < 0 {
					return "a packed value does not end"
				}
			}
			if reason := w.single(f, data[:n], level); reason != "" {
				return reason
			}
			data = data[n:]
		}
	}
	w.out = append(w.out, ']')
	return ""
}

// entry is one of a map.
type entry struct {
	number uint64 // the key, such that it sorts
	text   []byte // the key, if it is one
	value  []byte
}

// entries writes a map in the order of its keys. Of a key that is there twice the
// last one counts.
func (w *writer) entries(f *field, x *found, place, level int) (reason string) {
	key, val := &f.message.fields[0], &f.message.fields[1]
	n := 0
	for at := x.first[place]; at >= 0; at = x.values[at].next {
		n++
	}
	list := make([]entry, 0, n) // grown, it would take several times as much
	var inner found
	for at := x.first[place]; at >= 0; at = x.values[at].next {
		v := x.values[at]
		if _, reason := inner.scan(f.message, x.data[v.from:v.to]); reason != "" {
			return reason
		}
		e := entry{}
		e.text, _ = inner.one(key, 0)
		e.value, _ = inner.one(val, 1)
		if key.kind != protoreflect.StringKind {
			e.number, e.text = key.number64(e.text), nil
			if !key.unsigned() {
				e.number ^= 1 << 63
			}
		}
		list = append(list, e)
	}
	same := func(a, b *entry) bool { return a.number == b.number && bytes.Equal(a.text, b.text) }
	slices.SortStableFunc(list, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.number, b.number), bytes.Compare(a.text, b.text))
	})
	w.out = append(w.out, '{')
	begun := len(w.out)
	for i := range list {
		if i+1 < len(list) && same(&list[i], &list[i+1]) {
			continue
		}
		if len(w.out) > begun {
			w.out = append(w.out, ',')
		}
		if reason := w.key(key, &list[i]); reason != "" {
			return reason
		}
		if reason := w.single(val, list[i].value, level); reason != "" {
			return reason
		}
	}
	w.out = append(w.out, '}')
	return ""
}

// key writes a map's key and the colon behind it.
func (w *writer) key(f *field, e *entry) (reason string) {
	if f.kind == protoreflect.StringKind {
		reason = w.text(e.text)
	} else {
		w.out = append(w.out, '"')
		switch {
		case f.kind == protoreflect.BoolKind:
			w.out = strconv.AppendBool(w.out, e.number != 0)
		case f.unsigned():
			w.out = strconv.AppendUint(w.out, e.number, 10)
		default:
			w.out = strconv.AppendInt(w.out, int64(e.number^1<<63), 10)
		}
		w.out = append(w.out, '"')
	}
	w.out = append(w.out, ':')
	return reason
}

// unsigned tells whether a number has no sign.
func (f *field) unsigned() bool {
	switch f.kind {
	case protoreflect.BoolKind, protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return true
	}
	return false
}

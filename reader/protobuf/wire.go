package protobuf

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// mostValues bounds the fields that a message has on the wire, each of a repeated
// one counted: they take memory that the message itself does not.
const mostValues = 1 << 20

// found is the fields of a message as they are on the wire.
type found struct {
	data   []byte
	values []value
	first  []int32 // in values, for each of the message's fields; negative if it is not there
	last   []int32
	chosen []int32 // the field that is set of each oneof, negative if none is
}

// value is a field's value on the wire: data[from:to], without a length or the end of
// a group.
type value struct {
	from, to uint32
	next     int32 // of the same field; negative if it is the last
	wire     protowire.Type
}

// scan finds the fields of a message. reason tells why it is none, if it is so, and
// col the field at fault, negative if it is none.
func (x *found) scan(m *message, data []byte) (col int, reason string) {
	x.reset(m, data)
	for pos := 0; pos < len(data); {
		number, wire, n := protowire.ConsumeTag(data[pos:])
		if n < 0 || number > protowire.MaxValidNumber {
			return -1, fmt.Sprintf("it is not a message: no field begins %d bytes on", pos)
		}
		pos += n
		size := protowire.ConsumeFieldValue(number, wire, data[pos:])
		if size < 0 {
			return -1, fmt.Sprintf("it is not a message: the value of field %d cannot be read, %d bytes on", number, pos)
		}
		if place, ok := m.places[number]; ok {
			if reason := x.add(m, place, wire, pos, pos+size); reason != "" {
				return place, reason
			}
		}
		pos += size
	}
	for i := range m.fields {
		if m.fields[i].required && x.first[i] < 0 {
			return i, "it is required, and not there"
		}
	}
	return -1, ""
}

// reset begins with a message.
func (x *found) reset(m *message, data []byte) {
	x.data, x.values = data, x.values[:0]
	if cap(x.first) < len(m.fields) {
		x.first, x.last = make([]int32, len(m.fields)), make([]int32, len(m.fields))
	}
	x.first, x.last = x.first[:len(m.fields)], x.last[:len(m.fields)]
	for i := range x.first {
		x.first[i] = -1
	}
	if cap(x.chosen) < m.oneofs {
		x.chosen = make([]int32, m.oneofs)
	}
	x.chosen = x.chosen[:m.oneofs]
	for i := range x.chosen {
		x.chosen[i] = -1
	}
}

// add notes a field's value, which with what frames it is data[from:to].
func (x *found) add(m *message, place int, wire protowire.Type, from, to int) (reason string) {
	f := &m.fields[place]
	if want := f.wire(); wire != want && !(wire == protowire.BytesType && f.list && want != protowire.StartGroupType) {
		return fmt.Sprintf("its wire type is %d, and that of %s is %d: is it another message than %s?", wire, f.kind, want, m.name)
	}
	if len(x.values) == mostValues {
		return fmt.Sprintf("it has more than %d values", mostValues)
	}
	switch wire {
	case protowire.BytesType:
		_, n := protowire.ConsumeVarint(x.data[from:to])
		from += n
	case protowire.StartGroupType:
		group, _ := protowire.ConsumeGroup(f.number, x.data[from:to])
		to = from + len(group)
	}
	if f.oneof >= 0 {
		if other := x.chosen[f.oneof]; other >= 0 && int(other) != place {
			x.first[other] = -1
		}
		x.chosen[f.oneof] = int32(place)
	}
	at := int32(len(x.values))
	if x.first[place] < 0 {
		x.first[place] = at
	} else {
		x.values[x.last[place]].next = at
	}
	x.last[place] = at
	x.values = append(x.values, value{from: uint32(from), to: uint32(to), next: -1, wire: wire})
	return ""
}

// one is the value of a field that is not repeated: the last, or all parts of a
// message as one. ok tells whether there is any.
func (x *found) one(f *field, place int) (data []byte, ok bool) {
	if x.first[place] < 0 {
		return nil, false
	}
	last := x.values[x.last[place]]
	if f.message == nil || x.first[place] == x.last[place] {
		return x.data[last.from:last.to], true
	}
	for at := x.first[place]; at >= 0; at = x.values[at].next {
		data = append(data, x.data[x.values[at].from:x.values[at].to]...)
	}
	return data, true
}

package protobuf

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/seed-ede61cd5/sluice/reader/internal/rows"
)

// mostLevels bounds how deep messages nest, as other implementations do.
const mostLevels = 100

// writer writes values as JSON. Its methods append to out, and return why a value
// cannot be written. It is for one goroutine.
type writer struct {
	out    []byte
	most   int // bytes
	levels [mostLevels]*found
	inner  found // of times
}

// message writes a message, as what it stands for.
func (w *writer) message(m *message, data []byte, level int) (reason string) {
	if level >= mostLevels {
		return fmt.Sprintf("its messages nest more than %d levels", mostLevels)
	}
	switch m.form {
	case asTimestamp:
		at, reason := timestamp(&w.inner, m, data)
		w.out = at.AppendFormat(w.out, `"2006-01-02T15:04:05.999999999Z07:00"`)
		return reason
	case asDuration:
		w.out = append(w.out, '"')
		w.out, reason = duration(w.out, &w.inner, m, data)
		w.out = append(w.out, '"')
		return reason
	}
	if w.levels[level] == nil {
		w.levels[level] = &found{}
	}
	x := w.levels[level]
	if cap(x.values) > 1024 {
		x.values = nil
	}
	if col, reason := x.scan(m, data); reason != "" {
		if col >= 0 {
			return fmt.Sprintf("field %s of %s: %s", m.fields[col].name, m.name, reason)
		}
		return fmt.Sprintf("a part of it, %s: %s", m.name, reason)
	}
	switch m.form {
	case asMembers:
		return w.repeated(&m.fields[0], x, 0, level)
	case asPaths:
		return w.paths(&m.fields[0], x)
	case asWrapped, asValue:
		return w.value(m, x, level)
	}
	return w.object(m, x, level)
}

// object writes the fields that are there.
func (w *writer) object(m *message, x *found, level int) (reason string) {
	w.out = append(w.out, '{')
	begun := len(w.out)
	for i := range m.fields {
		f := &m.fields[i]
		if x.first[i] < 0 {
			continue
		}
		if len(w.out) > begun {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, '"')
		w.out = append(append(w.out, f.name...), '"', ':')
		if reason := w.field(f, x, i, level); reason != "" {
			return reason
		}
	}
	w.out = append(w.out, '}')
	return ""
}

// field writes a field, or the default of one that is not there.
func (w *writer) field(f *field, x *found, place, level int) (reason string) {
	if f.list || f.entries {
		return w.repeated(f, x, place, level)
	}
	data, _ := x.one(f, place)
	return w.single(f, data, level)
}

// single writes one value of a field.
func (w *writer) single(f *field, data []byte, level int) (reason string) {
	if f.message != nil {
		reason = w.message(f.message, data, level+1)
	} else {
		reason = w.scalar(f, data)
	}
	if reason == "" && len(w.out) > w.most {
		reason = fmt.Sprintf("it is more than %d bytes as JSON, the most a value may have", w.most)
	}
	return reason
}

// value writes the field of a wrapper, or the one that is set of a Value.
func (w *writer) value(m *message, x *found, level int) (reason string) {
	place := 0
	if m.form == asValue {
		if place = slices.IndexFunc(x.first, func(at int32) bool { return at >= 0 }); place < 0 || m.fields[place].kind == protoreflect.EnumKind {
			w.out = append(w.out, "null"...)
			return ""
		}
	}
	return w.field(&m.fields[place], x, place, level)
}

// paths writes a FieldMask.
func (w *writer) paths(f *field, x *found) (reason string) {
	var all []byte
	for at := x.first[0]; at >= 0; at = x.values[at].next {
		if len(all) > 0 {
			all = append(all, ',')
		}
		all = append(all, x.data[x.values[at].from:x.values[at].to]...)
	}
	return w.text(all)
}

// scalar writes a value that is no message.
func (w *writer) scalar(f *field, data []byte) (reason string) {
	switch f.kind {
	case protoreflect.StringKind:
		return w.text(data)
	case protoreflect.BytesKind:
		w.out = append(w.out, '"')
		w.out = append(base64.StdEncoding.AppendEncode(w.out, data), '"')
		return ""
	}
	bits := f.number64(data)
	switch {
	case f.kind == protoreflect.FloatKind:
		w.float(math.Float64frombits(bits), 32)
	case f.kind == protoreflect.DoubleKind:
		w.float(math.Float64frombits(bits), 64)
	case f.kind == protoreflect.BoolKind:
		w.out = strconv.AppendBool(w.out, bits != 0)
	case f.kind == protoreflect.EnumKind:
		if _, named := f.enum[protoreflect.EnumNumber(int32(bits))]; !named {
			w.out = strconv.AppendInt(w.out, int64(int32(bits)), 10)
			return ""
		}
		w.out = append(f.enumText(append(w.out, '"'), int32(bits)), '"')
	case f.unsigned():
		w.out = strconv.AppendUint(w.out, bits, 10)
	default:
		w.out = strconv.AppendInt(w.out, int64(bits), 10)
	}
	return ""
}

// float writes a number with the fewest digits that read back the same, or as a
// string what is none in JSON.
func (w *writer) float(v float64, bits int) {
	if !math.IsNaN(v) && !math.IsInf(v, 0) {
		w.out = rows.AppendFloat(w.out, v, bits)
		return
	}
	w.out = append(rows.AppendFloat(append(w.out, '"'), v, bits), '"')
}

// text writes a string.
func (w *writer) text(text []byte) (reason string) {
	if reason := rows.Unstorable(text, notText); reason != "" {
		return reason
	}
	const digits = "0123456789abcdef"
	w.out = append(w.out, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			w.out = append(w.out, '\\', c)
		case c < ' ':
			w.out = append(w.out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			w.out = append(w.out, c)
		}
	}
	w.out = append(w.out, '"')
	return ""
}

package protobuf

import (
	"math"
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/rows"
)

// notText is what a string that is no text is.
const notText = "not valid UTF-8"

// parser makes rows of messages. It is for one goroutine.
type parser struct {
	*schema
	found   found
	inner   found // of a message that stands for a scalar
	json    writer
	bounds  reader.Bounds
	scratch []byte
}

// newParser returns a parser for messages in which a value of JSON has at most so
// many bytes.
func newParser(s *schema, most int64, bounds reader.Bounds) *parser {
	return &parser{schema: s, json: writer{most: int(most)}, bounds: bounds}
}

// parse is the [rows.Parse].
func (p *parser) parse(record []byte, row *rows.Row) (col int, reason string) {
	_, n := protowire.ConsumeVarint(record)
	if col, reason = p.found.scan(p.root, record[n:]); reason != "" {
		return col, reason
	}
	for i := range p.root.fields {
		if row.Type(i) == "" {
			continue
		}
		if reason := p.put(row, i); reason != "" {
			return i, reason
		}
	}
	return -1, ""
}

// check is the [rows.Check].
func (p *parser) check(record []byte, _ string) (reason string) {
	_, n := protowire.ConsumeVarint(record)
	col, reason := p.found.scan(p.root, record[n:])
	if reason != "" && col >= 0 {
		reason = "column " + strconv.Quote(p.names[col]) + ": " + reason
	}
	return reason
}

// put puts a field into a row.
func (p *parser) put(row *rows.Row, col int) (reason string) {
	f := &p.root.fields[col]
	if f.list || f.entries {
		p.json.out = p.json.out[:0]
		if reason := p.json.repeated(f, &p.found, col, 0); reason != "" {
			return reason
		}
		return p.putJSON(row, col)
	}
	data, ok := p.found.one(f, col)
	if !ok && f.presence {
		return ""
	}
	if f.message != nil {
		return p.putMessage(row, col, f, data)
	}
	return p.putScalar(row, col, f, data)
}

// putScalar puts a value that is no message.
func (p *parser) putScalar(row *rows.Row, col int, f *field, data []byte) (reason string) {
	switch f.kind {
	case protoreflect.StringKind:
		if reason := rows.Unstorable(data, notText); reason != "" {
			return reason
		}
		return row.Text(col, data)
	case protoreflect.BytesKind:
		return row.Bytes(col, data)
	}
	bits := f.number64(data)
	switch f.kind {
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		v := math.Float64frombits(bits)
		if f.kind == protoreflect.DoubleKind || row.Type(col) == abstract.Float64 {
			return row.Float64(col, v)
		}
		p.scratch = rows.AppendFloat(p.scratch[:0], v, 32)
	case protoreflect.BoolKind:
		p.scratch = strconv.AppendBool(p.scratch[:0], bits != 0)
	case protoreflect.EnumKind:
		p.scratch = f.enumText(p.scratch[:0], int32(bits))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		p.scratch = strconv.AppendUint(p.scratch[:0], bits, 10)
	default:
		return row.Int64(col, int64(bits))
	}
	return row.Text(col, p.scratch)
}

// putMessage puts a message, as what it stands for.
func (p *parser) putMessage(row *rows.Row, col int, f *field, data []byte) (reason string) {
	switch m := f.message; m.form {
	case asWrapped:
		if _, reason := p.inner.scan(m, data); reason != "" {
			return reason
		}
		value, _ := p.inner.one(&m.fields[0], 0)
		return p.putScalar(row, col, &m.fields[0], value)
	case asTimestamp:
		at, reason := timestamp(&p.inner, m, data)
		if reason != "" {
			return reason
		}
		p.scratch = at.AppendFormat(p.scratch[:0], time.RFC3339Nano)
		if row.Type(col) != abstract.TimestampTZ {
			return row.Text(col, p.scratch)
		}
		if at.Nanosecond()%1000 != 0 {
			return reader.Quote(p.scratch) + " has nanoseconds that are no whole microseconds: make the column text to keep them"
		}
		return row.Instant(col, at.UnixMicro())
	case asDuration:
		if p.scratch, reason = duration(p.scratch[:0], &p.inner, m, data); reason != "" {
			return reason
		}
		return row.Text(col, p.scratch)
	}
	p.json.out = p.json.out[:0]
	if reason := p.json.message(f.message, data, 0); reason != "" {
		return reason
	}
	return p.putJSON(row, col)
}

// putJSON puts what was written as JSON.
func (p *parser) putJSON(row *rows.Row, col int) (reason string) {
	if wrong := p.bounds.TooDeep(p.json.out); wrong != "" {
		return "it " + wrong
	}
	return row.Text(col, p.json.out)
}

package jsonrow

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
)

// builder is a column under construction, with its buffers at hand. Rows that
// no value is put in become NULL when a later one is.
type builder struct {
	*column.Builder
	typ   abstract.Type
	class class
	rows  int // written

	ints     []int64 // of int64, time, timestamp, timestamptz
	floats   []float64
	days     []int32
	uuids    [][16]byte
	decimals []decimal128.Num
	decimal  func([]byte) (decimal128.Num, bool)
	offsets  []int32 // of text and json
	data     []byte
}

// class is what a column's values are written as.
type class uint8

const (
	classDecimal class = iota
	classBool
	classInt
	classFloat
	classDate
	classTime
	classTimestamp
	classTimestampTZ
	classUUID
	classText
	classJSON
)

// classes has the class of every type but the decimals.
var classes = map[abstract.Type]class{
	abstract.Bool: classBool, abstract.Int64: classInt, abstract.Float64: classFloat, abstract.Date: classDate,
	abstract.Time: classTime, abstract.Timestamp: classTimestamp, abstract.TimestampTZ: classTimestampTZ,
	abstract.UUID: classUUID, abstract.Text: classText, abstract.JSON: classJSON,
}

// init begins an empty column.
func (b *builder) init(col *column.Builder, typ abstract.Type) {
	b.Builder, b.typ, b.class = col, typ, classes[typ]
	switch b.class {
	case classInt, classTime, classTimestamp, classTimestampTZ:
		b.ints = col.Int64s()
	case classFloat:
		b.floats = col.Float64s()
	case classDate:
		b.days = col.Int32s()
	case classUUID:
		b.uuids = col.UUIDs()
	case classText, classJSON:
		b.offsets, b.data = col.Offsets(), col.Data()
	case classDecimal:
		precision, scale, _ := typ.Decimal()
		b.decimals, b.decimal = col.Decimals(), scalar.Decimal(precision, scale)
	}
}

// put writes the value of a row, which is not null; of a string it is what is
// between the quotes, but for a JSON column with them. It leaves the column as it was, and says why, if the
// value does not fit.
func (b *builder) put(row int, value []byte, kind json.Kind, scratch *[]byte) (reason string) {
	if b.rows < row {
		b.pad(row)
	}
	if b.class >= classText {
		return b.putText(row, value, kind)
	}
	if kind == json.Escaped {
		*scratch = append((*scratch)[:0], value...)
		value = (*scratch)[:json.Unquote(*scratch, value)]
	}
	if !b.putScalar(row, value) { // as it does not take an object or an array
		return notFit(value, kind, b.typ)
	}
	b.rows = row + 1
	return ""
}

// putScalar writes a value of fixed width.
func (b *builder) putScalar(row int, value []byte) (ok bool) {
	switch b.class {
	case classInt:
		b.ints[row], ok = scalar.Int64(value)
	case classFloat:
		b.floats[row], ok = scalar.Float64(value)
	case classDate:
		b.days[row], ok = scalar.Date(value)
	case classTimestamp:
		b.ints[row], ok = scalar.Timestamp(value)
	case classTimestampTZ:
		b.ints[row], ok = scalar.TimestampTZ(value)
	case classTime:
		b.ints[row], ok = scalar.Time(value)
	case classUUID:
		b.uuids[row], ok = scalar.UUID(value)
	case classDecimal:
		b.decimals[row], ok = b.decimal(value)
	case classBool:
		var v bool
		if v, ok = scalar.Bool(value); v && ok {
			b.SetTrue(row)
		}
	}
	return ok
}

// putText writes a value of a text or JSON column.
func (b *builder) putText(row int, value []byte, kind json.Kind) (reason string) {
	used := int(b.offsets[row])
	if need := used + len(value); need > len(b.data) {
		b.data = b.Grow(need)
	}
	if kind != json.Escaped || b.class == classJSON {
		used += copy(b.data[used:], value)
	} else {
		n := json.Unquote(b.data[used:], value)
		if text := b.data[used : used+n]; bytes.IndexByte(text, 0) >= 0 {
			return reader.Quote(text) + " has a NUL character"
		}
		used += n
	}
	b.offsets[row+1] = int32(used)
	b.rows = row + 1
	return ""
}

// pad makes NULL of the rows up to that one.
func (b *builder) pad(row int) {
	for ; b.rows < row; b.rows++ {
		b.SetNull(b.rows)
		switch b.class {
		case classBool: // false already
		case classFloat:
			b.floats[b.rows] = 0
		case classDate:
			b.days[b.rows] = 0
		case classUUID:
			b.uuids[b.rows] = [16]byte{}
		case classDecimal:
			b.decimals[b.rows] = decimal128.Num{}
		case classText, classJSON:
			b.offsets[b.rows+1] = b.offsets[b.rows]
		default:
			b.ints[b.rows] = 0
		}
	}
}

// truncate forgets the rows from n on.
func (b *builder) truncate(n int) {
	b.N = b.rows
	b.Truncate(n)
	b.rows = n
}

// notFit is the reason for a value that its column does not take.
func notFit(value []byte, kind json.Kind, typ abstract.Type) string {
	what := reader.Quote(value)
	switch kind {
	case json.Object:
		what = "an object"
	case json.Array:
		what = "an array"
	}
	return what + " is not " + reader.A(typ)
}

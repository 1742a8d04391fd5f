package avro

import (
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// field puts the values of a type into a column. It is for one goroutine.
type field interface {
	// begin makes ready for the rows of a column that is empty.
	begin(o *output)
	// take reads the next value and puts it into a row. One that cannot be
	// stored is told to the cursor; the row is then forgotten.
	take(c *cursor, row int)
}

// output is a column under construction.
type output struct {
	*column.Builder
	offsets []int32 // of a column of any length
	data    []byte
}

func newOutput(b *column.Builder, typ abstract.Type) *output {
	o := &output{Builder: b}
	if column.Variable(typ) {
		o.offsets, o.data = b.Offsets(), b.Data()
	}
	return o
}

// put writes a row of a column of any length.
func (o *output) put(c *cursor, row int, v []byte) {
	used := int(o.offsets[row])
	if used+len(v) > len(o.data) {
		o.data = o.Grow(used + len(v))
	}
	copy(o.data[used:], v)
	o.offsets[row+1] = int32(used + len(v))
	c.stored += len(v)
}

// newField returns the way from a type to a column. It is nil where the column
// can hold none of the values.
func newField(n *node, typ abstract.Type) field {
	switch {
	case n.wire == wireUnion:
		return newUnion(n, typ)
	case n.wire == wireNull:
		return &nullField{}
	case n.nested():
		if typ != abstract.JSON && typ != abstract.Text {
			return nil
		}
		return &jsonField{node: n}
	}
	switch n.wire {
	case wireBoolean:
		return newScalar[bool](n, typ)
	case wireInt, wireFloat:
		return newScalar[int32](n, typ)
	case wireLong, wireDouble:
		return newScalar[int64](n, typ)
	}
	return newScalar[[]byte](n, typ)
}

// newScalar returns the way for values that are read as a P.
func newScalar[P typed.Value](n *node, typ abstract.Type) field {
	switch typ {
	case abstract.Bool:
		return &boolField[P]{read: valueOf[P](n), convert: typed.NewConverter[P](n.kind, typ, scalar.Bool)}
	case abstract.Int64:
		return newFixed[P](n, typ, scalar.Int64, (*column.Builder).Int64s)
	case abstract.Float64:
		return newFixed[P](n, typ, scalar.Float64, (*column.Builder).Float64s)
	case abstract.Date:
		return newFixed[P](n, typ, scalar.Date, (*column.Builder).Int32s)
	case abstract.Time:
		return newFixed[P](n, typ, scalar.Time, (*column.Builder).Int64s)
	case abstract.Timestamp:
		return newFixed[P](n, typ, scalar.Timestamp, (*column.Builder).Int64s)
	case abstract.TimestampTZ:
		return newFixed[P](n, typ, scalar.TimestampTZ, (*column.Builder).Int64s)
	case abstract.UUID:
		return newFixed[P](n, typ, scalar.UUID, (*column.Builder).UUIDs)
	case abstract.Bytes:
		if !n.kind.Raw() {
			return nil
		}
		return &textField{raw: valueOf[[]byte](n)}
	case abstract.Text, abstract.JSON:
		f := &textField{node: n, check: true, isJSON: typ == abstract.JSON}
		if n.kind.Raw() {
			f.raw = valueOf[[]byte](n)
		}
		return f
	}
	precision, scale, _ := typ.Decimal()
	return newFixed[P](n, typ, scalar.Decimal(precision, scale), (*column.Builder).Decimals)
}

// longField is the field of longs that are stored as they are.
type longField struct{ out []int64 }

func (f *longField) begin(o *output) { f.out = o.Int64s() }

func (f *longField) take(c *cursor, row int) { f.out[row] = c.long() }

// fixedField is the field of values of a fixed width.
type fixedField[P typed.Value, T int32 | int64 | float64 | [16]byte | decimal128.Num] struct {
	read    func(*cursor) P
	convert typed.Converter[P, T]
	values  func(*column.Builder) []T
	out     []T
}

func newFixed[P typed.Value, T int32 | int64 | float64 | [16]byte | decimal128.Num](n *node, typ abstract.Type, parse func([]byte) (T, bool), values func(*column.Builder) []T) field {
	if n.wire == wireLong && typed.Same(n.kind, typ) {
		return &longField{}
	}
	return &fixedField[P, T]{read: valueOf[P](n), convert: typed.NewConverter[P](n.kind, typ, parse), values: values}
}

func (f *fixedField[P, T]) begin(o *output) { f.out = f.values(o.Builder) }

func (f *fixedField[P, T]) take(c *cursor, row int) {
	v := f.read(c)
	if c.err != nil {
		return
	}
	var fault string
	if f.out[row], fault = f.convert(v); fault != "" {
		c.bad(fault)
	}
}

type boolField[P typed.Value] struct {
	read    func(*cursor) P
	convert typed.Converter[P, bool]
	out     *output
}

func (f *boolField[P]) begin(o *output) { f.out = o }

func (f *boolField[P]) take(c *cursor, row int) {
	v := f.read(c)
	if c.err != nil {
		return
	}
	is, fault := f.convert(v)
	if c.bad(fault); is {
		f.out.SetTrue(row)
	}
}

// textField is the field of texts, bytes, and scalars as text.
type textField struct {
	node          *node
	raw           func(*cursor) []byte // nil if values are rendered
	check, isJSON bool
	out           *output
}

func (f *textField) begin(o *output) { f.out = o }

func (f *textField) take(c *cursor, row int) {
	var v []byte
	if f.raw != nil {
		v = f.raw(c)
	} else {
		c.scalar = f.node.text(c, c.scalar[:0])
		v = c.scalar
	}
	if f.check {
		if fault := c.json.Fault(v, f.isJSON); fault != "" {
			c.bad(fault)
		}
	}
	f.out.put(c, row, v)
}

// jsonField is the field of values that are written as JSON.
type jsonField struct {
	node *node
	out  *output
}

func (f *jsonField) begin(o *output) { f.out = o }

func (f *jsonField) take(c *cursor, row int) {
	c.buf = c.appendJSON(c.buf[:0], f.node)
	c.checkDepth()
	f.out.put(c, row, c.buf)
}

// nullField is the field of values that are always NULL.
type nullField struct{ out *output }

func (f *nullField) begin(o *output) { f.out = o }

func (f *nullField) take(_ *cursor, row int) { f.out.Null(row) }

// leftOut is a field whose values are passed over.
type leftOut struct{ node *node }

func (leftOut) begin(*output) {}

func (f leftOut) take(c *cursor, _ int) { c.skip(f.node) }

// refused is the field of a branch whose values the column cannot hold.
type refused struct {
	node *node
	typ  abstract.Type
}

func (refused) begin(*output) {}

func (f refused) take(c *cursor, _ int) {
	c.skip(f.node)
	c.bad(f.node.describe() + " is not " + reader.A(f.typ))
}

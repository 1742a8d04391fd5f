// Package column builds the columns of Arrow batches in place: decoders write
// values straight into the buffers that the arrays will use, a column at a
// time, without a call per cell. The number of rows is bounded from the start,
// so only the data of variable columns (text, JSON, bytes) ever grows.
package column

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Builder is a column under construction. It is for one goroutine. It owns
// its buffers until Array or Release.
type Builder struct {
	// N is the number of rows written. Whoever writes values sets it.
	N int

	typ    abstract.Type
	mem    memory.Allocator
	values []byte // fixed-width values, bits of a bool column, offsets of a variable column
	valid  []byte // a bit per row, set unless NULL
	nulls  int
	width  int    // of a row's values, 0 for those of a bool or variable column
	data   []byte // of a variable column; its length is what was allocated
}

// New returns a builder for at most that many rows. textBytes is a guess at the
// data of a variable column.
func New(mem memory.Allocator, typ abstract.Type, rows, textBytes int) *Builder {
	b := &Builder{typ: typ, mem: mem}
	bits := max((rows+7)/8, 1)
	switch typ {
	case abstract.Bool:
		b.values = mem.Allocate(bits)
		clear(b.values)
	case abstract.Text, abstract.JSON, abstract.Bytes:
		b.values = mem.Allocate(4 * (rows + 1))
		b.data = mem.Allocate(max(textBytes, 64))
		b.Offsets()[0] = 0
	default:
		b.width = Width(typ)
		b.values = mem.Allocate(max(rows, 1) * b.width)
	}
	b.valid = mem.Allocate(bits)
	for i := range b.valid {
		b.valid[i] = 0xff
	}
	return b
}

// Width is the number of bytes that a row takes in the values of a column, the
// data of a variable one not counted. A bool takes a bit, for which it says 1.
func Width(typ abstract.Type) int {
	switch typ {
	case abstract.Bool:
		return 1
	case abstract.Date, abstract.Text, abstract.JSON, abstract.Bytes:
		return 4
	case abstract.UUID:
		return 16
	}
	if _, _, ok := typ.Decimal(); ok {
		return arrow.Decimal128SizeBytes
	}
	return 8
}

// RowBytes is the most memory that a row takes besides the data of its
// variable columns: values, validity bits.
func RowBytes(schema abstract.Schema) int64 {
	var sum int64
	for _, c := range schema {
		sum += int64(Width(c.Type)) + 1
	}
	return sum
}

// Variable tells whether a column's rows have data of any length.
func Variable(typ abstract.Type) bool {
	return typ == abstract.Text || typ == abstract.JSON || typ == abstract.Bytes
}

// Int64s is the values of an int64, time, timestamp or timestamptz column, for
// all rows there may be.
func (b *Builder) Int64s() []int64 { return arrow.Int64Traits.CastFromBytes(b.values) }

// Float64s is the values of a float64 column.
func (b *Builder) Float64s() []float64 { return arrow.Float64Traits.CastFromBytes(b.values) }

// Int32s is the values of a date column.
func (b *Builder) Int32s() []int32 { return arrow.Int32Traits.CastFromBytes(b.values) }

// Decimals is the values of a decimal column.
func (b *Builder) Decimals() []decimal128.Num { return arrow.Decimal128Traits.CastFromBytes(b.values) }

// UUIDs is the values of a uuid column.
func (b *Builder) UUIDs() [][16]byte {
	return unsafe.Slice((*[16]byte)(unsafe.Pointer(unsafe.SliceData(b.values))), len(b.values)/16)
}

// Offsets is where the rows of a variable column begin in its data, and where the
// last one ends.
func (b *Builder) Offsets() []int32 { return arrow.Int32Traits.CastFromBytes(b.values) }

// SetTrue makes a row of a bool column true; the others are false.
func (b *Builder) SetTrue(row int) { b.values[row>>3] |= 1 << (row & 7) }

// SetNull makes a row NULL. It must be called once at most per row. The value
// is the caller's to write all the same.
func (b *Builder) SetNull(row int) {
	b.valid[row>>3] &^= 1 << (row & 7)
	b.nulls++
}

// Null makes a row NULL, as SetNull does, and writes its value: zero, or no data.
func (b *Builder) Null(row int) {
	b.SetNull(row)
	if Variable(b.typ) {
		offsets := b.Offsets()
		offsets[row+1] = offsets[row]
		return
	}
	clear(b.values[row*b.width:][:b.width])
}

// Data is the data of a variable column, as long as there is room.
func (b *Builder) Data() []byte { return b.data }

// Grow makes room for at least n bytes of data and returns all of it. It grows
// by halves.
func (b *Builder) Grow(n int) []byte {
	b.data = b.mem.Reallocate(max(n, len(b.data)+len(b.data)/2), b.data)
	return b.data
}

// AllNull makes the column n rows of NULL.
func (b *Builder) AllNull(n int) {
	clear(b.values)
	clear(b.valid)
	b.N, b.nulls = n, n
}

// Truncate forgets the rows from n on.
func (b *Builder) Truncate(n int) {
	for row := n; row < b.N; row++ {
		if b.valid[row>>3]&(1<<(row&7)) == 0 {
			b.valid[row>>3] |= 1 << (row & 7)
			b.nulls--
		}
		if b.typ == abstract.Bool {
			b.values[row>>3] &^= 1 << (row & 7)
		}
	}
	b.N = n
}

// TextLen is the number of bytes of data that the rows of a variable column
// have, 0 for other columns.
func (b *Builder) TextLen() int {
	if !Variable(b.typ) {
		return 0
	}
	return int(b.Offsets()[b.N])
}

// Array makes the array of the rows written and returns the memory it holds.
// The builder is empty afterwards.
func (b *Builder) Array() (arrow.Array, int64) {
	size := len(b.values) + len(b.data)
	buffers := make([]*memory.Buffer, 2, 3)
	if b.nulls > 0 {
		buffers[0] = memory.NewBufferWithAllocator(b.valid, b.mem)
		size += len(b.valid)
	} else {
		b.mem.Free(b.valid)
	}
	buffers[1] = memory.NewBufferWithAllocator(b.values, b.mem)
	if Variable(b.typ) {
		buffers = append(buffers, memory.NewBufferWithAllocator(b.data, b.mem))
	}
	data := array.NewData(b.typ.Arrow(), b.N, buffers, nil, b.nulls, 0)
	b.values, b.valid, b.data = nil, nil, nil
	for _, buffer := range buffers {
		if buffer != nil {
			buffer.Release() // data has retained it
		}
	}
	defer data.Release()
	return array.MakeFromData(data), int64(size)
}

// Batch makes the batch of that many rows of the columns, and returns the
// memory it holds. A column without rows is NULL in all of them. The builders
// are empty afterwards.
func Batch(schema *arrow.Schema, columns []*Builder, rows int) (batch arrow.RecordBatch, size int64) {
	arrays := make([]arrow.Array, len(columns))
	for i, col := range columns {
		if col.N == 0 { // the file has no such column
			col.AllNull(rows)
		}
		var n int64
		arrays[i], n = col.Array()
		size += n
	}
	batch = array.NewRecordBatch(schema, arrays, int64(rows))
	for _, a := range arrays {
		a.Release() // the batch has retained it
	}
	return batch, size
}

// Release frees the buffers. It does nothing after Array.
func (b *Builder) Release() {
	for _, buf := range [][]byte{b.values, b.valid, b.data} {
		if buf != nil {
			b.mem.Free(buf)
		}
	}
	b.values, b.valid, b.data = nil, nil, nil
}

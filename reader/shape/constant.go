package shape

import (
	"bytes"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
)

// constant is a column with one value for all rows of a file. Batches get
// slices of one array, which grows to the longest of them. It is for one
// goroutine.
type constant struct {
	typ   abstract.Type
	value []byte // nil: NULL
	array arrow.Array
	size  int64 // of the array, in bytes
}

// rowBytes is the memory that a row of the column takes.
func (c *constant) rowBytes() int64 { return int64(column.Width(c.typ)+len(c.value)) + 1 }

// fits tells whether the value is one of the column's type.
func (c *constant) fits() bool {
	b := column.New(memory.DefaultAllocator, c.typ, 1, len(c.value))
	defer b.Release()
	return c.fill(b, 1)
}

// rows is the column for that many rows, which the caller releases.
func (c *constant) rows(mem memory.Allocator, n int) arrow.Array {
	if c.array == nil || c.array.Len() < n {
		c.release()
		b := column.New(mem, c.typ, n, n*len(c.value))
		c.fill(b, n)
		c.array, c.size = b.Array()
	}
	return array.NewSlice(c.array, 0, int64(n))
}

// release gives up the array. Its slices stay.
func (c *constant) release() {
	if c.array != nil {
		c.array.Release()
		c.array, c.size = nil, 0
	}
}

// fill writes the value into the first n rows. ok is false, and nothing is
// written, if it does not fit.
func (c *constant) fill(b *column.Builder, n int) (ok bool) {
	if b.N = n; c.value == nil {
		b.AllNull(n)
		return true
	}
	switch c.typ {
	case abstract.Text:
		return c.fillText(b, n)
	case abstract.Bool:
		v, ok := scalar.Bool(c.value)
		for row := 0; v && row < n; row++ {
			b.SetTrue(row)
		}
		return ok
	case abstract.Int64:
		return repeat(b.Int64s(), n, c.value, scalar.Int64)
	case abstract.Float64:
		return repeat(b.Float64s(), n, c.value, scalar.Float64)
	case abstract.Date:
		return repeat(b.Int32s(), n, c.value, scalar.Date)
	case abstract.Time:
		return repeat(b.Int64s(), n, c.value, scalar.Time)
	case abstract.Timestamp:
		return repeat(b.Int64s(), n, c.value, scalar.Timestamp)
	case abstract.TimestampTZ:
		return repeat(b.Int64s(), n, c.value, scalar.TimestampTZ)
	case abstract.UUID:
		return repeat(b.UUIDs(), n, c.value, scalar.UUID)
	}
	precision, scale, decimal := c.typ.Decimal()
	return decimal && repeat(b.Decimals(), n, c.value, scalar.Decimal(precision, scale))
}

// fillText writes a text, which databases do not take with every byte in it.
func (c *constant) fillText(b *column.Builder, n int) (ok bool) {
	if !utf8.Valid(c.value) || bytes.IndexByte(c.value, 0) >= 0 {
		return false
	}
	offsets, data := b.Offsets(), b.Data()
	for row := range n {
		offsets[row+1] = offsets[row] + int32(copy(data[offsets[row]:], c.value))
	}
	return true
}

// repeat writes a value into n rows.
func repeat[T any](rows []T, n int, value []byte, parse func([]byte) (T, bool)) bool {
	v, ok := parse(value)
	for row := 0; ok && row < n; row++ {
		rows[row] = v
	}
	return ok
}

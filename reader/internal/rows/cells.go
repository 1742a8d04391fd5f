package rows

import (
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
)

// cells is a column under construction, with its buffers at hand. Rows that
// no value is put in become NULL when a later one is.
type cells struct {
	*column.Builder
	typ  abstract.Type
	rows int // written

	ints     []int64 // of int64, time, timestamp, timestamptz
	floats   []float64
	days     []int32
	uuids    [][16]byte
	decimals []decimal128.Num
	decimal  func([]byte) (decimal128.Num, bool)
	offsets  []int32 // of text, json and bytes
	data     []byte
}

// init begins an empty column.
func (c *cells) init(col *column.Builder, typ abstract.Type) {
	c.Builder, c.typ = col, typ
	switch typ {
	case abstract.Bool:
	case abstract.Int64, abstract.Time, abstract.Timestamp, abstract.TimestampTZ:
		c.ints = col.Int64s()
	case abstract.Float64:
		c.floats = col.Float64s()
	case abstract.Date:
		c.days = col.Int32s()
	case abstract.UUID:
		c.uuids = col.UUIDs()
	case abstract.Text, abstract.JSON, abstract.Bytes:
		c.offsets, c.data = col.Offsets(), col.Data()
	default:
		precision, scale, _ := typ.Decimal()
		c.decimals, c.decimal = col.Decimals(), scalar.Decimal(precision, scale)
	}
}

// parse writes a value of fixed width by its text, if it is one.
func (c *cells) parse(row int, text []byte) (ok bool) {
	switch c.typ {
	case abstract.Bool:
		var v bool
		if v, ok = scalar.Bool(text); v && ok {
			c.SetTrue(row)
		}
	case abstract.Int64:
		c.ints[row], ok = scalar.Int64(text)
	case abstract.Float64:
		c.floats[row], ok = scalar.Float64(text)
	case abstract.Date:
		c.days[row], ok = scalar.Date(text)
	case abstract.Time:
		c.ints[row], ok = scalar.Time(text)
	case abstract.Timestamp:
		c.ints[row], ok = scalar.Timestamp(text)
	case abstract.TimestampTZ:
		c.ints[row], ok = scalar.TimestampTZ(text)
	case abstract.UUID:
		c.uuids[row], ok = scalar.UUID(text)
	default:
		c.decimals[row], ok = c.decimal(text)
	}
	return ok
}

// copy writes a value of a variable column.
func (c *cells) copy(row int, value []byte) {
	used := int(c.offsets[row])
	if need := used + len(value); need > len(c.data) {
		c.data = c.Grow(need)
	}
	c.offsets[row+1] = int32(used + copy(c.data[used:], value))
}

// pad makes NULL of the rows up to that one.
func (c *cells) pad(row int) {
	for ; c.rows < row; c.rows++ {
		c.SetNull(c.rows)
		switch {
		case c.typ == abstract.Bool: // false already
		case c.ints != nil:
			c.ints[c.rows] = 0
		case c.floats != nil:
			c.floats[c.rows] = 0
		case c.days != nil:
			c.days[c.rows] = 0
		case c.uuids != nil:
			c.uuids[c.rows] = [16]byte{}
		case c.offsets != nil:
			c.offsets[c.rows+1] = c.offsets[c.rows]
		default:
			c.decimals[c.rows] = decimal128.Num{}
		}
	}
}

// truncate forgets the rows from n on.
func (c *cells) truncate(n int) {
	if c.rows > n {
		c.N = c.rows
		c.Truncate(n)
		c.rows = n
	}
}

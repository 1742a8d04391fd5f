package pgcopy

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// newCells returns the cells of an array that the column fits.
func newCells(c Column, arr arrow.Array) cells {
	if extended, ok := arr.(array.ExtensionArray); ok {
		arr = extended.Storage()
	}
	switch a := arr.(type) {
	case *array.Boolean:
		return bools{a}
	case *array.Int64:
		return newInts(c, a.Int64Values())
	case *array.Float64:
		if c.Wire == Float4 {
			return float4s(a.Float64Values())
		}
		return float8s(a.Float64Values())
	case *array.Date32:
		return dates(a.Date32Values())
	case *array.Time64:
		return &times{a.Time64Values(), step(c.Limit)}
	case *array.Timestamp:
		return &timestamps{a.TimestampValues(), step(c.Limit)}
	case *array.Decimal128:
		return &decimals{a.Values(), int(a.DataType().(*arrow.Decimal128Type).Scale)}
	case *array.FixedSizeBinary:
		return uuids{a}
	case *array.Binary:
		return newBytes(a.ValueOffsets(), a.Data())
	case *array.String:
		return newTexts(c, newBytes(a.ValueOffsets(), a.Data()))
	}
	// Encoder's contract is that the batch has the columns that New took.
	panic(fmt.Sprintf("pgcopy: %s in a batch of column %q", arr.DataType(), c.Name))
}

type bools struct{ values *array.Boolean }

func (c bools) append(buf []byte, row int) ([]byte, error) {
	var b byte
	if c.values.Value(row) {
		b = 1
	}
	return append(buf, 0, 0, 0, 1, b), nil
}

type uuids struct{ values *array.FixedSizeBinary }

func (c uuids) append(buf []byte, row int) ([]byte, error) {
	return append(append(buf, 0, 0, 0, 16), c.values.Value(row)...), nil
}

package abstract

import (
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// NewRows builds an item from Go values, for a caller who has rows rather
// than Arrow batches. Every row holds one value per column, in the order of
// columns. The type of a column follows from its values:
//
//	bool                      Bool
//	every int and uint type   Int64
//	float32, float64          Float64
//	string                    Text, which must be valid UTF-8
//	time.Time                 TimestampTZ
//	nil                       NULL, of whatever type the column has
//
// A column without any value but nil is Text. Values arrive unchanged or not
// at all: a number beyond int64, a time finer than a microsecond, a column
// that mixes types and every other Go type are errors, which name the row
// (counted from 0) and the column. The item's Origin says how many rows there
// are and is otherwise the caller's to fill in.
func NewRows(table string, columns []string, rows ...[]any) (ChangeItem, error) {
	schema, err := inferSchema(columns, rows)
	if err != nil {
		return ChangeItem{}, fmt.Errorf("rows for table %q: %w", table, err)
	}
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
	defer builder.Release()
	builder.Reserve(len(rows))
	for c, column := range schema {
		for r, row := range rows {
			if err := appendValue(builder.Field(c), row[c]); err != nil {
				return ChangeItem{}, fmt.Errorf("rows for table %q: row %d, column %q: %w", table, r, column.Name, err)
			}
		}
	}
	batch := builder.NewRecordBatch()
	return ChangeItem{Table: table, Batch: batch, Origin: Origin{Rows: batch.NumRows()}}, nil
}

// inferSchema checks the shape of rows and finds each column's type.
func inferSchema(columns []string, rows [][]any) (Schema, error) {
	if len(columns) == 0 {
		return nil, errors.New("no columns")
	}
	schema := make(Schema, 0, len(columns))
	for _, name := range columns {
		if schema.Index(name) >= 0 {
			return nil, fmt.Errorf("column %q is named twice", name)
		}
		schema = append(schema, Column{Name: name})
	}
	for r, row := range rows {
		if len(row) != len(columns) {
			return nil, fmt.Errorf("row %d: %d values for %d columns", r, len(row), len(columns))
		}
		for c, value := range row {
			if value == nil {
				continue
			}
			t, ok := typeOfValue(value)
			switch {
			case !ok:
				return nil, fmt.Errorf("row %d, column %q: a %T has no column type", r, columns[c], value)
			case schema[c].Type == "":
				schema[c].Type = t
			case schema[c].Type != t:
				return nil, fmt.Errorf("row %d, column %q: a %T (%s) in a column of type %s",
					r, columns[c], value, t, schema[c].Type)
			}
		}
	}
	for c := range schema {
		if schema[c].Type == "" {
			schema[c].Type = Text
		}
	}
	return schema, nil
}

// typeOfValue names the column type that carries a Go value. Only predeclared
// types and time.Time count: the meaning of a time.Duration or of an enum is
// not in its bits.
func typeOfValue(value any) (Type, bool) {
	switch value.(type) {
	case bool:
		return Bool, true
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return Int64, true
	case float32, float64:
		return Float64, true
	case string:
		return Text, true
	case time.Time:
		return TimestampTZ, true
	}
	return "", false
}

// appendValue adds a value of a type that typeOfValue knows to the builder of
// that type.
func appendValue(builder array.Builder, value any) error {
	if value == nil {
		builder.AppendNull()
		return nil
	}
	switch b := builder.(type) {
	case *array.BooleanBuilder:
		b.Append(value.(bool))
	case *array.Int64Builder:
		n, err := int64Of(value)
		if err != nil {
			return err
		}
		b.Append(n)
	case *array.Float64Builder:
		if f, ok := value.(float32); ok {
			value = float64(f)
		}
		b.Append(value.(float64))
	case *array.StringBuilder:
		s := value.(string)
		if !utf8.ValidString(s) {
			return fmt.Errorf("text %q is not valid UTF-8", s)
		}
		b.Append(s)
	case *array.TimestampBuilder:
		t := value.(time.Time)
		micros := t.UnixMicro()
		if !time.UnixMicro(micros).Equal(t) {
			return fmt.Errorf("time %s does not fit a 64-bit count of microseconds", t.Format(time.RFC3339Nano))
		}
		b.Append(arrow.Timestamp(micros))
	}
	return nil
}

// int64Of converts any predeclared integer.
func int64Of(value any) (int64, error) {
	switch n := value.(type) {
	case int:
		return int64(n), nil
	case int8:
		return int64(n), nil
	case int16:
		return int64(n), nil
	case int32:
		return int64(n), nil
	case int64:
		return n, nil
	case uint8:
		return int64(n), nil
	case uint16:
		return int64(n), nil
	case uint32:
		return int64(n), nil
	case uint:
		return fromUnsigned(uint64(n))
	default:
		return fromUnsigned(value.(uint64))
	}
}

func fromUnsigned(n uint64) (int64, error) {
	if n > math.MaxInt64 {
		return 0, fmt.Errorf("%d is more than an int64 holds", n)
	}
	return int64(n), nil
}

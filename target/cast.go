package target

import (
	"math"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// holds tells whether a column of the type to takes values of the type from:
// it has been widened since.
func holds(to, from arrow.DataType) bool {
	wide, ok1 := abstract.TypeOf(to)
	narrow, ok2 := abstract.TypeOf(from)
	return ok1 && ok2 && wide.Holds(narrow)
}

// cast makes values of a type that holds them. As text they are what a reader
// makes of such values where a column is text.
func cast(values arrow.Array, to arrow.DataType) arrow.Array {
	if extended, ok := values.(array.ExtensionArray); ok {
		values = extended.Storage()
	}
	if decimal, ok := to.(*arrow.Decimal128Type); ok {
		return castDecimal(values, decimal)
	}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(values.Len())
	for i := range values.Len() {
		if values.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(render(values, i))
		}
	}
	return b.NewArray()
}

// castDecimal makes decimals with more digits of int64s or decimals.
func castDecimal(values arrow.Array, to *arrow.Decimal128Type) arrow.Array {
	b := array.NewDecimal128Builder(memory.DefaultAllocator, to)
	defer b.Release()
	b.Reserve(values.Len())
	factor := decimal128.FromI64(1)
	number := func(int) decimal128.Num { return decimal128.Num{} }
	scale := to.Scale
	switch v := values.(type) {
	case *array.Int64:
		number = func(i int) decimal128.Num { return decimal128.FromI64(v.Value(i)) }
	case *array.Decimal128:
		number = v.Value
		scale -= v.DataType().(*arrow.Decimal128Type).Scale
	}
	for range scale {
		factor = factor.Mul(decimal128.FromI64(10))
	}
	for i := range values.Len() {
		if values.IsNull(i) {
			b.AppendNull()
		} else {
			b.Append(number(i).Mul(factor))
		}
	}
	return b.NewArray()
}

// render writes a value as text.
func render(values arrow.Array, i int) string {
	switch v := values.(type) {
	case *array.Boolean:
		return strconv.FormatBool(v.Value(i))
	case *array.Int64:
		return strconv.FormatInt(v.Value(i), 10)
	case *array.Float64:
		return renderFloat(v.Value(i))
	case *array.Decimal128:
		return v.Value(i).ToString(v.DataType().(*arrow.Decimal128Type).Scale)
	case *array.Date32:
		return time.Unix(int64(v.Value(i))*86400, 0).UTC().Format("2006-01-02")
	case *array.Time64:
		return time.UnixMicro(int64(v.Value(i))).UTC().Format("15:04:05.999999")
	case *array.Timestamp:
		text := time.UnixMicro(int64(v.Value(i))).UTC().Format("2006-01-02 15:04:05.999999")
		if v.DataType().(*arrow.TimestampType).TimeZone != "" {
			text += "Z"
		}
		return text
	case *array.FixedSizeBinary:
		return string(abstract.AppendUUID(nil, v.Value(i)))
	}
	return values.ValueStr(i) // no other type is held by another one
}

func renderFloat(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

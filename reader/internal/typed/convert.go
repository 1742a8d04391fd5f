package typed

import (
	"math"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Converter makes a column's value of a value in the file, or tells why it
// cannot.
type Converter[P Value, T any] func(P) (v T, fault string)

// NewConverter returns the direct way from Kind to typ where there is one, and
// otherwise the way through text: what the value is written as must be a
// value of typ by the rules for text files.
func NewConverter[P Value, T any](k Kind, typ abstract.Type, parse func([]byte) (T, bool)) Converter[P, T] {
	for _, f := range direct(k, typ) {
		if f, ok := f.(func(P) (T, string)); ok {
			return f
		}
	}
	render := Renderer[P](k)
	var buf []byte
	return func(v P) (T, string) {
		var none T
		text, fault := render(buf[:0], v)
		buf = text[:0]
		if fault != "" {
			return none, fault
		}
		value, ok := parse(text)
		if !ok {
			return none, reader.Quote(text) + " is not " + reader.A(typ)
		}
		return value, ""
	}
}

// Renderer writes values as text.
func Renderer[P Value](k Kind) func([]byte, P) ([]byte, string) {
	var f any
	switch any(*new(P)).(type) {
	case bool:
		f = appendBool
	case int32:
		f = k.appendInt32
	case int64:
		f = k.appendInt64
	default:
		f = k.appendBytes
	}
	return f.(func([]byte, P) ([]byte, string))
}

// direct is the conversions from a Kind to a type that are sure to be exact,
// one for each Go type that its values may have; none if there is none.
func direct(k Kind, typ abstract.Type) []any {
	switch {
	case typ == abstract.Bool && k.Meaning == Bool:
		return []any{func(v bool) (bool, string) { return v, "" }}
	case typ == abstract.Int64 && k.Meaning == Int:
		return []any{
			func(v int32) (int64, string) { return int64(v), "" },
			func(v int64) (int64, string) { return v, "" },
		}
	case typ == abstract.Int64 && k.Meaning == Uint && k.Bits < 64:
		return []any{
			func(v int32) (int64, string) { return int64(uint32(v)), "" },
			func(v int64) (int64, string) { return v, "" },
		}
	case typ == abstract.Float64 && k.Meaning == Float:
		return []any{func(v int32) (float64, string) { return float64(math.Float32frombits(uint32(v))), "" }}
	case typ == abstract.Float64 && k.Meaning == Double:
		return []any{func(v int64) (float64, string) { return math.Float64frombits(uint64(v)), "" }}
	case typ == abstract.Float64 && k.Meaning == Float16:
		return []any{func(v []byte) (float64, string) { return float64(float16(v)), "" }}
	case typ == abstract.Date && k.Meaning == Date:
		return []any{func(v int32) (int32, string) { return v, "" }}
	case typ == abstract.Time && k.Meaning == Time:
		return []any{
			func(v int32) (int64, string) { return k.timeOfDay(int64(v)) },
			k.timeOfDay,
		}
	case (typ == abstract.TimestampTZ && k.UTC || typ == abstract.Timestamp && !k.UTC) && k.Meaning == Timestamp:
		return []any{k.timestamp}
	case (typ == abstract.Timestamp || typ == abstract.TimestampTZ) && k.Meaning == Int96:
		return []any{int96Micros}
	case typ == abstract.UUID && k.Meaning == UUID:
		return []any{func(v []byte) ([16]byte, string) { return [16]byte(v), "" }}
	}
	precision, scale, ok := typ.Decimal()
	switch {
	case ok && k.Meaning == Decimal && k.Scale == scale:
		return decimals(precision)
	case ok && k.Meaning == Uint && scale == 0 && precision >= 20:
		return []any{
			func(v int32) (decimal128.Num, string) { return decimal128.FromU64(uint64(uint32(v))), "" },
			func(v int64) (decimal128.Num, string) { return decimal128.FromU64(uint64(v)), "" },
		}
	}
	return nil
}

// Same tells whether a column takes the values as they are stored.
func Same(k Kind, typ abstract.Type) bool {
	return typ == abstract.Int64 && (k.Meaning == Int || k.Meaning == Uint && k.Bits < 64) ||
		typ == abstract.Date && k.Meaning == Date ||
		typ == abstract.Timestamp && k.Meaning == Timestamp && k.Unit == Micros && !k.UTC ||
		typ == abstract.TimestampTZ && k.Meaning == Timestamp && k.Unit == Micros && k.UTC
}

// decimals are the conversions into decimals of the same scale.
func decimals(precision int) []any {
	fits := func(n decimal128.Num) (decimal128.Num, string) {
		// The least number has no positive counterpart, by which Arrow decides.
		if n.HighBits() == math.MinInt64 || !n.FitsInPrecision(int32(precision)) {
			return decimal128.Num{}, "a decimal has more than the " + strconv.Itoa(precision) + " digits of its type"
		}
		return n, ""
	}
	return []any{
		func(v int32) (decimal128.Num, string) { return fits(decimal128.FromI64(int64(v))) },
		func(v int64) (decimal128.Num, string) { return fits(decimal128.FromI64(v)) },
		func(v []byte) (decimal128.Num, string) {
			n, ok := decimalOf(v)
			if !ok {
				return n, "a decimal has more than the " + strconv.Itoa(precision) + " digits of its type"
			}
			return fits(n)
		},
	}
}

// timeOfDay makes microseconds since midnight.
func (k Kind) timeOfDay(v int64) (int64, string) {
	if v < 0 || v >= 86400*k.Unit {
		return 0, strconv.FormatInt(v, 10) + " is not within a day"
	}
	return k.toMicros(v)
}

// toMicros makes microseconds of a count of the kind's unit.
func (k Kind) toMicros(v int64) (int64, string) {
	switch {
	case k.Unit == Nanos && v%1000 != 0:
		return 0, strconv.FormatInt(v, 10) + " nanoseconds are not whole microseconds" + nineDigits
	case k.Unit == Nanos:
		return v / 1000, ""
	case k.Unit == Millis && (v > math.MaxInt64/1000 || v < math.MinInt64/1000):
		return 0, strconv.FormatInt(v, 10) + " milliseconds since 1970 are out of range"
	case k.Unit == Millis:
		return v * 1000, ""
	}
	return v, ""
}

const nineDigits = ": as text (--column name=text) all nine digits are kept"

func (k Kind) timestamp(v int64) (int64, string) { return k.toMicros(v) }

// int96Micros makes microseconds of a timestamp in 12 bytes.
func int96Micros(v []byte) (int64, string) {
	seconds, ns := int96(v)
	const most = math.MaxInt64 / Micros
	switch {
	case ns%1000 != 0:
		return 0, "a timestamp with " + strconv.FormatInt(ns, 10) + " nanoseconds has no whole microseconds" + nineDigits
	case seconds >= most || seconds < -most:
		return 0, "a timestamp does not fit into 64 bits of microseconds: as text (--column name=text) it is kept"
	}
	return seconds*Micros + ns/1000, ""
}

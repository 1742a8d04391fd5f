package abstract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// Type is the type of a column, by the name that users write in --column and
// that the ledger stores.
type Type string

// The types that readers emit, besides those of [Decimal]. Every target maps
// each of them or refuses it by name.
const (
	Bool        Type = "bool"
	Int64       Type = "int64"
	Float64     Type = "float64"
	Date        Type = "date"        // a calendar day
	Time        Type = "time"        // a time of day without zone, in microseconds since midnight, below 24 h
	Timestamp   Type = "timestamp"   // a wall-clock time without zone, in microseconds
	TimestampTZ Type = "timestamptz" // an instant, in microseconds since 1970-01-01 UTC
	UUID        Type = "uuid"        // 16 bytes, in the order they are written in
	Text        Type = "text"        // UTF-8
	JSON        Type = "json"        // one JSON value (RFC 8259), as text in UTF-8
	Bytes       Type = "bytes"       // any bytes
)

// arrowTypes fixes the one Arrow type that carries each Type. JSON and UUID
// are canonical extension types, so that a column says what it is.
var arrowTypes = map[Type]arrow.DataType{
	Bool:        arrow.FixedWidthTypes.Boolean,
	Int64:       arrow.PrimitiveTypes.Int64,
	Float64:     arrow.PrimitiveTypes.Float64,
	Date:        arrow.FixedWidthTypes.Date32,
	Time:        arrow.FixedWidthTypes.Time64us,
	Timestamp:   &arrow.TimestampType{Unit: arrow.Microsecond},
	TimestampTZ: arrow.FixedWidthTypes.Timestamp_us,
	UUID:        &extension{arrow.ExtensionBase{Storage: &arrow.FixedSizeBinaryType{ByteWidth: 16}}, "arrow.uuid"},
	Text:        arrow.BinaryTypes.String,
	JSON:        &extension{arrow.ExtensionBase{Storage: arrow.BinaryTypes.String}, "arrow.json"},
	Bytes:       arrow.BinaryTypes.Binary,
}

// MaxPrecision is the most digits that a decimal has.
const MaxPrecision = 38

// Decimal is the type of exact decimal numbers with that many digits in all,
// 1 to [MaxPrecision], and that many of them behind the point. It is written
// decimal(precision,scale) and carried as a 128-bit integer, in units of the
// last digit. The arguments must be in range.
func Decimal(precision, scale int) Type {
	if precision < 1 || precision > MaxPrecision || scale < 0 || scale > precision {
		panic(fmt.Sprintf("decimal(%d,%d) is out of range", precision, scale))
	}
	return Type(fmt.Sprintf("decimal(%d,%d)", precision, scale))
}

// Decimal tells precision and scale of a decimal type; ok is false for every
// other type.
func (t Type) Decimal() (precision, scale int, ok bool) {
	rest, ok := strings.CutPrefix(string(t), "decimal(")
	if !ok {
		return 0, 0, false
	}
	before, after, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ",")
	precision, err := strconv.Atoi(before)
	if err != nil {
		return 0, 0, false
	}
	scale, err = strconv.Atoi(after)
	if err != nil || precision < 1 || precision > MaxPrecision || scale < 0 || scale > precision || Decimal(precision, scale) != t {
		return 0, 0, false
	}
	return precision, scale, true
}

// ParseType reads a type's name. The error lists the names there are.
func ParseType(name string) (Type, error) {
	t := Type(strings.ReplaceAll(name, " ", ""))
	if t.Arrow() != nil {
		return t, nil
	}
	if strings.HasPrefix(string(t), "decimal") {
		return "", fmt.Errorf("type %q: write decimal(P,S), with at most %d digits of which S are behind the point, as in decimal(12,2)", name, MaxPrecision)
	}
	return "", fmt.Errorf("unknown type %q: use one of %s", name, strings.Join(TypeNames(), ", "))
}

// TypeNames lists the types by name, for messages and completions.
func TypeNames() []string {
	names := []string{"decimal(P,S)"}
	for t := range arrowTypes {
		names = append(names, string(t))
	}
	slices.Sort(names)
	return names
}

// Arrow is the Arrow type that carries the column. It is nil for a Type that
// is neither one of the constants nor a decimal.
func (t Type) Arrow() arrow.DataType {
	if precision, scale, ok := t.Decimal(); ok {
		return &arrow.Decimal128Type{Precision: int32(precision), Scale: int32(scale)}
	}
	return arrowTypes[t]
}

// TypeOf is the inverse of [Type.Arrow]; ok is false where no Type fits.
func TypeOf(dt arrow.DataType) (t Type, ok bool) {
	if d, ok := dt.(*arrow.Decimal128Type); ok && d.Precision <= MaxPrecision && d.Scale >= 0 && d.Scale <= d.Precision {
		return Decimal(int(d.Precision), int(d.Scale)), true
	}
	for t, known := range arrowTypes {
		if arrow.TypeEqual(dt, known) {
			return t, true
		}
	}
	return "", false
}

package abstract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// Type is the type of a column, by the name that users write in --column and
// that the ledger stores.
type Type string

// The types that readers emit. Every target maps each of them or refuses it
// by name.
const (
	Bool        Type = "bool"
	Int64       Type = "int64"
	Float64     Type = "float64"
	Date        Type = "date"        // a calendar day
	Timestamp   Type = "timestamp"   // a wall-clock time without zone, in microseconds
	TimestampTZ Type = "timestamptz" // an instant, in microseconds since 1970-01-01 UTC
	Text        Type = "text"        // UTF-8
)

// arrowTypes fixes the one Arrow type that carries each Type.
var arrowTypes = map[Type]arrow.DataType{
	Bool:        arrow.FixedWidthTypes.Boolean,
	Int64:       arrow.PrimitiveTypes.Int64,
	Float64:     arrow.PrimitiveTypes.Float64,
	Date:        arrow.FixedWidthTypes.Date32,
	Timestamp:   &arrow.TimestampType{Unit: arrow.Microsecond},
	TimestampTZ: arrow.FixedWidthTypes.Timestamp_us,
	Text:        arrow.BinaryTypes.String,
}

// ParseType reads a type's name. The error lists the names there are.
func ParseType(name string) (Type, error) {
	if _, ok := arrowTypes[Type(name)]; ok {
		return Type(name), nil
	}
	names := make([]string, 0, len(arrowTypes))
	for t := range arrowTypes {
		names = append(names, string(t))
	}
	slices.Sort(names)
	return "", fmt.Errorf("unknown type %q: use one of %s", name, strings.Join(names, ", "))
}

// Arrow is the Arrow type that carries the column. It is nil for a Type that
// is not one of the constants.
func (t Type) Arrow() arrow.DataType { return arrowTypes[t] }

// TypeOf is the inverse of [Type.Arrow]; ok is false where no Type fits.
func TypeOf(dt arrow.DataType) (t Type, ok bool) {
	for t, known := range arrowTypes {
		if arrow.TypeEqual(dt, known) {
			return t, true
		}
	}
	return "", false
}

// Column is a column's name and type.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Schema is the columns of a table or file, in order.
type Schema []Column

// Arrow is the schema of the batches that carry these columns. Every column
// is nullable.
func (s Schema) Arrow() *arrow.Schema {
	fields := make([]arrow.Field, len(s))
	for i, c := range s {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type.Arrow(), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// Index is the position of the column of that name, -1 where there is none.
// Names are compared as given, byte for byte.
func (s Schema) Index(name string) int {
	return slices.IndexFunc(s, func(c Column) bool { return c.Name == name })
}

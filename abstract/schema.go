package abstract

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
)

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

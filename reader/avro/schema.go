package avro

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// Limits of a schema.
const (
	MaxColumns = 16_384
	MaxDepth   = json.MaxDepth // levels of types, and of values, which may be recursive
)

// wire is how values are written.
type wire uint8

const (
	wireNull wire = iota
	wireBoolean
	wireInt
	wireLong
	wireFloat
	wireDouble
	wireBytes
	wireString
	wireFixed
	wireEnum
	wireArray
	wireMap
	wireRecord
	wireUnion
)

// names are those of the schema.
var names = [...]string{"null", "boolean", "int", "long", "float", "double", "bytes", "string", "fixed", "enum", "array", "map", "record", "union"}

func (w wire) String() string { return names[w] }

// node is a type of the schema. A named type that is used several times is one
// node, which may lead to itself. It does not change once the schema was read.
type node struct {
	wire wire
	kind typed.Kind // of a scalar
	// asUUID tells of strings that are the text of UUIDs.
	asUUID bool
	// isBig tells of bytes that are a decimal with its scale. Their value is its text.
	isBig   bool
	size    int64    // of fixed
	symbols [][]byte // of an enum
	// items is what the values of an array or map are; parts the fields of a
	// record, in their order, or the branches of a union.
	items *node
	parts []part
	// empty tells that a value may take no bytes at all.
	empty bool
	// text appends the next value of a scalar as text.
	text func(c *cursor, b []byte) []byte
}

// part is a field of a record, or a branch of a union, which has no name.
type part struct {
	*node
	name string
	key  []byte // its name as JSON, and a colon
}

// nested tells whether values are more than a scalar.
func (n *node) nested() bool { return n.wire == wireArray || n.wire == wireMap || n.wire == wireRecord }

// natural is the type that a column gets where nobody asks for another.
func (n *node) natural() abstract.Type {
	switch {
	case n.nested():
		return abstract.JSON
	case n.wire == wireUnion:
		var typ abstract.Type
		for _, branch := range n.parts {
			switch t := branch.natural(); {
			case branch.wire == wireNull || typ == t:
			case typ == "":
				typ = t
			default:
				return abstract.JSON
			}
		}
		if typ != "" {
			return typ
		}
	case n.asUUID:
		return abstract.UUID
	}
	return n.kind.Natural()
}

// describe names a type in an error.
func (n *node) describe() string {
	if n.wire == wireUnion {
		return "a union"
	}
	if typ := n.natural(); !n.nested() {
		return reader.A(typ)
	}
	if n.wire == wireArray {
		return "an array"
	}
	return "a " + n.wire.String()
}

// columnsOf is the columns of a file: the fields of its records. Values that are no
// records are a column of their own.
func columnsOf(root *node, bounds reader.Bounds) ([]part, error) {
	if root.wire != wireRecord {
		return []part{{node: root, name: "value", key: typed.AppendKey(nil, "value")}}, nil
	}
	if most := bounds.MostColumns(MaxColumns); len(root.parts) > most {
		return nil, reader.FileOnly("the file has %d columns, more than %d are not read (--max-columns)", len(root.parts), most)
	}
	columns := append([]part(nil), root.parts...)
	names := make([]string, len(columns))
	for i, c := range columns {
		if names[i] = c.name; c.name == "" {
			names[i] = fmt.Sprintf("column%d", i+1)
		}
	}
	for i, name := range reader.Distinct(names) {
		columns[i].name, columns[i].key = name, typed.AppendKey(nil, name)
	}
	return columns, nil
}

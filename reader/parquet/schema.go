package parquet

import (
	"fmt"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// Limits of a schema, unless [reader.Bounds] say others.
const (
	MaxColumns = 16_384 // leaves, nested ones included
	MaxDepth   = 64     // of nested columns
)

// node is a field of the schema with the levels that tell whether it is there.
// https://github.com/apache/parquet-format/blob/master/README.md#nested-encoding
type node struct {
	element
	children []*node
	// def is the definition level from which on the field is there: not NULL,
	// or not an empty list. rep is the repetition level of its next element.
	def, rep uint8
	column   int // of a leaf: its number
	kind     typed.Kind
}

// buildSchema makes a tree of the elements. The root is not a field.
func buildSchema(elements []element, bounds reader.Bounds) (root *node, leaves []*node, err error) {
	b := &schemaBuilder{elements: elements, columns: bounds.MostColumns(MaxColumns), depth: bounds.MostNesting(MaxDepth)}
	root, err = b.node(0, 0, 0)
	if err == nil && b.next < len(elements) {
		err = fmt.Errorf("%d elements are left over", len(elements)-b.next)
	}
	if err != nil {
		return nil, nil, reader.FileOnly("the schema in the footer cannot be read: %w", err)
	}
	return root, b.leaves, nil
}

type schemaBuilder struct {
	elements []element
	next     int
	leaves   []*node

	columns, depth int // at most
}

// node takes the next element and what is below it. def and rep are those of
// its parent.
func (b *schemaBuilder) node(def, rep uint8, depth int) (*node, error) {
	if b.next >= len(b.elements) {
		return nil, fmt.Errorf("it ends too early")
	}
	if depth > b.depth {
		return nil, fmt.Errorf("it is nested more than %d deep (--max-nesting)", b.depth)
	}
	n := &node{element: b.elements[b.next], def: def, rep: rep}
	b.next++
	if !utf8.ValidString(n.name) {
		return nil, fmt.Errorf("the name %.100q is not valid UTF-8", n.name)
	}
	if depth > 0 {
		switch n.repetition {
		case required:
		case optional:
			n.def++
		case repeated:
			n.def++
			n.rep++
		default:
			return nil, fmt.Errorf("field %q has the unknown repetition %d", n.name, n.repetition)
		}
	}
	if n.leaf && depth > 0 {
		n.column = len(b.leaves)
		if n.column == b.columns {
			return nil, fmt.Errorf("it has more than %d columns (--max-columns)", b.columns)
		}
		b.leaves = append(b.leaves, n)
		if n.physical < 0 || n.physical > typeFixed {
			return nil, fmt.Errorf("field %q has the unknown physical type %d", n.name, n.physical)
		}
		if n.physical == typeFixed && n.length <= 0 {
			return nil, fmt.Errorf("field %q is of fixed length %d", n.name, n.length)
		}
		n.kind = kindOf(n.element)
		return n, nil
	}
	if n.element.children < 0 || int(n.element.children) > len(b.elements)-b.next {
		return nil, fmt.Errorf("field %q has %d children", n.name, n.element.children)
	}
	for range n.element.children {
		child, err := b.node(n.def, n.rep, depth+1)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	return n, nil
}

// flat tells whether a column has one value or NULL in each row.
func (n *node) flat() bool { return n.leaf && n.repetition != repeated }

// first is the first leaf below a field. A field without any has none.
func (n *node) first() *node {
	if n.leaf {
		return n
	}
	for _, c := range n.children {
		if leaf := c.first(); leaf != nil {
			return leaf
		}
	}
	return nil
}

// below is the leaves below a field, in order.
func (n *node) below() []*node {
	if n.leaf {
		return []*node{n}
	}
	var leaves []*node
	for _, c := range n.children {
		leaves = append(leaves, c.below()...)
	}
	return leaves
}

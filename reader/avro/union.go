package avro

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// newUnion returns the field of a union. Every value goes into the column as one
// of its branch would, except that a union of several types, whose values only a
// JSON column tells apart, has each as JSON there: text in quotes.
func newUnion(n *node, typ abstract.Type) field {
	branches := make([]field, len(n.parts))
	some, null := false, -1
	for i, branch := range n.parts {
		switch {
		case branch.wire == wireNull:
			branches[i], null = &nullField{}, i
			continue
		case typ == abstract.JSON && n.natural() == abstract.JSON:
			branches[i] = &jsonField{node: branch.node}
		default:
			branches[i] = newField(branch.node, typ)
		}
		if branches[i] == nil {
			branches[i] = refused{branch.node, typ}
		} else {
			some = true
		}
	}
	switch {
	case !some && null < 0, !some && len(branches) > 1:
		return nil
	case len(branches) == 2 && null >= 0:
		return &optional{field: branches[1-null], null: int64(null)}
	}
	return &union{branches: branches}
}

// optional is the field of a union of NULL and another type.
type optional struct {
	field
	null int64 // its branch
	out  *output
}

func (f *optional) begin(o *output) {
	f.out = o
	f.field.begin(o)
}

func (f *optional) take(c *cursor, row int) {
	switch i := c.long(); {
	case i == f.null && c.err == nil:
		f.out.Null(row)
	case i == 1-f.null:
		f.field.take(c, row)
	default:
		c.fail(fmt.Errorf("branch %d of 2", i))
	}
}

// union is the field of any union.
type union struct{ branches []field }

func (f *union) begin(o *output) {
	for _, b := range f.branches {
		b.begin(o)
	}
}

func (f *union) take(c *cursor, row int) {
	if i := c.index(len(f.branches), "branch"); c.err == nil {
		f.branches[i].take(c, row)
	}
}

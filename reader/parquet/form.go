package parquet

import "github.com/seed-ede61cd5/sluice/reader/internal/typed"

// textNode is a node of a column with the way to write it.
type textNode struct {
	*node
	form     form
	first    leafCursor // below it
	leaf     leafCursor // of a leaf
	leaves   []leafCursor
	children []*textNode
	key      []byte // of a member: its name and a colon
}

// form is how a node is written as JSON.
type form int

const (
	formLeaf   form = iota
	formObject      // a group: its members by name
	formList        // a group that stands for a list: its only child's elements
	formMap         // a group that stands for a map with text as keys
	formPairs       // one with other keys: a list of pairs
)

// newTextNode decides how a node and those below it are written.
func newTextNode(n *node, cursors map[int]leafCursor) *textNode {
	t := &textNode{node: n}
	for _, leaf := range n.below() {
		t.leaves = append(t.leaves, cursors[leaf.column])
	}
	if len(t.leaves) > 0 {
		t.first = t.leaves[0]
	}
	if n.leaf {
		t.leaf = cursors[n.column]
		return t
	}
	t.form = formOf(n)
	for _, child := range n.children {
		c := newTextNode(child, cursors)
		c.key = typed.AppendKey(nil, child.name)
		t.children = append(t.children, c)
	}
	return t
}

// formOf recognises lists and maps.
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types
func formOf(n *node) form {
	single := len(n.children) == 1 && n.children[0].repetition == repeated
	isList := n.logical.id == logicalList || n.logical.id == 0 && n.converted == convertedList
	isMap := n.logical.id == logicalMap || n.logical.id == 0 && (n.converted == convertedMap || n.converted == convertedMapKeyValue)
	switch {
	case single && isList:
		return formList
	case single && isMap:
		entry := n.children[0]
		if entry.leaf || len(entry.children) == 0 || len(entry.children) > 2 || entry.children[0].repetition == repeated {
			return formObject
		}
		if key := entry.children[0]; key.leaf && key.kind.Meaning == typed.Text {
			return formMap
		}
		return formPairs
	}
	return formObject
}

// elementOf is what an element of a list is: the child of the repeated group,
// unless that group is the element itself, as older writers have it.
func (t *textNode) elementOf() (inner *textNode, itself bool) {
	group := t.children[0]
	if group.node.leaf || len(group.children) != 1 || group.name == "array" || group.name == t.name+"_tuple" {
		return group, true
	}
	if group.form != formObject || group.children[0].repetition == repeated {
		return group, true
	}
	return group.children[0], false
}

package parquet

import (
	"context"
	"errors"
)

// writer writes one row.
type writer struct {
	*nested
	ctx context.Context
	err error
}

func (w *writer) byte(c byte) { w.row = append(w.row, c) }

func (w *writer) text(s string) { w.row = append(w.row, s...) }

// pass moves every leaf below t over one level.
func (w *writer) pass(t *textNode) {
	for _, leaf := range t.leaves {
		if !w.has(leaf) {
			return
		}
		leaf.take(nil, false)
	}
}

// has makes sure that a leaf has a level.
func (w *writer) has(leaf leafCursor) bool {
	if w.err != nil {
		return false
	}
	err := leaf.ready(w.ctx)
	if err == errNoMore {
		err = w.damaged(errLevels)
	}
	w.err = err
	return err == nil
}

// member writes a field of a group: NULL, a list of it, or its value.
func (w *writer) member(t *textNode) {
	if len(t.leaves) == 0 {
		w.text("{}") // a group without fields
		return
	}
	if !w.has(t.first) {
		return
	}
	switch {
	case t.repetition == repeated:
		w.repeated(t)
	case t.repetition == optional && t.first.def() < t.node.def:
		w.text("null")
		w.pass(t)
	default:
		w.value(t)
	}
}

// repeated writes a field that is repeated as a list.
func (w *writer) repeated(t *textNode) {
	w.byte('[')
	w.elements(t, func() { w.value(t) })
	w.byte(']')
}

// elements calls write for each element of a repeated node, with commas
// between.
func (w *writer) elements(t *textNode, write func()) {
	if !w.has(t.first) {
		return
	}
	if t.first.def() < t.node.def {
		w.pass(t)
		return
	}
	for n := 0; w.err == nil; n++ {
		if n > 0 {
			w.byte(',')
		}
		write()
		if w.err != nil {
			return
		}
		if err := t.first.ready(w.ctx); err == errNoMore {
			return
		} else if err != nil {
			w.err = err
			return
		}
		if t.first.rep() != t.node.rep {
			return
		}
		if int64(len(w.row)) > w.maxRow {
			w.err = w.nested.damaged(errors.New("a row of it is too long"))
		}
	}
}

// value writes a node that is there.
func (w *writer) value(t *textNode) {
	switch t.form {
	case formLeaf:
		w.leafValue(t)
	case formList:
		element, itself := t.elementOf()
		w.byte('[')
		w.elements(t.children[0], func() {
			if itself {
				w.value(element)
			} else {
				w.member(element)
			}
		})
		w.byte(']')
	case formMap, formPairs:
		w.entries(t)
	default:
		w.byte('{')
		for i, child := range t.children {
			if i > 0 {
				w.byte(',')
			}
			w.row = append(w.row, child.key...)
			w.member(child)
		}
		w.byte('}')
	}
}

// entries writes a map.
func (w *writer) entries(t *textNode) {
	entry := t.children[0]
	begin, between, end := "", ":", ""
	outer := "{}"
	if t.form == formPairs {
		begin, between, end, outer = "[", ",", "]", "[]"
	}
	w.byte(outer[0])
	w.elements(entry, func() {
		w.text(begin)
		key := entry.children[0]
		if t.form == formMap && w.has(key.first) && key.first.def() < key.node.def && w.fault == "" {
			w.fault = "a key of the map is NULL"
		}
		w.member(key)
		w.text(between)
		if len(entry.children) == 2 {
			w.member(entry.children[1])
		} else {
			w.text("null") // a map without values
		}
		w.text(end)
	})
	w.byte(outer[1])
}

func (w *writer) leafValue(t *textNode) {
	if !w.has(t.leaf) {
		return
	}
	if t.leaf.def() != t.node.def {
		w.err = w.damaged(errLevels)
		return
	}
	var fault string
	if w.row, fault = t.leaf.take(w.row, true); fault != "" && w.fault == "" {
		w.fault = fault
	}
	if int64(len(w.row)) > w.maxRow {
		w.err = w.nested.damaged(errors.New("a row of it is too long"))
	}
}

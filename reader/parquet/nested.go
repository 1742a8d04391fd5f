package parquet

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// nested reads a column of lists, maps and groups, each row of it as one JSON
// value. Every leaf has a cursor; a row takes from each of them all levels up
// to the next repetition level 0.
// https://github.com/apache/parquet-format/blob/master/README.md#nested-encoding
type nested struct {
	field   *node
	text    *textNode
	cursors []leafCursor
	maxRow  int64 // bytes
	row     []byte
	pending bool   // row is assembled and found no room yet
	null    bool   // it is NULL
	fault   string // it cannot be stored
}

// newNested returns the reader of a column that is not flat.
func newNested(field *node, leaves []*pages, _ abstract.Type, maxRow int64) *nested {
	c := &nested{field: field, maxRow: maxRow}
	byColumn := map[int]leafCursor{}
	for _, p := range leaves {
		cursor := newLeafCursor(p)
		c.cursors = append(c.cursors, cursor)
		byColumn[p.leaf.column] = cursor
	}
	c.text = newTextNode(field, byColumn)
	return c
}

var errLevels = errors.New("the levels of its parts do not agree")

func (c *nested) damaged(err error) error {
	return reader.FileOnly("column %q: %w", c.field.name, err)
}

// fill appends rows to b until it has that many, or most bytes of data.
func (c *nested) fill(ctx context.Context, b *column.Builder, rows, most int, f *faults) error {
	for b.N < rows {
		if !c.pending {
			if err := c.assemble(ctx); err != nil {
				return err
			}
		}
		offsets, data := b.Offsets(), b.Data()
		used := int(offsets[b.N])
		text := c.row
		switch {
		case c.null:
			text = nil
		case c.fault != "":
			text = nil
		}
		if used+len(text) > most && b.N > 0 && len(text) > 0 {
			return nil
		}
		if used+len(text) > len(data) {
			data = b.Grow(used + len(text))
		}
		if c.null {
			b.SetNull(b.N)
		}
		if c.fault != "" {
			f.add(b.N, c.fault)
		}
		used += copy(data[used:], text)
		b.N++
		offsets[b.N] = int32(used)
		c.pending = false
	}
	return nil
}

// assemble makes the text of the next row.
func (c *nested) assemble(ctx context.Context) error {
	c.row, c.null, c.fault, c.pending = c.row[:0], false, "", true
	for _, cursor := range c.cursors {
		if err := cursor.ready(ctx); err != nil {
			return err
		}
		if cursor.rep() != 0 {
			return c.damaged(errLevels)
		}
	}
	w := &writer{nested: c, ctx: ctx}
	if c.field.repetition == optional && c.text.first.def() < c.field.def {
		c.null = true
		w.pass(c.text)
	} else if c.field.repetition == repeated {
		w.repeated(c.text)
	} else {
		w.value(c.text)
	}
	if w.err != nil {
		return w.err
	}
	return c.rowEnds(ctx)
}

// rowEnds checks that no leaf has more of the row.
func (c *nested) rowEnds(ctx context.Context) error {
	for _, cursor := range c.cursors {
		err := cursor.ready(ctx)
		if err == errNoMore {
			continue
		}
		if err != nil {
			return err
		}
		if cursor.rep() != 0 {
			return c.damaged(errLevels)
		}
	}
	return nil
}

// skip passes over rows: by whole pages only where their headers tell how many
// rows they have and every leaf does.
func (c *nested) skip(ctx context.Context, rows int64) error {
	for _, cursor := range c.cursors {
		if err := cursor.skipRows(ctx, rows); err != nil {
			return err
		}
	}
	return nil
}

func (c *nested) end(ctx context.Context) error {
	for _, cursor := range c.cursors {
		if err := cursor.end(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *nested) close() {
	for _, cursor := range c.cursors {
		cursor.close()
	}
}

// errNoMore is how a cursor says that its chunk has ended.
var errNoMore = io.EOF

// leafCursor is the next level of a leaf, with its value if it has one.
type leafCursor interface {
	// ready makes rep and def tell of the next level; it answers errNoMore
	// after the last.
	ready(ctx context.Context) error
	rep() uint8
	def() uint8
	// take appends the value as JSON, if b is not nil and def says that there is
	// one, and moves on.
	take(b []byte, want bool) (out []byte, fault string)
	skipRows(ctx context.Context, rows int64) error
	end(ctx context.Context) error
	close()
}

// newLeafCursor returns the cursor for a leaf.
func newLeafCursor(p *pages) leafCursor {
	switch p.leaf.physical {
	case typeBoolean:
		return &cursor[bool]{flat: flat[bool]{pages: p, sink: &keepDict[bool]{}}, render: renderer[bool](p.leaf.kind)}
	case typeInt32, typeFloat:
		return &cursor[int32]{flat: flat[int32]{pages: p, sink: &keepDict[int32]{}}, render: renderer[int32](p.leaf.kind)}
	case typeInt64, typeDouble:
		return &cursor[int64]{flat: flat[int64]{pages: p, sink: &keepDict[int64]{}}, render: renderer[int64](p.leaf.kind)}
	}
	return &cursor[[]byte]{flat: flat[[]byte]{pages: p, sink: &keepDict[[]byte]{}}, render: renderer[[]byte](p.leaf.kind)}
}

// keepDict is a sink that only keeps the dictionary.
type keepDict[P value] struct{ dict []P }

func (s *keepDict[P]) dictionary(values []P)                               { s.dict = values }
func (s *keepDict[P]) write(*column.Builder, *step[P], int, *faults) error { return nil }

// cursor walks the levels of a leaf, a step at a time.
type cursor[P value] struct {
	flat[P]
	render func([]byte, P) ([]byte, string)
	reps   []uint8
	defs   []uint8
	at, n  int // levels of the step
	val    int
	buf    []byte

	checker json.Checker
}

func (c *cursor[P]) ready(ctx context.Context) error {
	if c.at < c.n {
		return nil
	}
	p := c.pages
	for p.left == 0 {
		if p.seen >= p.chunk.values {
			return errNoMore
		}
		if _, err := c.open(ctx, 0); err != nil {
			return err
		}
	}
	return c.loadLevels(ctx)
}

// loadLevels reads the next levels and the values that go with them.
func (c *cursor[P]) loadLevels(context.Context) error {
	p := c.pages
	n := min(p.left, stepRows/2)
	c.reps, c.defs = resized(c.reps, n), resized(c.defs, n)
	if err := p.read(c.reps, c.defs, n); err != nil {
		return err
	}
	k := n
	if p.rep == nil {
		clear(c.reps)
	}
	if p.def == nil {
		for i := range c.defs {
			c.defs[i] = p.leaf.def
		}
	} else {
		k = 0
		for _, d := range c.defs {
			if d == p.leaf.def {
				k++
			}
		}
	}
	s := &c.step
	s.idx, s.vals = nil, nil
	var err error
	if c.indices != nil {
		c.idx = resized(c.idx, k)
		s.idx = c.idx
		err = c.indices.read(s.idx)
	} else {
		c.vals = resized(c.vals, k)
		s.vals = c.vals
		err = c.source.read(s.vals)
	}
	if err != nil {
		return p.damaged(err)
	}
	c.at, c.n, c.val = 0, n, 0
	return nil
}

func (c *cursor[P]) rep() uint8 { return c.reps[c.at] }
func (c *cursor[P]) def() uint8 { return c.defs[c.at] }

func (c *cursor[P]) take(b []byte, want bool) (out []byte, fault string) {
	if c.defs[c.at] == c.pages.leaf.def {
		if want {
			b, fault = c.appendJSON(b, c.step.value(c.val, c.sink.(*keepDict[P]).dict))
		}
		c.val++
	}
	c.at++
	return b, fault
}

// appendJSON writes a value as JSON.
func (c *cursor[P]) appendJSON(b []byte, v P) (out []byte, fault string) {
	text, fault := c.render(c.buf[:0], v)
	c.buf = text[:0]
	if fault != "" {
		return b, fault
	}
	switch c.pages.leaf.kind.meaning {
	case meansBool, meansInt, meansUint, meansDecimal:
		return append(b, text...), ""
	case meansFloat16, meansFloat, meansDouble:
		if last := text[len(text)-1]; last == 'N' || last == 'y' { // JSON has no NaN, no Infinity
			return appendQuoted(b, text)
		}
		return append(b, text...), ""
	case meansBytes:
		return append(base64.StdEncoding.AppendEncode(append(b, '"'), text), '"'), ""
	case meansJSON:
		if !c.checker.Valid(text) {
			return b, reader.Quote(text) + " is not " + reader.A(abstract.JSON)
		}
		return append(b, text...), ""
	}
	return appendQuoted(b, text)
}

// skipRows passes over rows: whole pages where their headers tell.
func (c *cursor[P]) skipRows(ctx context.Context, rows int64) error {
	p := c.pages
	for {
		if c.at >= c.n && p.left == 0 && rows > 1 && p.seen < p.chunk.values {
			// A page of version 2 begins with a row; so does one that follows it.
			skipped, err := c.open(ctx, rows-1)
			if err != nil {
				return err
			}
			rows -= skipped
			if p.left == 0 {
				continue
			}
		}
		err := c.ready(ctx)
		if err == errNoMore && rows == 0 {
			return nil
		}
		if err == errNoMore {
			return p.tooFew()
		}
		if err != nil {
			return err
		}
		if c.rep() == 0 {
			if rows == 0 {
				return nil
			}
			rows--
		}
		c.take(nil, false)
	}
}

// end checks that the chunk has no more rows.
func (c *cursor[P]) end(ctx context.Context) error {
	if c.at < c.n {
		return c.pages.damaged(errors.New("more values than the row group has rows"))
	}
	return c.pages.end(ctx)
}

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
		c.key, _ = appendQuoted(nil, []byte(child.name))
		c.key = append(c.key, ':')
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
		if key := entry.children[0]; key.leaf && key.kind.meaning == meansText {
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

// appendQuoted writes text as a JSON string.
func appendQuoted(b, text []byte) (out []byte, fault string) {
	if !utf8.Valid(text) {
		return b, reader.Quote(text) + " is not valid UTF-8"
	}
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == 0:
			return b, reader.Quote(text) + " has a NUL byte"
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"'), ""
}

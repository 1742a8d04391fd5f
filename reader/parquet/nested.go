package parquet

import (
	"context"
	"errors"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// nested reads a column of lists, maps and groups, each row of it as one JSON
// value. Every leaf has a cursor; a row takes from each of them all levels up
// to the next repetition level 0.
// https://github.com/apache/parquet-format/blob/master/README.md#nested-encoding
type nested struct {
	field   *node
	text    *textNode
	lead    []byte // what every row begins with that is not NULL
	cursors []leafCursor
	maxRow  int64 // bytes
	row     []byte
	pending bool   // row is assembled and found no room yet
	null    bool   // it is NULL
	fault   string // it cannot be stored
}

// newNested returns the reader of a column that is not flat.
func newNested(field *node, leaves []*pages, lead []byte, maxRow int64) *nested {
	c := &nested{field: field, lead: lead, maxRow: maxRow}
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
	c.row, c.null, c.fault, c.pending = append(c.row[:0], c.lead...), false, "", true
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

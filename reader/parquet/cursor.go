package parquet

import (
	"context"
	"errors"
	"io"

	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

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
		return &cursor[bool]{flat: flat[bool]{pages: p, sink: &keepDict[bool]{}}, render: typed.Renderer[bool](p.leaf.kind)}
	case typeInt32, typeFloat:
		return &cursor[int32]{flat: flat[int32]{pages: p, sink: &keepDict[int32]{}}, render: typed.Renderer[int32](p.leaf.kind)}
	case typeInt64, typeDouble:
		return &cursor[int64]{flat: flat[int64]{pages: p, sink: &keepDict[int64]{}}, render: typed.Renderer[int64](p.leaf.kind)}
	}
	return &cursor[[]byte]{flat: flat[[]byte]{pages: p, sink: &keepDict[[]byte]{}}, render: typed.Renderer[[]byte](p.leaf.kind)}
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

	json typed.JSONWriter
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
	return c.json.Append(b, c.pages.leaf.kind, text)
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

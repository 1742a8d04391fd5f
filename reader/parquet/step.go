package parquet

import (
	"context"
	"io"

	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// stepRows is how many rows of a column are decoded at once: few enough that
// they stay in the processor's cache.
const stepRows = 2048

// step is some rows of a flat column, decoded and not yet written. Values are
// dense: NULLs have none.
type step[P value] struct {
	n   int     // rows
	def []uint8 // of each row 0 for NULL; nil if none is
	k   int     // values
	// vals are the values, or idx their places in the dictionary.
	vals []P
	idx  []uint32

	row, val int // what was written of them, where not all found room
}

// sink writes the values of a flat column to its place in the table.
type sink[P value] interface {
	// dictionary takes the values that the indices of the next steps stand for.
	dictionary(values []P)
	// write appends the step's rows to b. It stops, before the step's end, where
	// the data of the column would pass most bytes; a column that is empty
	// takes any one value.
	write(b *column.Builder, s *step[P], most int, f *faults) error
}

// faults are the values of a column that cannot be stored, by row in
// ascending order.
type faults struct {
	rows    []int
	reasons []string
	saved   [][]byte // members of what is rescued; nil for what makes the row bad
	bytes   int      // of all that are saved
}

func (f *faults) add(row int, reason string) {
	f.rows = append(f.rows, row)
	f.reasons = append(f.reasons, reason)
	f.saved = append(f.saved, nil)
}

// cut forgets all but the first n faults.
func (f *faults) cut(n int) {
	f.rows, f.reasons, f.saved = f.rows[:n], f.reasons[:n], f.saved[:n]
}

// drop forgets the first n rows.
func (f *faults) drop(n int) {
	kept := 0
	for i, row := range f.rows {
		if row >= n {
			f.rows[kept], f.reasons[kept], f.saved[kept] = row-n, f.reasons[i], f.saved[i]
			kept++
		} else {
			f.bytes -= len(f.saved[i])
		}
	}
	clear(f.saved[kept:])
	f.cut(kept)
}

// flat reads a column that has one value or NULL in each row.
type flat[P value] struct {
	pages   *pages
	sink    sink[P]
	source  source[P]
	indices *indices
	known   bool // the sink has the dictionary

	step step[P]
	def  []uint8
	vals []P
	idx  []uint32
}

// fill appends rows to b until it has that many, or most bytes of data.
func (c *flat[P]) fill(ctx context.Context, b *column.Builder, rows, most int, f *faults) error {
	for b.N < rows {
		if c.step.row == c.step.n {
			if err := c.load(ctx, rows-b.N); err != nil {
				return err
			}
		}
		if err := c.sink.write(b, &c.step, most, f); err != nil {
			return err
		}
		if c.step.row < c.step.n {
			return nil
		}
	}
	return nil
}

// skip passes over rows.
func (c *flat[P]) skip(ctx context.Context, rows int64) error {
	for rows > 0 {
		if c.pages.left == 0 {
			skipped, err := c.open(ctx, rows)
			if err != nil {
				return err
			}
			if rows -= skipped; rows == 0 {
				continue
			}
		}
		if err := c.load(ctx, int(min(rows, stepRows))); err != nil {
			return err
		}
		rows -= int64(c.step.n)
	}
	c.step.row = c.step.n
	return nil
}

// open moves to the next page with values.
func (c *flat[P]) open(ctx context.Context, skip int64) (skipped int64, err error) {
	p := c.pages
	skipped, err = p.advance(ctx, skip)
	if err == io.EOF && skipped == skip && skip > 0 {
		return skipped, nil
	}
	if err == io.EOF {
		return skipped, p.tooFew()
	}
	if err != nil {
		return skipped, err
	}
	return skipped, c.opened()
}

// opened makes ready to read the values of a page that was opened.
func (c *flat[P]) opened() (err error) {
	p := c.pages
	c.source, c.indices = nil, nil
	if !p.indexed {
		if c.source, err = newSource[P](p.layout(), p.header.encoding, p.data); err != nil {
			return p.damaged(err)
		}
		return nil
	}
	if !c.known {
		entries, err := dictionaryOf[P](p)
		if err != nil {
			return err
		}
		c.sink.dictionary(entries)
		c.known = true
	}
	if c.indices, err = newIndices(p.data, p.entries); err != nil {
		return p.damaged(err)
	}
	return nil
}

// dictionaryOf decodes the dictionary of a chunk.
func dictionaryOf[P value](p *pages) ([]P, error) {
	l := p.layout()
	l.values = p.entries
	src, err := newSource[P](l, encodingPlain, p.dictionary)
	if err != nil {
		return nil, p.damaged(err)
	}
	entries := make([]P, p.entries)
	if err := src.read(entries); err != nil {
		return nil, p.damaged(err)
	}
	return entries, nil
}

// load decodes the next step, of at most that many rows.
func (c *flat[P]) load(ctx context.Context, most int) error {
	p := c.pages
	for p.left == 0 {
		if _, err := c.open(ctx, 0); err != nil {
			return err
		}
	}
	s := &c.step
	n := min(most, p.left, stepRows)
	c.def, c.vals = resized(c.def, n), resized(c.vals, n)
	s.row, s.val, s.n, s.k, s.def = 0, 0, 0, n, nil
	if err := p.read(nil, c.def, n); err != nil {
		return err
	}
	if p.def != nil {
		if s.k = ones(c.def); s.k < n {
			s.def = c.def
		}
	}
	var err error
	if c.indices != nil {
		c.idx = resized(c.idx, s.k)
		s.idx, s.vals = c.idx, nil
		err = c.indices.read(s.idx)
	} else {
		s.idx, s.vals = nil, c.vals[:s.k]
		err = c.source.read(s.vals)
	}
	if err != nil {
		return p.damaged(err)
	}
	s.n = n
	return nil
}

func resized[T any](buf []T, n int) []T {
	if cap(buf) < n {
		return make([]T, n, max(n, min(2*n, stepRows)))
	}
	return buf[:n]
}

// ones is the sum of levels that are 0 or 1.
func ones(levels []uint8) int {
	n := 0
	for _, v := range levels {
		n += int(v)
	}
	return n
}

// end checks that the chunk has no more rows.
func (c *flat[P]) end(ctx context.Context) error { return c.pages.end(ctx) }

// close frees the decompressors.
func (c *flat[P]) close() { c.pages.undo.close() }

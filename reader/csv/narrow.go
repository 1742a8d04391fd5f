package csv

import (
	"slices"

	"github.com/seed-ede61cd5/sluice/reader"
)

// stop is where a block was left, before a record with a value that a column
// could be made wider for.
type stop struct {
	news   *reader.NewColumnsError
	offset int64
	number int64 // of the block's records before it
}

// observe adds a cell to what is known of its column.
func (d *dialect) observe(e *reader.Evidence, data []byte, c cell) {
	switch {
	case c.len() == 0, !c.quoted() && d.isNullWord(c.in(data)):
		e.ObserveNull()
	case c.size&flagEscaped != 0:
		e.ObserveText() // no other type has quotes in it
	default:
		e.Observe(c.in(data))
	}
}

// widens tells whether the column could be made wider for a cell that does not
// fit.
func (s *scan) widens(c cell) bool {
	if s.widen == nil || s.suspect && s.dialect.unstorable(c.in(s.data)) != "" {
		return false
	}
	e := reader.Evidence{Name: s.schema[s.target[s.file]].Name}
	s.dialect.observe(&e, s.data, c)
	return s.widen(e)
}

// narrow is the first row for which a column could be made wider, -1 if there is
// none, or the file fails before.
func (f *faults) narrow(goesOn bool) int {
	at := -1
	for row, fault := range f.rows {
		if fault.narrow && (at < 0 || row < at) {
			at = row
		}
	}
	if !goesOn && f.first < at {
		return -1
	}
	return at
}

// stopAt leaves the block before a row of the stretch, and tells which columns
// are too narrow for what follows in it.
func (b *batch) stopAt(row int, f *faults) {
	x := b.index
	b.stop = &stop{&reader.NewColumnsError{Narrow: b.tooNarrow(row)}, b.offset + int64(x.starts[row]), int64(x.number[row])}
	x.rows = row
	f.first = -1
	for r := range f.rows {
		switch {
		case r >= row:
			delete(f.rows, r)
		case f.first < 0 || r < f.first:
			f.first = r
		}
	}
	if x.bad != nil && x.bad.Index >= b.stop.number {
		x.bad = nil
	}
	x.list = slices.DeleteFunc(x.list, func(bad reader.BadRecord) bool { return bad.Index >= b.stop.number })
	for _, col := range b.columns {
		col.Truncate(min(b.rows+row, col.N))
	}
}

// tooNarrow looks at the rest of the stretch, from a row on.
func (b *batch) tooNarrow(row int) (list []reader.Evidence) {
	x := b.index
	for file, place := range b.target {
		if place < 0 {
			continue
		}
		e := reader.Evidence{Name: b.schema[place].Name}
		for r := row; r < x.rows; r++ {
			if c := x.cells[r*x.columns+file]; !b.suspect || b.dialect.unstorable(c.in(b.data)) == "" {
				b.dialect.observe(&e, b.data, c)
			}
		}
		if b.widen(e) {
			list = append(list, e)
		}
	}
	return list
}

// report tells where the block was left. All before that was rejected, or is a
// row.
func (s *stop) report(out *reader.Decoded, rows int) {
	out.New, out.Stop = s.news, s.offset
	if out.Rejects == nil {
		out.Rejected = s.number - int64(rows)
	}
}

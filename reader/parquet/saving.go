package parquet

import (
	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// saving is the sink of a column in which not every value may fit. Of those that do
// not, it keeps the members.
type saving[P value] struct {
	inner  sink[P]
	member func([]byte, P) ([]byte, string)
	dict   []P
	known  map[uint32][]byte // members of entries of the dictionary
}

// savingRows is how many rows are written at once: those that follow one for which
// there is no room are written again.
const savingRows = 64

// saves tells whether there may be something to rescue of a flat field whose values
// go into a column of that type. What does not fit into one of text is none, so it
// cannot be a member either.
func saves(k typed.Kind, typ abstract.Type) bool {
	return !typed.Same(k, typ) && typ != abstract.Text && typ != abstract.Bytes
}

func (s *saving[P]) dictionary(values []P) {
	s.dict, s.known = values, make(map[uint32][]byte)
	s.inner.dictionary(values)
}

func (s *saving[P]) write(b *column.Builder, st *step[P], most int, f *faults) error {
	for st.row < st.n {
		part := st.next(savingRows)
		first, before := b.N, len(f.rows)
		if err := s.inner.write(b, &part, most, f); err != nil {
			return err
		}
		if end := s.save(b, &part, most, f, first, before); end < first+part.n {
			part.row = end - first
		}
		st.val += part.valuesBefore(part.row)
		if st.row += part.row; part.row < part.n {
			return nil
		}
	}
	return nil
}

// save keeps the members of the faults from before on, which are of rows that begin
// with first. The row that it returns is the one for which there was no room, and
// nothing is left of it and those that follow, or else where b ends.
func (s *saving[P]) save(b *column.Builder, part *step[P], most int, f *faults, first, before int) (end int) {
	for i := before; i < len(f.rows); i++ {
		row := f.rows[i]
		member, fault := s.memberOf(part, part.valuesBefore(row-first))
		if fault != "" {
			continue // the row is bad
		}
		if f.bytes > 0 && f.bytes+len(member) > most {
			b.Truncate(row)
			f.cut(i)
			return row
		}
		f.saved[i] = member
		f.bytes += len(member)
		b.SetNull(row)
	}
	return b.N
}

// memberOf is the member of a value of the step.
func (s *saving[P]) memberOf(part *step[P], val int) (member []byte, fault string) {
	if part.idx == nil {
		return s.member(nil, part.vals[val])
	}
	entry := part.idx[val]
	if member = s.known[entry]; member == nil {
		if member, fault = s.member(nil, s.dict[entry]); fault == "" {
			s.known[entry] = member
		}
	}
	return member, fault
}

// next is the step's next rows, as a step of their own.
func (s *step[P]) next(rows int) step[P] {
	part := step[P]{n: min(rows, s.n-s.row)}
	if part.k = part.n; s.def != nil {
		part.def = s.def[s.row : s.row+part.n]
		part.k = ones(part.def)
	}
	if s.idx != nil {
		part.idx = s.idx[s.val : s.val+part.k]
	} else {
		part.vals = s.vals[s.val : s.val+part.k]
	}
	return part
}

// valuesBefore is how many values there are before a row.
func (s *step[P]) valuesBefore(row int) int {
	if s.def == nil {
		return row
	}
	return ones(s.def[:row])
}

package parquet

import (
	"fmt"
	"math"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// What does not fit is rescued as the members of an object: see
// [reader.Dialect.Rescue]. A column of the file that the table has none for, or one
// that can hold none of it, is read as a column of members. Of others a value that
// does not fit has its member in the faults. In the end the members of a row are put
// together.

// members returns the way to write values of a field as members.
func members[P value](f *node) func([]byte, P) ([]byte, string) {
	render, lead := typed.Renderer[P](f.kind), typed.AppendKey(nil, f.name)
	var w typed.JSONWriter
	var buf []byte
	return func(b []byte, v P) ([]byte, string) {
		text, fault := render(buf[:0], v)
		buf = text[:0]
		if fault != "" {
			return b, fault
		}
		return w.AppendAny(append(b, lead...), f.kind, text)
	}
}

// mostRescued is how much one batch may have in the column for what does not fit:
// Arrow's offsets have 31 bits. One more row may follow.
const mostRescued = 1 << 30

// rescued makes the column for what does not fit, of the first n rows that the
// others have, or of fewer. A row of which there is too much is bad.
func (s *stretch) rescued(mem memory.Allocator, n int) (out *column.Builder, bad []badRow) {
	r := s.read
	if r.rescue < 0 {
		return nil, nil
	}
	var from []int // fields
	size := 0
	for i := range r.fields {
		if r.target[i] == reader.Rescued {
			size += s.builders[i].TextLen()
		} else if size += s.faults[i].bytes; s.faults[i].bytes == 0 {
			continue
		}
		from = append(from, i)
	}
	out = column.New(mem, r.request.Schema[r.rescue].Type, n, min(size+2*n, mostRescued))
	if len(from) == 0 {
		out.AllNull(n)
		return out, nil
	}
	at := make([]int, len(from)) // the next fault of each
	for out.N < n && (out.N == 0 || out.TextLen() < mostRescued) {
		used := out.TextLen()
		end, ok := s.object(out, from, at, used)
		if !ok {
			bad = append(bad, badRow{out.N, -1, fmt.Sprintf("what does not fit of the row is longer than %d bytes as JSON (--max-page)", r.maxPage)})
		}
		if end == used {
			out.SetNull(out.N)
		}
		out.N++
		out.Offsets()[out.N] = int32(end)
	}
	return out, bad
}

// object writes the members of the next row behind the used bytes of the column, and
// tells where it ends. at is the next fault of each of the fields. ok is false, and
// nothing is written, if they are too long.
func (s *stretch) object(out *column.Builder, from, at []int, used int) (end int, ok bool) {
	end = used
	most := used + int(min(s.read.maxPage, math.MaxInt32-mostRescued-1))
	data := out.Data()
	for k, i := range from {
		member := s.memberIn(i, out.N, &at[k])
		if member == nil {
			continue
		}
		if end+len(member)+2 > most {
			for ; k < len(from); k++ {
				s.memberIn(from[k], out.N, &at[k]) // to move on
			}
			return used, false
		}
		if end+len(member)+2 > len(data) {
			data = out.Grow(end + len(member) + 2)
		}
		data[end] = ','
		if end == used {
			data[end] = '{'
		}
		end += 1 + copy(data[end+1:], member)
	}
	if end > used {
		data[end] = '}'
		end++
	}
	return end, true
}

// memberIn is the member that a row has of a field, nil if it has none.
func (s *stretch) memberIn(field, row int, at *int) []byte {
	if s.read.target[field] == reader.Rescued {
		b := s.builders[field]
		if offsets := b.Offsets(); offsets[row] < offsets[row+1] {
			return b.Data()[offsets[row]:offsets[row+1]]
		}
		return nil
	}
	f := &s.faults[field]
	if *at == len(f.rows) || f.rows[*at] > row {
		return nil
	}
	*at++
	return f.saved[*at-1]
}

package parquet

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// stretch is some rows of a row group on their way. Its columns are decoded
// by several goroutines, each column by one after the stretch before is done
// with it. It is emitted in parts where its data is more than was reserved.
type stretch struct {
	read     *read
	group    *group
	first    int64  // row
	rows     int    // to be decoded still
	rooms    []room // of the columns
	reserved int64
	last     bool          // of the group
	probe    chan struct{} // to be closed after the first part; nil mostly

	before []chan struct{} // closed when the stretch before is done with a column
	turns  []chan struct{} // to be closed when this one is
	begun  []bool          // columns that are where the stretch begins
	done   []bool          // turns that are closed

	builders []*column.Builder // by field
	faults   []faults
}

// Decode makes the next part.
func (s *stretch) Decode(ctx context.Context, mem memory.Allocator) (d reader.Decoded, err error) {
	if s.builders == nil {
		s.start(mem)
	}
	if err := s.decodeColumns(ctx); err != nil {
		return d, err
	}
	d = s.part(mem)
	if s.probe != nil {
		close(s.probe)
		s.probe = nil
	}
	if d.More = s.rows > 0 && d.Bad == nil; d.More {
		return d, nil
	}
	if s.last && d.Bad == nil {
		s.group.close()
	}
	s.read.share.Resize(s.reserved, d.Bytes)
	s.reserved = d.Bytes
	return d, nil
}

// Free returns what is reserved for the rows, and the columns after an error.
func (s *stretch) Free() {
	for _, b := range s.builders {
		if b != nil {
			b.Release()
		}
	}
	s.read.share.Resize(s.reserved, 0)
	s.reserved = 0
}

func (s *stretch) start(mem memory.Allocator) {
	n := len(s.read.fields)
	s.begun, s.done, s.faults = make([]bool, n), make([]bool, n), make([]faults, n)
	s.builders = make([]*column.Builder, n)
	for i := range s.builders {
		s.builders[i] = s.builder(mem, i)
	}
}

func (s *stretch) builder(mem memory.Allocator, field int) *column.Builder {
	return column.New(mem, s.read.typeOf(field), s.rows, s.rooms[field].guess)
}

// decodeColumns brings every column to the stretch's end, or as far as there
// is room for it. Of several errors it returns that of the first column, so
// that a file fails with the same reason every time.
func (s *stretch) decodeColumns(ctx context.Context) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	errs := make([]error, len(s.read.fields))
	// Those that wait for the store leave the decode slots to others.
	for range min(s.read.request.Limits.Parallelism()+parallelRequests, len(errs)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(errs); i = int(next.Add(1)) - 1 {
				errs[i] = s.decodeColumn(ctx, i)
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *stretch) decodeColumn(ctx context.Context, i int) (err error) {
	defer contained(&err)
	if s.done[i] {
		return nil
	}
	if s.before != nil {
		select {
		case <-s.before[i]:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	limits := s.read.request.Limits
	if err := limits.Slot(ctx); err != nil {
		return err
	}
	defer limits.Free()
	c, b := s.group.columns[i], s.builders[i]
	if !s.begun[i] && s.before == nil && s.group.skip > 0 {
		if err := c.skip(ctx, s.group.skip); err != nil {
			return err
		}
	}
	s.begun[i] = true
	if err := c.fill(ctx, b, s.rows, s.rooms[i].most, &s.faults[i]); err != nil {
		return err
	}
	if b.N < s.rows {
		return nil // the rest comes with the next part
	}
	if s.last {
		if err := c.end(ctx); err != nil {
			return err
		}
	}
	s.done[i] = true
	close(s.turns[i])
	return nil
}

// withoutSlot waits for the store without holding back decoders.
func (r *read) withoutSlot(wait func() error) error {
	r.request.Limits.Free()
	// The slot is taken again whatever happens, be it a panic: the caller gives
	// it back. Whoever has it now computes and will be done.
	defer r.request.Limits.Slot(context.Background())
	return wait()
}

// part takes the rows that every column has.
func (s *stretch) part(mem memory.Allocator) (d reader.Decoded) {
	n := s.rows
	for _, b := range s.builders {
		n = min(n, b.N)
	}
	rescued, bad := s.rescued(mem, n)
	if rescued != nil {
		n = rescued.N
	}
	bad = s.badRows(n, bad)
	end := s.first + int64(n)
	if len(bad) > 0 && !s.goesOn() {
		n, end = bad[0].row, s.first+int64(bad[0].row)
		d.Bad = s.describe(bad[0])
		if rescued != nil {
			rescued.Truncate(n)
		}
	}
	heads := s.builders
	if n < s.rows {
		heads = make([]*column.Builder, len(s.builders))
		for i, b := range s.builders {
			heads[i] = b.Split(n)
			s.faults[i].drop(n)
		}
	} else {
		s.builders = make([]*column.Builder, len(heads))
	}
	if len(bad) > 0 && s.goesOn() {
		s.reject(&d, bad)
		rows := make([]int, len(bad))
		for i, b := range bad {
			rows[i] = b.row
		}
		for _, b := range heads {
			b.Remove(rows)
		}
		if rescued != nil {
			rescued.Remove(rows)
		}
	}
	if s.read.request.Locate {
		d.Starts = s.starts(n, bad)
	}
	d.After = end
	d.Covers = s.read.covers(end) - s.read.covers(s.first)
	s.first = end
	s.rows -= n
	rows := n
	if s.goesOn() {
		rows -= len(bad)
	}
	s.assemble(mem, heads, rescued, rows, &d)
	return d
}

func (s *stretch) goesOn() bool { return s.read.request.OnBadRow.GoesOn() }

// reject reports rows that are left out.
func (s *stretch) reject(d *reader.Decoded, bad []badRow) {
	if s.read.request.OnBadRow != reader.Quarantine {
		d.FirstRejected, d.Rejected = s.describe(bad[0]), int64(len(bad))
		return
	}
	list := make([]reader.BadRecord, len(bad))
	for i, b := range bad {
		list[i] = *s.describe(b)
	}
	d.Keep(list)
}

// badRow is a row that cannot be stored, for the first of its columns at
// fault, or for no column's sake where field is negative.
type badRow struct {
	row, field int
	reason     string
}

// badRows is the bad ones of the first n rows, in order, besides those that are
// known.
func (s *stretch) badRows(n int, bad []badRow) []badRow {
	for i := range s.faults {
		f := &s.faults[i]
		var merged []badRow
		at := 0
		for j, row := range f.rows {
			if row >= n {
				break
			}
			if f.saved[j] != nil {
				continue
			}
			for at < len(bad) && bad[at].row < row {
				merged = append(merged, bad[at])
				at++
			}
			if at < len(bad) && bad[at].row == row {
				continue
			}
			merged = append(merged, badRow{row, i, f.reasons[j]})
		}
		if merged != nil || at > 0 {
			bad = append(merged, bad[at:]...)
		}
	}
	return s.withRefused(bad, n)
}

// withRefused adds those of the first n rows that the target has refused.
func (s *stretch) withRefused(bad []badRow, n int) []badRow {
	for _, refused := range s.read.request.Refused {
		row := int(min(max(refused.From-s.first, 0), int64(n)))
		if row == n || s.first+int64(row) >= refused.To {
			continue
		}
		at, known := slices.BinarySearchFunc(bad, row, func(b badRow, row int) int { return cmp.Compare(b.row, row) })
		if !known {
			bad = slices.Insert(bad, at, badRow{row, -1, refused.Reason})
		}
	}
	return bad
}

// starts is where the first n rows begin, but for the bad ones.
func (s *stretch) starts(n int, bad []badRow) []int64 {
	var starts []int64
	for row := range n {
		if len(bad) > 0 && bad[0].row == row {
			bad = bad[1:]
			continue
		}
		starts = append(starts, s.first+int64(row))
	}
	return starts
}

func (s *stretch) describe(b badRow) *reader.BadRecord {
	bad := &reader.BadRecord{Index: int64(b.row), Offset: -1, Reason: b.reason}
	if b.field >= 0 {
		bad.Column = s.read.fields[b.field].name
	}
	return bad
}

// assemble makes the batch of the columns, which it frees. rescued may be nil.
func (s *stretch) assemble(mem memory.Allocator, heads []*column.Builder, rescued *column.Builder, rows int, d *reader.Decoded) {
	r := s.read
	if rows == 0 {
		for _, b := range heads {
			b.Release()
		}
		if rescued != nil {
			rescued.Release()
		}
		return
	}
	arrays := make([]arrow.Array, len(r.request.Schema))
	add := func(place int, b *column.Builder) {
		var size int64
		arrays[place], size = b.Array()
		d.Bytes += size
	}
	for i, b := range heads {
		r.text[i].Store(int64(b.TextLen()/rows) + 1)
		if r.target[i] == reader.Rescued {
			b.Release()
			continue
		}
		add(r.target[i], b)
	}
	if rescued != nil {
		add(r.rescue, rescued)
	}
	for _, place := range r.missing {
		b := column.New(mem, r.request.Schema[place].Type, rows, 0)
		b.AllNull(rows)
		add(place, b)
	}
	d.Batch = array.NewRecordBatch(r.arrow, arrays, int64(rows))
	for _, a := range arrays {
		a.Release() // the batch has retained it
	}
}

package parquet

import (
	"context"
	"fmt"
	"io"
	"math/bits"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// read is one call of Read: the [reader.Feed] of a file.
type read struct {
	request reader.Request
	storage *storage
	meta    *metadata
	fields  []*node // the file's columns, without those that are left out
	leaves  []*node // of all columns
	wanted  []bool  // of each leaf, whether it is one of a field's
	target  []int   // the place in the schema of each of the fields, or [reader.Rescued]
	missing []int   // places in the schema that the file has no column for
	rescue  int     // the place in the schema for what does not fit, -1 for none
	arrow   *arrow.Schema
	share   *reader.Share
	dataEnd int64 // where the footer begins
	maxPage int64

	next  int   // row group
	base  int64 // its first row
	row   int64 // to be read next
	group *group
	// text is, for each field, the average bytes of data in a row of the last
	// stretch, 0 while none was decoded.
	text []atomic.Int64
	// probe is closed when the first stretch was decoded. nil: there was none.
	probe chan struct{}
}

// contained turns a panic of a library into an error of the file.
func contained(err *error) {
	if p := recover(); p != nil {
		*err = reader.FileOnly("read Parquet: panic: %v", p)
	}
}

// Next makes the next stretch: some rows of one row group.
func (r *read) Next(ctx context.Context) (reader.Stretch, error) {
	if r.probe != nil && len(r.textFields()) > 0 {
		select {
		case <-r.probe:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if r.group == nil {
		if err := r.nextGroup(ctx); err != nil {
			return nil, err
		}
	}
	g := r.group
	rows, rooms, cost := r.plan(g.rows)
	if g.columns == nil {
		if err := r.begin(ctx, g, cost); err != nil {
			return nil, err
		}
	} else if err := r.share.Acquire(ctx, cost); err != nil {
		return nil, err
	}
	s := &stretch{
		read: r, group: g, first: r.row, rows: rows, rooms: rooms, reserved: cost,
		before: g.turns, turns: make([]chan struct{}, len(r.fields)), last: int64(rows) == g.rows,
	}
	for i := range s.turns {
		s.turns[i] = make(chan struct{})
	}
	if r.probe == nil {
		r.probe = make(chan struct{})
		s.probe = r.probe
	}
	g.turns = s.turns
	g.rows -= int64(rows)
	r.row += int64(rows)
	if s.last {
		r.group = nil
	}
	return s, nil
}

// End is the number of rows.
func (r *read) End() int64 { return r.meta.rows }

// nextGroup finds the next row group with rows to read, or the end. The end is
// verified by then: every range that was read was full and of the generation
// asked for, and every column of every row group was read to its end.
func (r *read) nextGroup(ctx context.Context) error {
	for ; r.next < len(r.meta.groups); r.next++ {
		end := r.base + r.meta.groups[r.next].rows
		if r.row < end {
			r.group = &group{read: r, skip: r.row - r.base, rows: end - r.row}
			return nil
		}
		if err := r.meta.groups[r.next].checkEmpty(); err != nil {
			return err
		}
		r.base = end
	}
	return io.EOF
}

// begin opens a row group and takes the memory for it and its first stretch.
func (r *read) begin(ctx context.Context, g *group, cost int64) error {
	meta := r.meta.groups[r.next]
	r.next++
	r.base += meta.rows
	spans, err := r.located(meta)
	if err != nil {
		return err
	}
	// The stretch must not wait for memory once the group has some, or two
	// files might wait for each other: so both are asked for at once.
	open := r.groupCost(meta, spans)
	if err := r.share.Acquire(ctx, cost+open); err != nil {
		return err
	}
	g.keep(open)
	r.share.Resize(cost+open, cost)
	if err := r.openGroup(ctx, g, meta, spans); err != nil {
		r.share.Resize(cost, 0)
		return err
	}
	return nil
}

// leastText is what a column that is not of fixed width may take of a stretch
// even if its rows were shorter so far, as long as the budget allows.
const leastText = 64 << 10

// batchShare is how many stretches a row group of a usual size is cut into, at
// least.
const batchShare = 4

// probeRows is how long the first stretch is at most, so that those that
// follow can go by what its rows have taken.
const probeRows = 4096

// room is how many bytes of data a column is expected to have in a stretch, and
// how many it may have.
type room struct{ guess, most int }

// plan decides how many rows the next stretch has, and what room each column
// gets for its data: fewer rows are emitted at once if they have more.
func (r *read) plan(left int64) (rows int, rooms []room, cost int64) {
	budget := r.request.Limits.BlockCost()
	texts := r.textFields()
	fixed, guess, held := r.request.OnBadRow.RejectBytes(), int64(0), int64(0)
	for _, c := range r.request.Schema {
		fixed += int64(column.Width(c.Type)) + 1
	}
	for _, f := range texts {
		guess += 2 * r.textGuess(f) * r.held(f)
	}
	for f := range r.fields {
		held += r.held(f)
	}
	most := int64(reader.DefaultBatchRows) / batchShare
	if n := r.request.BatchRows; n > 0 {
		most = min(most, int64(n))
	}
	if n := r.request.BatchBytes; n > 0 {
		perRow := max(r.storage.file.Info.Size/max(r.meta.rows, 1), 1)
		most = min(most, max(n/perRow, 1))
	}
	if len(texts) > 0 && r.probe == nil {
		most = min(most, probeRows)
	}
	n := max(min(left, most, budget/max(fixed+guess, 1)), 1)
	rooms = make([]room, len(r.fields))
	cost = fixed * n
	spare := max(budget-cost, 0) / (held + 1)
	least := min(leastText, budget/(held+1))
	for f := range r.fields {
		times, guess := r.held(f), int64(0)
		if times == 0 {
			continue
		}
		if column.Variable(r.typeOf(f)) {
			guess = r.textGuess(f) * n
		}
		most := min(max(2*guess, spare, least), 1<<30)
		rooms[f] = room{guess: int(min(guess+guess/16, most)), most: int(most)}
		cost += times * most
	}
	return int(n), rooms, cost
}

// textFields is the fields whose columns have data of any length.
func (r *read) textFields() (fields []int) {
	for i := range r.fields {
		if column.Variable(r.typeOf(i)) {
			fields = append(fields, i)
		}
	}
	return fields
}

// held is how many times the room of a field is taken: by its data, and by what is
// rescued of it, before and after that is put together.
func (r *read) held(field int) (times int64) {
	switch {
	case r.target[field] == reader.Rescued:
		return 2
	case r.rescue >= 0 && r.fields[field].flat() && saves(r.fields[field].kind, r.typeOf(field)):
		times = 2
	}
	if column.Variable(r.typeOf(field)) {
		times++
	}
	return times
}

// textGuess is how many bytes of data a row has, going by the rows before or
// else by the metadata.
func (r *read) textGuess(field int) int64 {
	if n := r.text[field].Load(); n > 0 {
		return n
	}
	sum, rows := int64(0), int64(1)
	if r.next < len(r.meta.groups) {
		g := r.meta.groups[r.next]
		rows = max(g.rows, 1)
		for _, leaf := range r.fields[field].below() {
			if leaf.column < len(g.chunks) {
				sum += max(g.chunks[leaf.column].uncompressed, 0)
			}
		}
	}
	return min(sum/rows+8, 1<<20)
}

// covers is how many bytes of the file the rows before one stand for: its
// share of the whole, so that all rows make up the whole.
func (r *read) covers(row int64) int64 {
	if r.meta.rows == 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(r.storage.file.Info.Size), uint64(row))
	n, _ := bits.Div64(high, low, uint64(r.meta.rows))
	return int64(n)
}

// typeOf is the type of the column that a field is read into.
func (r *read) typeOf(field int) abstract.Type {
	if place := r.target[field]; place != reader.Rescued {
		return r.request.Schema[place].Type
	}
	return abstract.JSON
}

// newColumn makes the reader of a field from those of its leaves.
func (r *read) newColumn(i int, cursors []*pages) fileColumn {
	f := r.fields[i]
	if !f.flat() {
		var lead []byte
		if r.target[i] == reader.Rescued {
			lead = typed.AppendKey(nil, f.name)
		}
		return newNested(f, cursors, lead, r.maxPage)
	}
	switch f.physical {
	case typeBoolean:
		return newFlat[bool](r, i, cursors[0])
	case typeInt32, typeFloat:
		return newFlat[int32](r, i, cursors[0])
	case typeInt64, typeDouble:
		return newFlat[int64](r, i, cursors[0])
	}
	return newFlat[[]byte](r, i, cursors[0])
}

func newFlat[P value](r *read, i int, p *pages) fileColumn {
	f, typ := r.fields[i], r.typeOf(i)
	c := &flat[P]{pages: p}
	switch {
	case r.target[i] == reader.Rescued:
		c.sink = &textSink[P]{render: members[P](f)}
	case r.rescue >= 0 && saves(f.kind, typ):
		c.sink = &saving[P]{inner: newSink[P](f.kind, typ), member: members[P](f)}
	default:
		c.sink = newSink[P](f.kind, typ)
	}
	return c
}

// checkTypes refuses columns whose type cannot hold what the file has, unless that
// is to be rescued, of which it makes a note. target is the place of each of them in
// the schema.
func (r *read) checkTypes(target []int) error {
	for _, c := range r.request.Schema {
		if c.Type.Arrow() == nil {
			return fmt.Errorf("column %q has the unknown type %q", c.Name, c.Type)
		}
	}
	for i, f := range r.fields {
		if target[i] < 0 {
			continue
		}
		typ, err := r.request.Schema[target[i]].Type, error(nil)
		switch {
		case !f.flat() && typ != abstract.Text && typ != abstract.JSON:
			err = reader.FileOnly("column %q is nested, which %s cannot hold: make it json or text", f.name, reader.A(typ))
		case f.flat() && typ == abstract.Bytes && newSink[[]byte](f.kind, typ) == nil:
			err = reader.FileOnly("column %q is %s in the file, which a column of type bytes cannot hold", f.name, reader.A(f.kind.Natural()))
		}
		switch {
		case err == nil:
		case r.rescue >= 0:
			target[i] = reader.Rescued
		default:
			return err
		}
	}
	return nil
}

package shape

import (
	"context"
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Read reads the file; see [reader.Format]. The names that req has, also the
// one that LeaveOut is asked for, are those of the rows.
func (f format) Read(ctx context.Context, req reader.Request, emit reader.Emit) error {
	if req.Dialect.Shaping == nil {
		return f.inner.Read(ctx, req, emit)
	}
	r, err := newRead(req, emit)
	if err != nil {
		return named(req.File, err)
	}
	defer r.close()
	err = f.inner.Read(ctx, r.inner, r.emit)
	if news, ok := errors.AsType[*reader.NewColumnsError](err); ok {
		for i := range news.Columns {
			news.Columns[i].Name, _ = r.namer.Column(news.Columns[i].Name)
		}
		for i := range news.Narrow {
			news.Narrow[i].Name, _ = r.namer.Column(news.Narrow[i].Name)
		}
	}
	return err
}

// read is one call of Read.
type read struct {
	inner    reader.Request
	arrow    *arrow.Schema // of the rows
	sources  []source      // of their columns
	namer    *reader.Namer // of the file's columns
	next     reader.Emit
	mem      memory.Allocator
	share    *reader.Share // of the memory, for the columns that are added
	rowBytes int64         // of those

	numbered bool  // a column has the records' numbers
	counts   bool  // rejected records are asked for to know these, and only counted
	records  int64 // emitted so far, those before the request's offset included
}

// source is where a column is from.
type source struct {
	inner    int       // the place among the format's columns, if it is from there
	constant *constant // what it has, if that is the same in all rows
	numbers  bool      // it has the records' numbers
}

func newRead(req reader.Request, emit reader.Emit) (*read, error) {
	r := &read{inner: req, arrow: req.Schema.Arrow(), next: emit, mem: req.Limits.Allocator, records: req.Records}
	if r.mem == nil {
		r.mem = memory.DefaultAllocator
	}
	m, err := match(&req)
	if err != nil {
		return nil, err
	}
	r.inner.Schema = nil
	for i, c := range req.Schema {
		if e := m.extra[i]; e != nil {
			if err := r.add(e, c); err != nil {
				return nil, err
			}
			continue
		}
		r.sources = append(r.sources, source{inner: len(r.inner.Schema)})
		r.inner.Schema = append(r.inner.Schema, abstract.Column{Name: m.names[i], Type: c.Type})
	}
	r.namer = reader.NewNamer(req.Dialect.Shaping)
	r.inner.Dialect.Shaping = nil
	r.inner.LeaveOut = func(name string) bool {
		column, kept := r.namer.Column(name)
		return !kept || req.LeavesOut(column)
	}
	if req.NewColumn != nil {
		table := reader.NewMatcher(req.Schema) // another column of the file's, or one that is added, may be there
		r.inner.NewColumn = func(name string) bool {
			column, kept := r.namer.Column(name)
			return kept && table.Lacks(column) && req.NewColumn(column)
		}
	}
	if req.Widen != nil {
		r.inner.Widen = func(e reader.Evidence) (wide bool) {
			if e.Name, wide = r.namer.Column(e.Name); wide {
				wide = req.Widen(e)
			}
			return wide
		}
	}
	if r.counts = r.numbered && req.OnBadRow == reader.SkipRow; r.counts {
		r.inner.OnBadRow = reader.Quarantine
	}
	r.bound()
	r.share = req.Limits.Open(0)
	return r, nil
}

// add makes a column of the rows one that is added.
func (r *read) add(e *extra, c abstract.Column) error {
	if e.row {
		if c.Type != abstract.Int64 {
			return reader.FileOnly("column %q is from %s: make it int64, not %s", c.Name, e.from, c.Type)
		}
		r.numbered = true
		r.sources = append(r.sources, source{numbers: true})
		r.rowBytes += 8
		return nil
	}
	constant := &constant{typ: c.Type}
	if !e.null {
		constant.value = []byte(e.value)
	}
	if !constant.fits() {
		return reader.FileOnly("column %q is from %s, and %s is not %s: make it text", c.Name, e.from, reader.Quote([]byte(e.value)), reader.A(c.Type))
	}
	r.sources = append(r.sources, source{constant: constant})
	r.rowBytes += constant.rowBytes()
	return nil
}

// bound makes batches so short that the columns that are added to one take no
// more than half of what a block may, and no more than 64 MiB.
func (r *read) bound() {
	if r.rowBytes == 0 {
		return
	}
	rows := int(max(min(r.inner.Limits.BlockCost()/2, 64<<20)/r.rowBytes, 1))
	if most := r.inner.BatchRows; most == 0 || rows < most {
		r.inner.BatchRows = min(rows, reader.DefaultBatchRows)
	}
}

// close gives up what the read holds.
func (r *read) close() {
	for _, s := range r.sources {
		if s.constant != nil {
			s.constant.release()
		}
	}
	r.share.Close()
}

// emit takes a chunk of the format's. What is added to it is paid for without
// waiting, as somebody may wait for this file.
func (r *read) emit(ctx context.Context, chunk pusher.Chunk) error {
	rejected := r.rejected(&chunk)
	rows := int64(0)
	if item := &chunk.Items[0]; item.Batch != nil {
		rows = item.Batch.NumRows()
		item.Batch = r.shaped(item.Batch, rejected)
		chunk.Size += rows * r.rowBytes
	}
	for _, item := range chunk.Items {
		r.records += item.Origin.Rows + item.Origin.Rejected
	}
	if r.numbered {
		r.share.Keep(8 * rows)
		defer r.share.Keep(-8 * rows)
	}
	return r.next(ctx, chunk)
}

// shaped makes the batch of the rows, of the format's, which it releases.
func (r *read) shaped(batch arrow.RecordBatch, rejected []int64) arrow.RecordBatch {
	defer batch.Release()
	rows := int(batch.NumRows())
	columns := make([]arrow.Array, len(r.sources))
	for i, s := range r.sources {
		switch {
		case s.numbers:
			columns[i] = r.numbers(rows, rejected)
		case s.constant != nil:
			before := s.constant.size
			columns[i] = s.constant.rows(r.mem, rows)
			r.share.Keep(s.constant.size - before)
		default:
			columns[i] = batch.Column(s.inner)
			columns[i].Retain()
		}
	}
	out := array.NewRecordBatch(r.arrow, columns, batch.NumRows())
	for _, c := range columns {
		c.Release() // the batch has retained it
	}
	return out
}

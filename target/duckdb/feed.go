//go:build cgo

package duckdb

import (
	"context"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/target"
)

// rowGroup is the rows of one of DuckDB's row groups. A thread of an INSERT
// compresses and writes what fills one; a lesser rest it has to hand on, to be
// copied, compressed with other rests, and that again when more is appended.
const rowGroup = 122_880

// maxGroup is how many bytes a batch that is joined may have: the offsets of
// Arrow's texts have 32 bits.
const maxGroup = 1 << 30

// feed is the Arrow stream behind a view. DuckDB asks it for batches from
// several threads; it answers with what was put into it, in batches of a row
// group each, so that every thread always has whole ones. While it is open it
// waits for more; then comes the end of the stream, and the feed is ready to be
// filled again.
type feed struct {
	schema *arrow.Schema
	fileID bool
	joined pinned // memory of what is copied

	mu      sync.Mutex
	changed *sync.Cond // any of the following
	parts   []part     // with rows
	bytes   int64      // of them
	rows    int64      // of them
	open    bool       // more may come
	most    int64      // bytes that wait while it is open
	current arrow.RecordBatch
	err     error
}

func newFeed(table target.Table) *feed {
	fields := table.Schema.Arrow().Fields()
	if table.FileID {
		fields = append(fields, arrow.Field{Name: target.FileIDColumn, Type: arrow.PrimitiveTypes.Int64})
	}
	f := &feed{schema: arrow.NewSchema(fields, nil), fileID: table.FileID}
	f.changed = sync.NewCond(&f.mu)
	return f
}

// load fills the feed, which owns the parts from then on, with all that there
// will be.
func (f *feed) load(parts []part) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(parts)
}

// begin opens the feed. Of what is added then, no more than that many bytes
// wait for DuckDB, or one part that is larger.
func (f *feed) begin(most int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open, f.most = true, most
}

// add puts parts into the open feed, which owns them from then on. It waits for
// room, which comes with DuckDB's reading, with the feed's end, or not before
// ctx ends, and tells whether the feed is open still.
func (f *feed) add(ctx context.Context, parts []part) (open bool, err error) {
	defer context.AfterFunc(ctx, f.wake)()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.put(parts)
	for f.open && f.bytes >= f.most && ctx.Err() == nil {
		f.changed.Wait()
	}
	return f.open, ctx.Err()
}

// end lets what was added be the last.
func (f *feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = false
	f.changed.Broadcast()
}

func (f *feed) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changed.Broadcast()
}

// put takes parts.
//
// REQUIRES: f.mu held.
func (f *feed) put(parts []part) {
	for _, p := range parts {
		if p.NumRows() > 0 {
			f.parts = append(f.parts, p)
			f.bytes += p.Size()
			f.rows += p.NumRows()
		} else {
			p.Release()
		}
	}
	f.changed.Broadcast()
}

// unload drops what was not read. DuckDB must be through with what was.
func (f *feed) unload() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dropCurrent()
	release(f.parts)
	f.parts, f.bytes, f.rows, f.err = nil, 0, 0, nil
}

func (f *feed) dropCurrent() {
	if f.current != nil {
		f.current.Release()
		f.current = nil
	}
}

// Next moves on to the next batch with rows. It implements
// [array.RecordReader], as do the methods below.
func (f *feed) Next() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dropCurrent()
	for f.open && f.bytes < min(f.most, maxGroup) && f.rows < rowGroup {
		f.changed.Wait()
	}
	group, rest := cut(f.parts, f.groupRows())
	release(f.parts)
	f.parts, f.bytes, f.rows = nil, 0, 0
	f.put(rest)
	defer release(group)
	if len(group) == 0 {
		return false
	}
	f.current, f.err = f.join(group)
	return f.err == nil
}

// groupRows is how many rows the next batch has: a row group's, if there are so
// many and they are not too large.
func (f *feed) groupRows() (rows int64) {
	bytes := int64(0)
	for _, p := range f.parts {
		if bytes += p.Size(); rows > 0 && bytes > maxGroup {
			return rows
		}
		if rows += p.NumRows(); rows >= rowGroup {
			return rowGroup
		}
	}
	return rows
}

// join makes one batch of the parts', which it copies if there are several,
// and adds the files' ids.
func (f *feed) join(parts []part) (arrow.RecordBatch, error) {
	columns := make([]arrow.Array, 0, len(f.schema.Fields()))
	defer func() {
		for _, column := range columns {
			column.Release()
		}
	}()
	for i := range parts[0].Batch.NumCols() {
		column, err := f.concat(parts, int(i))
		if err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	if f.fileID {
		columns = append(columns, f.fileIDs(parts))
	}
	return array.NewRecordBatch(f.schema, columns, count(parts)), nil
}

// concat is a column of all parts.
func (f *feed) concat(parts []part, column int) (arrow.Array, error) {
	if len(parts) == 1 {
		return lend(parts[0].Batch.Column(column)), nil
	}
	arrays := make([]arrow.Array, len(parts))
	for i, p := range parts {
		arrays[i] = p.Batch.Column(column)
	}
	return array.Concatenate(arrays, &f.joined)
}

// fileIDs has the ledger id of its file for each row.
func (f *feed) fileIDs(parts []part) arrow.Array {
	ids := array.NewInt64Builder(&f.joined)
	defer ids.Release()
	ids.Reserve(int(count(parts)))
	for _, p := range parts {
		for range p.NumRows() {
			ids.UnsafeAppend(p.Origin.LedgerID)
		}
	}
	return ids.NewInt64Array()
}

func (f *feed) Schema() *arrow.Schema          { return f.schema }
func (f *feed) RecordBatch() arrow.RecordBatch { return f.current }
func (f *feed) Record() arrow.RecordBatch      { return f.current }
func (f *feed) Err() error                     { return f.err }
func (f *feed) Retain()                        {}
func (f *feed) Release()                       {}

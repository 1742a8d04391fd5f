//go:build cgo

package duckdb

import (
	"runtime"
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
// several threads; it answers with what was loaded into it, in batches of a row
// group each, so that every thread always has whole ones. Then comes the end
// of the stream, and the feed is ready to be loaded again.
type feed struct {
	schema *arrow.Schema
	fileID bool
	joined pinned // memory of what is copied

	mu      sync.Mutex
	parts   []part // with rows
	current arrow.RecordBatch
	err     error
	pins    runtime.Pinner // of what DuckDB was given pointers to
}

func newFeed(table target.Table) *feed {
	fields := table.Schema.Arrow().Fields()
	if table.FileID {
		fields = append(fields, arrow.Field{Name: target.FileIDColumn, Type: arrow.PrimitiveTypes.Int64})
	}
	return &feed{schema: arrow.NewSchema(fields, nil), fileID: table.FileID}
}

// load fills the feed, which owns the parts from then on.
func (f *feed) load(parts []part) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parts, f.err = nil, nil
	for _, p := range parts {
		if p.NumRows() > 0 {
			f.parts = append(f.parts, p)
		} else {
			p.Release()
		}
	}
}

// unload drops what was not read. DuckDB must be through with what was.
func (f *feed) unload() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dropCurrent()
	release(f.parts)
	f.parts = nil
	f.pins.Unpin()
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
	group, rest := cut(f.parts, f.groupRows())
	release(f.parts)
	f.parts = rest
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
	if len(parts) == 1 {
		f.pin(columns)
	}
	return array.NewRecordBatch(f.schema, columns, count(parts)), nil
}

// concat is a column of all parts.
func (f *feed) concat(parts []part, column int) (arrow.Array, error) {
	if len(parts) == 1 {
		array := parts[0].Batch.Column(column)
		array.Retain()
		return array, nil
	}
	arrays := make([]arrow.Array, len(parts))
	for i, p := range parts {
		arrays[i] = p.Batch.Column(column)
	}
	return array.Concatenate(arrays, &f.joined)
}

// pin lets C memory point at the columns' buffers until the feed is unloaded,
// which Go's rules for cgo allow for pinned memory alone. The export to C does
// not see to it. What was copied is pinned already.
func (f *feed) pin(columns []arrow.Array) {
	for _, column := range columns {
		for _, buffer := range column.Data().Buffers() {
			if buffer != nil && buffer.Len() > 0 {
				f.pins.Pin(&buffer.Bytes()[0])
			}
		}
	}
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

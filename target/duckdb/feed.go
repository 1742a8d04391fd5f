//go:build cgo

package duckdb

import (
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// feed is the Arrow stream behind a view. DuckDB asks it for batches from
// several threads; it answers with what was loaded into it, then with the end
// of the stream, and is ready to be loaded again.
type feed struct {
	schema *arrow.Schema
	fileID bool

	mu      sync.Mutex
	items   []abstract.ChangeItem
	current arrow.RecordBatch
	pins    runtime.Pinner // of what DuckDB was given pointers to
}

func newFeed(table target.Table) *feed {
	fields := table.Schema.Arrow().Fields()
	if table.FileID {
		fields = append(fields, arrow.Field{Name: target.FileIDColumn, Type: arrow.PrimitiveTypes.Int64})
	}
	return &feed{schema: arrow.NewSchema(fields, nil), fileID: table.FileID}
}

// load fills the feed, which owns the items from then on.
func (f *feed) load(items []abstract.ChangeItem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.items = items
}

// unload drops what was not read. DuckDB must be through with what was.
func (f *feed) unload() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dropCurrent()
	abstract.ReleaseAll(f.items)
	f.items = nil
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
	for len(f.items) > 0 {
		item := f.items[0]
		f.items = f.items[1:]
		if item.NumRows() == 0 {
			item.Release()
			continue
		}
		f.current = f.complete(item)
		item.Release()
		return true
	}
	return false
}

// complete adds the file's id to the item's columns.
func (f *feed) complete(item abstract.ChangeItem) arrow.RecordBatch {
	columns := item.Batch.Columns()
	if f.fileID {
		ids := constant(item.Origin.LedgerID, int(item.NumRows()))
		defer ids.Release()
		columns = append(columns[:len(columns):len(columns)], ids)
	}
	f.pin(columns)
	return array.NewRecordBatch(f.schema, columns, item.NumRows())
}

// pin lets C memory point at the columns' buffers, which Go's rules for cgo
// allow for pinned memory alone. The export to C does not see to it.
func (f *feed) pin(columns []arrow.Array) {
	for _, column := range columns {
		for _, buffer := range column.Data().Buffers() {
			if buffer != nil && buffer.Len() > 0 {
				f.pins.Pin(&buffer.Bytes()[0])
			}
		}
	}
}

// constant is an array of n times the same number.
func constant(value int64, n int) arrow.Array {
	values := make([]int64, n)
	for i := range values {
		values[i] = value
	}
	data := array.NewData(arrow.PrimitiveTypes.Int64, n,
		[]*memory.Buffer{nil, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(values))}, nil, 0, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

func (f *feed) Schema() *arrow.Schema          { return f.schema }
func (f *feed) RecordBatch() arrow.RecordBatch { return f.current }
func (f *feed) Record() arrow.RecordBatch      { return f.current }
func (f *feed) Err() error                     { return nil }
func (f *feed) Retain()                        {}
func (f *feed) Release()                       {}

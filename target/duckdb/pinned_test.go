//go:build cgo

package duckdb

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// TestJoinedBatchesAreFreed: what is copied for DuckDB is free as soon as
// DuckDB has let go of the batch, not when the INSERT ends (P10).
func TestJoinedBatchesAreFreed(t *testing.T) {
	schema := abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: "s", Type: abstract.Text}}
	f := newFeed(target.Table{Schema: schema, FileID: true})
	var parts []part
	for range 4 {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
		for i := range rowGroup / 2 {
			b.Field(0).(*array.Int64Builder).Append(int64(i))
			b.Field(1).(*array.StringBuilder).Append("a text")
		}
		b.Field(0).(*array.Int64Builder).SetNull(7)
		parts = append(parts, part{ChangeItem: abstract.ChangeItem{Batch: b.NewRecordBatch()}})
		b.Release()
	}
	f.load(parts)
	var held []arrow.RecordBatch
	for f.Next() {
		f.RecordBatch().Retain()
		held = append(held, f.RecordBatch())
	}
	if len(held) != 2 || len(f.joined.pins) == 0 {
		t.Fatalf("%d batches, %d allocations pinned; want 2 and some", len(held), len(f.joined.pins))
	}
	all := len(f.joined.pins)
	held[0].Release()
	if left := len(f.joined.pins); left != all/2 {
		t.Errorf("one of two batches is released: %d of %d allocations are pinned", left, all)
	}
	held[1].Release()
	if left := len(f.joined.pins); left != 0 {
		t.Errorf("all are released: %d allocations are pinned", left)
	}
	f.unload()
}

//go:build cgo

package duckdb

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func TestFitWidth(t *testing.T) {
	for _, c := range []struct {
		columns, threads int
		wantThreads      int
		wantMemory       int64
	}{
		{1, 2, 2, 192 << 20},
		{12, 2, 2, 192 << 20},
		{12, 16, 10, 192 << 20},
		{50, 16, 2, 192 << 20},
		{128, 2, 1, 192 << 20},
		{1500, 16, 1, 2250 << 20},
	} {
		got := Options{Memory: 192 << 20, Threads: c.threads}.fitWidth(c.columns)
		if got.Threads != c.wantThreads || got.Memory != c.wantMemory {
			t.Errorf("%d columns, %d threads: got %d threads and %d MiB, want %d and %d",
				c.columns, c.threads, got.Threads, got.Memory>>20, c.wantThreads, c.wantMemory>>20)
		}
	}
}

// TestWideTable loads more columns than the memory limit has room for with
// all threads, into the tables of many sessions to come.
func TestWideTable(t *testing.T) {
	const columns, rows, batches = 300, 2048, 24
	ctx := context.Background()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "wide.duckdb"), Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	table := target.Table{FileID: true}
	for i := range columns {
		table.Schema = append(table.Schema, abstract.Column{Name: fmt.Sprint("c", i), Type: abstract.Text})
	}
	if err := db.Create(ctx, "wide", table); err != nil {
		t.Fatal(err)
	}
	id := abstract.ObjectID{Bucket: abstract.LocalBucket, Key: "/wide", Generation: "1"}
	if err := db.Ledger().Register(ctx, "p", []ledger.Candidate{{Object: id}}); err != nil {
		t.Fatal(err)
	}
	entries, err := db.Ledger().Lookup(ctx, "p", id.Bucket, []string{id.Key})
	if err != nil {
		t.Fatal(err)
	}
	builder := array.NewRecordBuilder(memory.DefaultAllocator, table.Schema.Arrow())
	for i := range columns {
		for row := range rows {
			builder.Field(i).(*array.StringBuilder).Append(fmt.Sprintf("column %d of row %d", i, row))
		}
	}
	batch := builder.NewRecordBatch()
	s, err := db.Session(ctx, target.SessionConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(batches) {
		batch.Retain()
		item := abstract.ChangeItem{Table: "wide", Batch: batch, Origin: abstract.Origin{
			LedgerID: entries[0].ID, Object: id, Before: n, After: n + 1, Rows: rows,
		}}
		if err := s.Push([]abstract.ChangeItem{item}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
}

//go:build cgo

package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

const batchRows = 122_880

// largeBatch is a batch of a row group's size, some 8 MiB.
func largeBatch(alloc memory.Allocator) arrow.RecordBatch { return largeBatchFrom(alloc, 0) }

// largeBatchFrom is one whose numbers begin there.
func largeBatchFrom(alloc memory.Allocator, first int64) arrow.RecordBatch {
	builder := array.NewRecordBuilder(alloc, numbers.Schema.Arrow())
	defer builder.Release()
	for n := first; n < first+batchRows; n++ {
		builder.Field(0).(*array.Int64Builder).Append(n)
		builder.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("%d is a number of which this is the text %x", n, n*2654435761))
	}
	return builder.NewRecordBatch()
}

// repeat is an item that holds the batch as the stretch of that number.
func repeat(e ledger.Entry, batch arrow.RecordBatch, n int64) abstract.ChangeItem {
	batch.Retain()
	return abstract.ChangeItem{Table: "t", Batch: batch, Origin: abstract.Origin{
		LedgerID: e.ID, Object: e.Object, Before: n * batchRows, After: (n + 1) * batchRows, Rows: batchRows,
	}}
}

// TestP10SmallMemory: 64 MiB suffice for transactions of several times that.
func TestP10SmallMemory(t *testing.T) {
	path := tempFile(t)
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	db := open(t, path, duckdb.Options{Memory: 64 << 20, Threads: 4})
	must(t, db.Create(t.Context(), "t", numbers))
	entries, err := register(t.Context(), db, "a")
	must(t, err)
	s := session(t, db)
	batch := largeBatch(alloc)
	defer batch.Release()
	for n := range int64(20) {
		must(t, s.Push([]abstract.ChangeItem{repeat(entries[0], batch, n)}))
		noWAL(t, path, "push")
	}
	must(t, s.Flush())
	must(t, db.(ledger.DB).View(t.Context(), func(tx ledger.Tx) error {
		if got := query(t, tx, "SELECT count(*) || ' ' || sum(n) FROM t"); got != fmt.Sprint(20*batchRows, " ", 20*batchRows*(batchRows-1)/2) {
			t.Errorf("count and sum are %s", got)
		}
		return nil
	}))
	must(t, db.Close())
	if _, err := os.Stat(path + ".tmp"); err == nil {
		t.Error("temporary files are left")
	}
}

// TestCancelledInsert: a session that ends during its INSERT is undone, and
// DuckDB lets go of every batch.
func TestCancelledInsert(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	db := open(t, tempFile(t), duckdb.Options{Buffer: 1 << 40})
	must(t, db.Create(t.Context(), "t", numbers))
	entries, err := register(t.Context(), db, "a")
	must(t, err)
	batch := largeBatch(alloc)
	defer batch.Release()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := db.Session(ctx, target.SessionConfig{})
	must(t, err)
	for n := range int64(7) {
		must(t, s.Push([]abstract.ChangeItem{repeat(entries[0], batch, n)}))
	}
	defer time.AfterFunc(20*time.Millisecond, cancel).Stop()
	err = s.Flush()
	if _, ok := errors.AsType[*target.RollbackError](err); !ok || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled flush: %v", err)
	}
	must(t, s.Close())
	if rows := consistent(t, db); rows != 0 {
		t.Errorf("%d rows", rows)
	}
	s = session(t, db)
	must(t, s.Push([]abstract.ChangeItem{repeat(entries[0], batch, 0)}))
	must(t, s.Flush())
}

// TestCancelledNeighbour: the end of one session's context does not undo what
// another has in the same transaction.
func TestCancelledNeighbour(t *testing.T) {
	db := open(t, tempFile(t), duckdb.Options{})
	must(t, db.Create(t.Context(), "t", numbers))
	entries, err := register(t.Context(), db, "a", "b")
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended, err := db.Session(ctx, target.SessionConfig{})
	must(t, err)
	s := session(t, db)
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], 0, 10)}))
	must(t, ended.Push([]abstract.ChangeItem{stretch(entries[1], 0, 10)}))
	cancel()
	_ = ended.Flush()
	must(t, s.Flush())
	if got, _, err := db.Ledger().Get(t.Context(), entries[0].ID); got.Offset != 10 || err != nil {
		t.Errorf("the other session's file is at %d, %v", got.Offset, err)
	}
	must(t, ended.Close())
	consistent(t, db)
}

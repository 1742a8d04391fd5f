//go:build cgo

package duckdb_test

import (
	"context"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// streamed is a session whose INSERT runs, fed with three row groups of the
// first file, and a second file of which ten rows are stored.
type streamed struct {
	db target.Target
	target.Session
	files []ledger.Entry
	end   context.CancelFunc // of the session's context
}

const streamedRows = 3 * batchRows

// TestStreamInterrupted: whatever comes while an INSERT is being fed, the rows
// and the ledger agree, and every batch is released (P10).
func TestStreamInterrupted(t *testing.T) {
	for name, tc := range map[string]struct {
		do   func(t *testing.T, s streamed)
		rows int64 // in the table in the end
	}{
		"nothing": {func(t *testing.T, s streamed) { must(t, s.Flush()) }, streamedRows + 10},
		"another file": {func(t *testing.T, s streamed) {
			other := session(t, s.db)
			must(t, other.Push([]abstract.ChangeItem{stretch(s.files[1], 10, 15)}))
			must(t, other.Flush())
		}, streamedRows + 15},
		"another table": {func(t *testing.T, s streamed) {
			item := stretch(s.files[0], streamedRows, streamedRows+5)
			item.Table, item.Origin.After, item.Origin.Rows = "u", streamedRows, 0
			must(t, s.Push([]abstract.ChangeItem{item, stretch(s.files[0], streamedRows, streamedRows+7)}))
			must(t, s.Flush())
			must(t, s.db.(ledger.DB).View(t.Context(), func(tx ledger.Tx) error {
				if n := query(t, tx, "SELECT count(*) FROM u"); n != "5" {
					t.Errorf("%s rows in the other table", n)
				}
				return nil
			}))
		}, streamedRows + 17},
		"a file that replaces one": {func(t *testing.T, s streamed) {
			item := stretch(s.files[2], 0, 20)
			item.Origin.Last, item.Origin.Replaces = true, []int64{s.files[1].ID}
			must(t, s.Push([]abstract.ChangeItem{item, stretch(s.files[0], streamedRows, streamedRows+7)}))
			must(t, s.Flush())
			must(t, s.db.(ledger.DB).View(t.Context(), func(tx ledger.Tx) error {
				if n := query(t, tx, "SELECT count(*) FROM t WHERE _sluice_file = (SELECT id FROM _sluice.ledger WHERE object_key = 'b')"); n != "0" {
					t.Errorf("%s rows of the old file", n)
				}
				return nil
			}))
			_, err := s.db.Forget(t.Context(), "t", s.files[1]) // its entry says ten rows
			must(t, err)
		}, streamedRows + 27},
		"a column": {func(t *testing.T, s streamed) {
			must(t, s.db.AddColumns(t.Context(), "t", abstract.Schema{{Name: "more", Type: abstract.Text}}))
		}, streamedRows + 10},
		"the ledger": {func(t *testing.T, s streamed) {
			_, err := register(t.Context(), s.db, "d")
			must(t, err)
		}, streamedRows + 10},
		"a look":  {func(t *testing.T, s streamed) { consistent(t, s.db) }, 10},
		"close":   {func(t *testing.T, s streamed) { must(t, s.Session.Close()) }, 10},
		"its end": {func(t *testing.T, s streamed) { s.end(); _ = s.Flush() }, 10},
		"the end": {func(t *testing.T, s streamed) { s.end(); must(t, s.Session.Close()) }, 10},
		"a mistake": {func(t *testing.T, s streamed) {
			if err := s.Push([]abstract.ChangeItem{{Table: "none", Origin: stretch(s.files[0], 0, 1).Origin}}); err == nil {
				t.Error("rows for a table that is not there are taken")
			}
		}, streamedRows + 10}, // which are committed before the table is looked for
	} {
		t.Run(name, func(t *testing.T) {
			alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
			s := startStream(t, alloc)
			tc.do(t, s)
			if rows := consistent(t, s.db); rows != tc.rows {
				t.Errorf("%d rows, want %d", rows, tc.rows)
			}
			must(t, s.Session.Close())
			alloc.AssertSize(t, 0)
			if rows := consistent(t, s.db); rows != tc.rows && tc.rows != 10 {
				t.Errorf("closed: %d rows, want %d", rows, tc.rows)
			}
		})
	}
}

func startStream(t *testing.T, alloc memory.Allocator) streamed {
	t.Helper()
	db := open(t, tempFile(t), duckdb.Options{Threads: 2})
	must(t, db.Create(t.Context(), "t", numbers))
	must(t, db.Create(t.Context(), "u", numbers))
	files, err := register(t.Context(), db, "a", "b", "c")
	must(t, err)
	ctx, end := context.WithCancel(t.Context())
	t.Cleanup(end)
	s, err := db.Session(ctx, target.SessionConfig{})
	must(t, err)
	must(t, s.Push([]abstract.ChangeItem{stretch(files[1], 0, 10)}))
	must(t, s.Flush())
	for n := range int64(3) {
		batch := largeBatchFrom(alloc, n*batchRows)
		must(t, s.Push([]abstract.ChangeItem{repeat(files[0], batch, n)}))
		batch.Release()
	}
	return streamed{db, s, files, end}
}

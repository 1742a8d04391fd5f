//go:build cgo

package duckdb_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// BenchmarkPush is the insert: batches of a row group's size, and one commit
// for eight of them.
func BenchmarkPush(b *testing.B) {
	const batches, rows = 8, 122_880
	benchmarkPush(b, batches, rows)
	b.ReportMetric(batches*rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkLedger is a transaction of one row: what is left is the ledger's
// update, and the commit by checkpoint.
func BenchmarkLedger(b *testing.B) { benchmarkPush(b, 1, 1) }

// benchmarkPush loads a file of that many batches per operation.
func benchmarkPush(b *testing.B, batches int, rows int64) {
	db, err := duckdb.Open(b.Context(), b.TempDir()+"/x.duckdb", duckdb.Options{})
	must(b, err)
	defer func() { must(b, db.Close()) }()
	must(b, db.Create(b.Context(), "t", numbers))
	s, err := db.Session(b.Context(), target.SessionConfig{})
	must(b, err)
	defer func() { must(b, s.Close()) }()
	entries, err := register(b.Context(), db, "file")
	must(b, err)
	item, at := stretch(entries[0], 0, rows), int64(0)
	for b.Loop() {
		for range batches {
			item.Batch.Retain() // the session releases it
			item.Origin.Before, item.Origin.After = at, at+rows
			at += rows
			must(b, s.Push([]abstract.ChangeItem{item}))
		}
		must(b, s.Flush())
	}
}

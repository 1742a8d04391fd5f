package postgres_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// BenchmarkPush is the insert of a million rows, in batches, and their commits.
func BenchmarkPush(b *testing.B) {
	const batches, rows = 8, 122_880
	benchmarkPush(b, batches, rows)
	b.ReportMetric(batches*rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkLedger is a transaction of one row: what is left is the ledger's
// update, and the commit (without fsync).
func BenchmarkLedger(b *testing.B) { benchmarkPush(b, 1, 1) }

// benchmarkPush loads so many batches of a file, and commits, per operation.
func benchmarkPush(b *testing.B, batches int, rows int64) {
	address := database(b, b.Name())
	sqlExec(b, address, "DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS sluice CASCADE")
	db := open(b, address)
	must(b, db.Create(b.Context(), "t", numbers))
	s := session(b, db, target.SessionConfig{})
	item, at := stretch(register(b, db, "file"), 0, rows)[0], int64(0)
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

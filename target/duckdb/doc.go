// Package duckdb loads rows into a DuckDB file, exactly once.
//
// Rows go in through DuckDB's own Arrow scan, many batches to one INSERT, so
// that its threads share the work; one that is large is fed while it runs. All
// sessions share one transaction at a time: small files are committed together,
// and parallelism is inside the INSERT, where DuckDB has it. The ledger's
// compare-and-set is the last statement before COMMIT.
//
// When the shared transaction is undone, a session is told that its own file
// is at fault only if that is certain. Otherwise it is told of something that
// will pass, and has its transactions to itself until its next Flush, where
// the file that is at fault shows.
//
// A commit goes by checkpoint and leaves no write-ahead log behind: DuckDB
// 1.5.5 can replay half of a transaction from a log that was cut in the
// middle of a write (see settings in open.go).
//
// Values arrive as they are, with one exception: DuckDB's compression may
// store the float -0 as 0, which SQL takes for equal.
//
// DuckDB lets one process write a file. While a Target is open, another
// process gets an error that names this one. The package needs cgo; without
// it Open says how to build.
package duckdb

// Package duckdb loads rows into a DuckDB file, exactly once.
//
// Rows go in through DuckDB's own Arrow scan, many batches to one INSERT, so
// that its threads share the work. All sessions share one transaction at a
// time: small files are committed together, and parallelism is inside the
// INSERT, where DuckDB has it. The ledger's compare-and-set is the last
// statement before COMMIT.
//
// A commit goes by checkpoint and leaves no write-ahead log behind: DuckDB
// 1.5.5 can replay half of a transaction from a log that was cut in the
// middle of a write (see checkpoint settings in [Open]).
//
// DuckDB lets one process write a file. While a Target is open, another
// process gets an error that names this one. The package needs cgo; without
// it Open says how to build.
package duckdb

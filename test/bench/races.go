package main

// race is one row of the table that Sluice is measured by. Its first contender
// is Sluice, the others are what it is compared with.
type race struct {
	name, title string
	into        string // which database: "duckdb" or "postgres"
	onRequest   bool
	// slowest makes the wanted ratio hold against the slowest of those that
	// have one; otherwise it holds against each.
	slowest    bool
	contenders []contender
	// source makes the input; nil is the generated table.
	source func(b *bench, format string, rows int64) (input, error)
}

// contender is one way to load the rows.
type contender struct {
	loader loader
	format string  // of the file, by its extension
	wanted float64 // how many times its speed Sluice is to have; 0 is any
	from   place
	rows   int64 // 0 is the rows of the run
}

// place is where the file lies.
type place int

const (
	local place = iota
	s3
)

var races = []race{
	{name: "csv-postgres", title: "CSV → PostgreSQL", into: "postgres", contenders: []contender{
		{loader: sluice, format: "csv"},
		{loader: psql, format: "csv", wanted: 2.5},
	}},
	{name: "jsonl-postgres", title: "JSON lines → PostgreSQL", into: "postgres", contenders: []contender{
		{loader: sluice, format: "jsonl"},
		{loader: psql, format: "csv", wanted: 2.5},
	}},
	{name: "parquet-postgres", title: "Parquet → PostgreSQL", into: "postgres", contenders: []contender{
		{loader: sluice, format: "parquet"},
		{loader: psql, format: "csv", wanted: 2.5},
	}},
	{name: "csv-duckdb", title: "CSV → DuckDB file", into: "duckdb", contenders: []contender{
		{loader: sluice, format: "csv"},
		{loader: duckdbOrdered, format: "csv", wanted: 1.6},
		{loader: duckdbUnordered, format: "csv", wanted: 1.25},
	}},
	{name: "jsonl-duckdb", title: "JSON lines → DuckDB file", into: "duckdb", contenders: []contender{
		{loader: sluice, format: "jsonl"},
		{loader: duckdbOrdered, format: "jsonl", wanted: 1.3},
		{loader: duckdbUnordered, format: "jsonl"},
	}},
	{name: "parquet-duckdb", title: "Parquet → DuckDB file", into: "duckdb", contenders: []contender{
		{loader: sluice, format: "parquet"},
		{loader: duckdbOrdered, format: "parquet", wanted: 0.9},
		{loader: duckdbUnordered, format: "parquet"},
	}},
	{name: "csv.gz-duckdb", title: "CSV.gz → DuckDB file", into: "duckdb", slowest: true, contenders: compressed("csv")},
	{name: "jsonl.gz-duckdb", title: "JSON.gz → DuckDB file", into: "duckdb", slowest: true, contenders: compressed("jsonl")},
	{name: "csv.gz-postgres", title: "CSV.gz → PostgreSQL", into: "postgres", slowest: true, contenders: compressed("csv")},
	{name: "s3-duckdb", title: "CSV from S3 → DuckDB file", into: "duckdb", contenders: remote},
	{name: "s3-postgres", title: "CSV from S3 → PostgreSQL", into: "postgres", contenders: remote},
	{name: "flat-duckdb", title: "10⁷ rows beside 10⁶, CSV → DuckDB file", into: "duckdb", onRequest: true, contenders: flat},
	{name: "flat-postgres", title: "10⁷ rows beside 10⁶, CSV → PostgreSQL", into: "postgres", onRequest: true, contenders: flat},
}

// compressed is held against the decompressor by itself and the uncompressed
// file, whichever is slower.
func compressed(format string) []contender {
	return []contender{
		{loader: sluice, format: format + ".gz"},
		{loader: sluice, format: format, wanted: 0.9},
		{loader: gunzip, format: format + ".gz", wanted: 0.9},
		{loader: gzipCommand, format: format + ".gz"},
	}
}

var remote = []contender{
	{loader: sluice, format: "csv", from: s3},
	{loader: sluice, format: "csv", wanted: 0.8},
}

// flat compares rows a second, so that 1 is the same cost per row.
var flat = []contender{
	{loader: sluice, format: "csv", rows: 10_000_000},
	{loader: sluice, format: "csv", rows: 1_000_000, wanted: 0.9},
}

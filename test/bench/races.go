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
	local  place = iota
	folder       // in equal parts
	s3
)

var races = []race{
	{name: "csv-postgres", title: "CSV → PostgreSQL", into: "postgres", contenders: intoPostgres("csv")},
	{name: "jsonl-postgres", title: "JSON lines → PostgreSQL", into: "postgres", contenders: intoPostgres("jsonl")},
	{name: "parquet-postgres", title: "Parquet → PostgreSQL", into: "postgres", contenders: intoPostgres("parquet")},
	{name: "csv-duckdb", title: "CSV → DuckDB file", into: "duckdb", contenders: intoDuckDB("csv", 1.6, 1.25)},
	{name: "jsonl-duckdb", title: "JSON lines → DuckDB file", into: "duckdb", contenders: intoDuckDB("jsonl", 1.3, 0)},
	{name: "parquet-duckdb", title: "Parquet → DuckDB file", into: "duckdb", contenders: intoDuckDB("parquet", 0.9, 0)},
	{name: "csv.gz-duckdb", title: "CSV.gz → DuckDB file", into: "duckdb", slowest: true, contenders: compressed("csv")},
	{name: "jsonl.gz-duckdb", title: "JSON.gz → DuckDB file", into: "duckdb", slowest: true, contenders: compressed("jsonl")},
	{name: "csv.gz-postgres", title: "CSV.gz → PostgreSQL", into: "postgres", slowest: true, contenders: compressed("csv")},
	{name: "s3-duckdb", title: "CSV from S3 → DuckDB file", into: "duckdb", contenders: remote},
	{name: "s3-postgres", title: "CSV from S3 → PostgreSQL", into: "postgres", contenders: remote},
	{name: "files-duckdb", title: "64 CSV files → DuckDB file", into: "duckdb", contenders: many},
	{name: "files-postgres", title: "64 CSV files → PostgreSQL", into: "postgres", contenders: many},
	{name: "flat-duckdb", title: "10⁷ rows beside 10⁶, CSV → DuckDB file", into: "duckdb", onRequest: true, contenders: flat},
	{name: "flat-postgres", title: "10⁷ rows beside 10⁶, CSV → PostgreSQL", into: "postgres", onRequest: true, contenders: flat},
}

// intoPostgres is held against psql and the same rows as CSV.
func intoPostgres(format string) []contender {
	return []contender{
		{loader: sluice, format: format},
		{loader: psql, format: "csv", wanted: 2.5},
	}
}

// intoDuckDB is held against DuckDB as it comes, and without an order of rows.
func intoDuckDB(format string, ordered, unordered float64) []contender {
	return []contender{
		{loader: sluice, format: format},
		{loader: duckdbOrdered, format: format, wanted: ordered},
		{loader: duckdbUnordered, format: format, wanted: unordered},
	}
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

// many small files are to be as fast as a big one, as far as opening them lets.
var many = []contender{
	{loader: sluice, format: "csv", from: folder},
	{loader: sluice, format: "csv", wanted: 0.9},
}

// flat compares rows a second, so that 1 is the same cost per row.
var flat = []contender{
	{loader: sluice, format: "csv", rows: 10_000_000},
	{loader: sluice, format: "csv", rows: 1_000_000, wanted: 0.9},
}

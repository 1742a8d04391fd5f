package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// realFiles are files that nobody made for a benchmark, by their paths in the
// corpus: plays with prose, members of parliament, times at stops with every
// text quoted, a web server's log.
var realFiles = []struct{ path, format string }{
	{"rust-csv/examples/data/bench/nfl.csv", "csv"},
	{"fivethirtyeight/congress-age/congress-terms.csv", "csv"},
	{"rust-csv/examples/data/bench/gtfs-mbta-stop-times.csv", "csv"},
	{"elastic-examples/Common Data Formats/nginx_json_plus_logs/nginxplus_json_logs", "jsonl"},
}

// bytesPerRow makes a repeated file about as large as the generated one.
const bytesPerRow = 150

// corpus is where the real files are, as the tests look for it.
func corpus() string {
	if dir := os.Getenv("SLUICE_CORPUS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "shared", "corpus")
}

// runReal races over each of the files, into both databases.
func runReal(ctx context.Context, b *bench) error {
	for _, file := range realFiles {
		path := filepath.Join(corpus(), file.path)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			b.printf("\nReal files: left out, there is no %s; SLUICE_CORPUS names the corpus.\n", path)
			return nil
		}
		source := func(b *bench, _ string, rows int64) (input, error) {
			return b.repeated(ctx, path, file.format, rows*bytesPerRow)
		}
		name := filepath.Base(path)
		for _, r := range realRaces(file.format) {
			r.name, r.title, r.source = name, name+" → "+r.title, source
			if err := b.run(ctx, r); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// realRaces are those that the generated table runs, too.
func realRaces(format string) []race {
	if format == "jsonl" { // psql reads no JSON
		return []race{
			{title: "DuckDB file", into: "duckdb", contenders: intoDuckDB("jsonl", 1.3, 0)},
			{title: "PostgreSQL", into: "postgres", contenders: []contender{{loader: sluice, format: "jsonl"}}},
		}
	}
	return []race{
		{title: "DuckDB file", into: "duckdb", contenders: intoDuckDB(format, 1.6, 1.25)},
		{title: "PostgreSQL", into: "postgres", contenders: intoPostgres(format)},
	}
}

// repeated writes a file's rows again and again up to that size, if that was
// not done before. DuckDB finds out the types, for all contenders; what is
// nested is a column of JSON.
func (b *bench) repeated(ctx context.Context, from, format string, size int64) (in input, err error) {
	in = input{path: filepath.Join(b.dir, filepath.Base(from)+"."+format), format: format}
	query := "FROM read_json(" + literal(from) + ")"
	if format == "csv" {
		// Without booleans: loaders do not agree on what is one.
		query = "FROM read_csv(" + literal(from) + ", auto_type_candidates = ['BIGINT', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP', 'VARCHAR'])"
	}
	if in.columns, err = describe(ctx, query); err != nil {
		return in, err
	}
	for i, c := range in.columns {
		if strings.HasPrefix(c.dataType, "STRUCT") || strings.HasPrefix(c.dataType, "MAP") || strings.HasSuffix(c.dataType, "[]") {
			in.columns[i].dataType = "JSON"
		}
	}
	if _, err := os.Stat(in.path); errors.Is(err, os.ErrNotExist) {
		if err := repeat(in.path, from, format == "csv", size); err != nil {
			return in, err
		}
	}
	if in, err = in.measured(); err != nil {
		return in, err
	}
	in.rows, err = count(ctx, in)
	return in, err
}

// repeat writes the header, if there is one, once.
func repeat(to, from string, header bool, size int64) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		data = append(data, '\n')
	}
	body := data
	if header {
		body = data[bytes.IndexByte(data, '\n')+1:]
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	for done := int64(len(data)); err == nil && done < size; done += int64(len(body)) {
		_, err = f.Write(body)
	}
	return errors.Join(err, f.Close())
}

// count has DuckDB count the rows.
func count(ctx context.Context, in input) (rows int64, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM "+in.scan()).Scan(&rows)
	return rows, errors.Join(err, db.Close())
}

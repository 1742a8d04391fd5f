package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/klauspost/compress/gzip"

	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

// input is a file to load.
type input struct {
	path    string // or the object's URL
	format  string // its extension, without the first point
	columns []column
	rows    int64
	bytes   int64
	store   *s3server.Server // nil if the file is local
}

// column is a column of the table, with its type in DuckDB's words.
type column struct{ name, dataType string }

// scan is the input as a table of DuckDB: with the types told, so that
// DuckDB need not find them out, and an empty text apart from NULL.
func (in input) scan() string {
	var list []string
	for _, c := range in.columns {
		list = append(list, literal(c.name)+": "+literal(c.dataType))
	}
	columns := "columns = {" + strings.Join(list, ", ") + "}"
	switch strings.TrimSuffix(in.format, ".gz") {
	case "csv":
		return fmt.Sprintf(`read_csv(%s, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false, %s)`, literal(in.path), columns)
	case "jsonl":
		return fmt.Sprintf("read_json(%s, format = 'newline_delimited', %s)", literal(in.path), columns)
	default:
		return fmt.Sprintf("read_parquet(%s)", literal(in.path))
	}
}

// generated writes the rows of the model in that format, if that was not done
// before.
func (b *bench) generated(format string, rows int64) (input, error) {
	in := input{path: filepath.Join(b.dir, fmt.Sprintf("orders-%d.%s", rows, format)), format: format, rows: rows}
	if _, err := os.Stat(in.path); errors.Is(err, os.ErrNotExist) {
		if base, zipped := strings.CutSuffix(format, ".gz"); zipped {
			plain, err := b.generated(base, rows)
			if err != nil {
				return in, err
			}
			if err := compress(in.path, plain.path); err != nil {
				return in, err
			}
		} else if err := generate(in.path, format, 0, rows); err != nil {
			return in, err
		}
	}
	return in.measured()
}

// inParts writes the same rows as files of a folder.
func (b *bench) inParts(in input) (input, error) {
	const parts = 64
	in.path = strings.TrimSuffix(in.path, "."+in.format)
	if err := os.Mkdir(in.path, 0o700); errors.Is(err, os.ErrExist) {
		return in, nil
	} else if err != nil {
		return in, err
	}
	for p := range int64(parts) {
		path := filepath.Join(in.path, fmt.Sprintf("%02d.%s", p, in.format))
		if err := generate(path, in.format, in.rows*p/parts, in.rows*(p+1)/parts); err != nil {
			return in, err
		}
	}
	return in, nil
}

// generate writes the model's rows from first to before last.
func generate(path, format string, first, last int64) error {
	options := map[string]string{"csv": "csv, HEADER", "jsonl": "json", "parquet": "parquet"}[format]
	return inDuckDB(context.Background(), "", fmt.Sprintf("COPY (%s) TO %s (FORMAT %s)", fmt.Sprintf(model, first, last), literal(path), options))
}

// measured completes an input whose file is there.
func (in input) measured() (input, error) {
	info, err := os.Stat(in.path)
	if err != nil {
		return in, err
	}
	in.bytes = info.Size()
	if in.columns == nil {
		in.columns, err = describe(context.Background(), fmt.Sprintf(model, 0, 1))
	}
	return in, err
}

// compress writes a file as gzip does by default.
func compress(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	zip := gzip.NewWriter(out)
	if _, err := io.Copy(zip, in); err != nil {
		return err
	}
	return zip.Close()
}

// describe tells the columns of a query.
func describe(ctx context.Context, query string) (columns []column, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+query+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.dataType); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

// inDuckDB executes statements in a database file, or in memory without a path.
func inDuckDB(ctx context.Context, path string, statements ...string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return errors.Join(fmt.Errorf("%.200s: %w", s, err), db.Close())
		}
	}
	return db.Close()
}

// literal is a text as it stands in SQL.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// names lists the columns for SQL.
func names(columns []column) string {
	var list []string
	for _, c := range columns {
		list = append(list, `"`+c.name+`"`)
	}
	return strings.Join(list, ", ")
}

// duckdbVersion is that of the engine in this binary.
func duckdbVersion() (version string) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err.Error()
	}
	defer db.Close()
	if err := db.QueryRow("SELECT version()").Scan(&version); err != nil {
		return err.Error()
	}
	return version
}

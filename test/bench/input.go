package main

import (
	"context"
	"fmt"
	"os"
	"strings"

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

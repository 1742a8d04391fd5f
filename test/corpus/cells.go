package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// compareCells compares with the rows that the authors of the file expect, if they wrote
// them down.
func (c *corpus) compareCells(ctx context.Context, dir string, f file, args []string, t table) (k kind, why string, known bool, err error) {
	folder, name := path.Split(f.path)
	stem := strings.TrimSuffix(name, path.Ext(name))
	compare := func(compare func(data []byte) (string, error), expected string) {
		data, missing := os.ReadFile(c.at(expected))
		if missing != nil {
			return // nobody wrote them down
		}
		known = true
		if t.failed != "" {
			k, why = rejected, t.failed
			return
		}
		if why, err = compare(data); why != "" {
			k = disagreed
		}
	}
	switch {
	case folder == "csv-spectrum/csvs/":
		compare(func(data []byte) (string, error) { return c.compareObjects(ctx, dir, f, args, t, data) }, "csv-spectrum/json/"+stem+".json")
	case strings.HasPrefix(f.path, "pollock/"):
		if _, _, declared := c.declared(f.path); !declared {
			return k, why, false, nil
		}
		compare(func(data []byte) (string, error) { return c.compareClean(ctx, dir, f, args, t, data) }, path.Join(folder, "../clean", name))
	case f.format == "parquet":
		compare(func(data []byte) (string, error) { return compareText(ctx, dir, data) }, folder+stem+"_expect.csv")
		if !known && (folder == "hyparquet/test/files/" || folder == "parquet-testing/data/") && !strings.Contains(f.path, "geospatial") {
			compare(func(data []byte) (string, error) { return compareValues(ctx, dir, data) }, "hyparquet/test/files/"+stem+".json")
		}
	}
	return k, why, known, err
}

// loadTexts loads the file once more, every column as text, and reads the rows.
func (c *corpus) loadTexts(ctx context.Context, dir string, f file, args []string, t table) ([][]any, error) {
	args = slices.Clone(args)
	for _, column := range t.columns {
		args = append(args, "--column", column.name+"=text")
	}
	dir = filepath.Join(dir, "texts")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	l, err := c.into(ctx, dir, c.at(f.path), args)
	if err != nil {
		return nil, err
	}
	if l.code != 0 {
		return nil, errors.New("as text it is refused: " + l.stderr)
	}
	return readCells(ctx, dir)
}

// readCells reads all rows of a table, in the order in which they were
// loaded. Decimals and JSON are read as text.
func readCells(ctx context.Context, dir string) (cells [][]any, err error) {
	db, err := sql.Open("duckdb", database(dir)+"?access_mode=read_only")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	list, err := texts(ctx, db, `SELECT CASE WHEN data_type IN ('BOOLEAN', 'BIGINT', 'DOUBLE', 'BLOB') OR data_type LIKE 'TIMESTAMP%' THEN '"' || replace(column_name, '"', '""') || '"'
		ELSE '"' || replace(column_name, '"', '""') || '"::VARCHAR' END FROM duckdb_columns() WHERE table_name = 't' ORDER BY column_index`)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT `+strings.Join(list, ", ")+` FROM t ORDER BY rowid`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, into := make([]any, len(list)), make([]any, len(list))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		cells = append(cells, row)
	}
	return cells, rows.Err()
}

// asText is a cell as CSV has it, which does not tell NULL and nothing apart.
func asText(cell any) string {
	if cell == nil {
		return ""
	}
	return text("%v", cell)
}

// compareObjects compares with a JSON array of objects, as csv-spectrum has it.
func (c *corpus) compareObjects(ctx context.Context, dir string, f file, args []string, t table, expected []byte) (string, error) {
	var want []map[string]string
	if err := json.Unmarshal(expected, &want); err != nil {
		return "", err
	}
	if path.Base(f.path) == "newlines_crlf.csv" {
		// It was checked out with LF line ends, its JSON was not.
		want[1]["a"] = strings.ReplaceAll(want[1]["a"], "\r\n", "\n")
	}
	got, err := c.loadTexts(ctx, dir, f, args, t)
	if err != nil {
		return err.Error(), nil
	}
	if len(got) != len(want) {
		return text("%d rows, want %d", len(got), len(want)), nil
	}
	for i, row := range got {
		for k, column := range t.columns {
			if asText(row[k]) != want[i][column.name] || len(row) != len(want[i]) {
				return text("row %d, %s: %q, want %q", i+1, column.name, row[k], want[i][column.name]), nil
			}
		}
	}
	return "", nil
}

// compareClean compares with pollock's repaired table. Every row that was loaded must be
// in it, in its order, and what is missing must be rejected.
func (c *corpus) compareClean(ctx context.Context, dir string, f file, args []string, t table, expected []byte) (string, error) {
	reader := csv.NewReader(bytes.NewReader(expected))
	reader.FieldsPerRecord = -1
	want, err := reader.ReadAll()
	if err != nil {
		return "", err
	}
	if len(want) > 0 && (!slices.Contains(args, "--no-header") || want[0][0] == "col_0") {
		want = want[1:]
	}
	got, err := c.loadTexts(ctx, dir, f, args, t)
	if err != nil {
		return err.Error(), nil
	}
	missing, next := int64(0), 0
	for _, line := range want {
		if next < len(got) && slices.EqualFunc(got[next], line, func(cell any, s string) bool { return asText(cell) == s }) {
			next++
		} else {
			missing++
		}
	}
	if next < len(got) {
		return text("row %d of %d, %.300q, is none of the clean table", next+1, len(got), got[next]), nil
	}
	// A quote too many makes one record of several lines.
	lines := int64(0)
	for _, b := range t.bad {
		lines += 1 + int64(bytes.Count(b.raw, []byte("\n")))
	}
	if missing > lines {
		return text("%d rows of the clean table are missing, %d lines are rejected", missing, lines), nil
	}
	return "", nil
}

// compareText compares with a CSV file of the same columns.
func compareText(ctx context.Context, dir string, expected []byte) (string, error) {
	want, err := csv.NewReader(bytes.NewReader(expected)).ReadAll()
	if err != nil {
		return "", err
	}
	got, err := readCells(ctx, dir)
	if err != nil || len(got) != len(want)-1 {
		return text("%d rows, want %d", len(got), len(want)-1), err
	}
	for i, row := range got {
		for k, cell := range row {
			if asText(cell) != want[i+1][k] {
				return text("row %d, %s: %q, want %q", i+1, want[0][k], asText(cell), want[i+1][k]), nil
			}
		}
	}
	return "", nil
}

// compareValues compares with hyparquet's JSON array of arrays.
func compareValues(ctx context.Context, dir string, expected []byte) (string, error) {
	var want [][]any
	decoder := json.NewDecoder(bytes.NewReader(expected))
	decoder.UseNumber()
	if err := decoder.Decode(&want); err != nil {
		return "", err
	}
	got, err := readCells(ctx, dir)
	if err != nil || len(got) != len(want) {
		return text("%d rows, want %d", len(got), len(want)), err
	}
	for i, row := range got {
		for k, cell := range row {
			if k >= len(want[i]) || !readertest.SameCell(cell, want[i][k]) {
				return text("row %d, column %d: %#v, want %#v", i+1, k+1, cell, want[i]), nil
			}
		}
	}
	return "", nil
}

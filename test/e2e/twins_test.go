package e2e

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestTwins loads the same table from CSV, JSON lines and Parquet, by itself
// and from files of all three at once: the rows are the same. Ages have
// fractions in the CSV file and are cut to integers in the two others; all
// else is identical.
func TestTwins(t *testing.T) {
	samples := filepath.Join(readertest.Corpus(t), "dlt-samples/tests/common/storages/samples")
	path := filepath.Join(t.TempDir(), "twins.duckdb")
	var sources []string
	for _, format := range []string{"csv", "jsonl", "parquet"} {
		source := filepath.Join(samples, format, "mlb_players."+format)
		sources = append(sources, source)
		sluice(t, "load", source, "--to", "duckdb:"+path, "--table", format).expect(t, 0)
	}
	sluice(t, append([]string{"load", "--to", "duckdb:" + path, "--table", "together"}, sources...)...).expect(t, 0)

	db := openDB(t, path)
	if rows := scalarOf(t, db, `SELECT count(*) FROM parquet`); rows != 1034 {
		t.Errorf("%d rows, want 1034", rows)
	}
	if lines, groups := columns(t, db, "jsonl"), columns(t, db, "parquet"); lines != groups {
		t.Errorf("JSON lines have the columns\n%s\nParquet\n%s", lines, groups)
	}
	const cut = `SELECT * EXCLUDE (_sluice_file) REPLACE (trunc("Age") AS "Age") FROM `
	for _, pair := range [][2]string{
		{`SELECT * EXCLUDE (_sluice_file) FROM jsonl`, `SELECT * EXCLUDE (_sluice_file) FROM parquet`},
		{cut + `csv`, cut + `parquet`},
		{cut + `together`, cut + `csv UNION ALL ` + cut + `jsonl UNION ALL ` + cut + `parquet`},
	} {
		for _, query := range []string{pair[0] + ` EXCEPT ALL (` + pair[1] + `)`, `(` + pair[1] + `) EXCEPT ALL ` + pair[0]} {
			if n := scalarOf(t, db, `SELECT count(*) FROM (`+query+`)`); n != 0 {
				t.Errorf("%d rows of %s", n, query)
			}
		}
	}
}

// columns describes a table's columns, a line each, sorted by name.
func columns(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	rows, err := db.Query(`SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE table_name = $1 ORDER BY 1`, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
)

// TestTwins loads the same table from CSV, JSON lines and Parquet, by itself
// and from files of all three at once: columns, types and rows are the same.
func TestTwins(t *testing.T) {
	samples := filepath.Join(corpusDir(t), "dlt-samples/tests/common/storages/samples")
	dir := t.TempDir()
	path := filepath.Join(dir, "twins.duckdb")
	twins := []string{"csv/mlb_players.csv", "jsonl/mlb_players.jsonl", "parquet/mlb_players.parquet"}
	var sources []string
	for i, twin := range twins {
		source := filepath.Join(samples, twin)
		sources = append(sources, source)
		sluice(t, "load", source, "--to", "duckdb:"+path, "--table", fmt.Sprintf("t%d", i)).expect(t, 0)
	}
	sluice(t, append([]string{"load", "--to", "duckdb:" + path, "--table", "together"}, sources...)...).expect(t, 0)

	db := openDB(t, path)
	if rows := scalarOf(t, db, `SELECT count(*) FROM t0`); rows != 1034 {
		t.Errorf("%d rows, want 1034", rows)
	}
	for i, twin := range twins {
		if got, want := columns(t, db, fmt.Sprintf("t%d", i)), columns(t, db, "t0"); got != want {
			t.Errorf("%s has the columns\n%s\nits twin in CSV\n%s", twin, got, want)
		}
		for _, query := range []string{`SELECT count(*) FROM (SELECT * EXCLUDE (_sluice_file) FROM t%d EXCEPT ALL SELECT * EXCLUDE (_sluice_file) FROM t0)`,
			`SELECT count(*) FROM (SELECT * EXCLUDE (_sluice_file) FROM t0 EXCEPT ALL SELECT * EXCLUDE (_sluice_file) FROM t%d)`} {
			if n := scalarOf(t, db, fmt.Sprintf(query, i)); n != 0 {
				t.Errorf("%s: %d rows differ", twin, n)
			}
		}
	}
	// Each row is in each of the three files.
	if n := scalarOf(t, db, `SELECT count(*) FROM (SELECT * EXCLUDE (_sluice_file) FROM together EXCEPT ALL
		(SELECT * EXCLUDE (_sluice_file) FROM t0 UNION ALL SELECT * EXCLUDE (_sluice_file) FROM t1 UNION ALL SELECT * EXCLUDE (_sluice_file) FROM t2))`); n != 0 {
		t.Errorf("loaded together, %d rows differ", n)
	}
	if n := scalarOf(t, db, `SELECT count(*) FROM together`); n != 3*1034 {
		t.Errorf("loaded together, %d rows, want %d", n, 3*1034)
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

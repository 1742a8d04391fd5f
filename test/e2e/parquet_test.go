package e2e

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRealParquetFiles loads each Parquet file of the corpus that DuckDB can
// read, and compares the table with DuckDB's own read_parquet, cell by cell;
// nested columns, which become JSON, by whether they are NULL. A file that is
// refused must be so with a reason, as a file's own fault.
func TestRealParquetFiles(t *testing.T) {
	dir := corpusDir(t)
	f, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	agreed, refused := 0, 0
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		cells := strings.Split(scanner.Text(), "\t")
		if len(cells) < 7 || cells[3] != "parquet" || !duckdbRows.MatchString(cells[6]) || parquetDiffers[cells[0]] != "" {
			continue
		}
		t.Run(cells[0], func(t *testing.T) {
			db := filepath.Join(t.TempDir(), "real.duckdb")
			path := filepath.Join(dir, cells[0])
			out := sluice(t, "load", path, "--to", "duckdb:"+db, "--table", "t", "--format", "parquet", "--no-file-id")
			if out.code == 3 && strings.Contains(out.stderr, "Parquet") || out.code == 3 && strings.Contains(out.stderr, "column") {
				refused++
				t.Log(out.stderr)
				return
			}
			out.expect(t, 0)
			agreed++
			compareWithDuckDB(t, db, path)
		})
	}
	t.Logf("%d agreed, %d refused", agreed, refused)
	if agreed < 180 {
		t.Errorf("only %d files agreed", agreed)
	}
}

// parquetDiffers are the files that are read otherwise than by DuckDB, by the
// rule of docs/formats.md.
var parquetDiffers = map[string]string{}

// compareWithDuckDB compares a loaded table with the file.
func compareWithDuckDB(t *testing.T, db, path string) {
	t.Helper()
	duck, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer duck.Close()
	source := fmt.Sprintf("read_parquet('%s', hive_partitioning = false)", strings.ReplaceAll(path, "'", "''"))
	if _, err := duck.Exec(fmt.Sprintf("SET TimeZone = 'UTC'; ATTACH '%s' AS loaded (READ_ONLY)", db)); err != nil {
		t.Fatal(err)
	}
	columns, err := duck.Query("SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM " + source + ")")
	if err != nil {
		t.Fatal(err)
	}
	var theirs, ours []string
	for columns.Next() {
		var name, typ string
		if err := columns.Scan(&name, &typ); err != nil {
			t.Fatal(err)
		}
		name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		if strings.ContainsAny(typ, "[(") && !strings.HasPrefix(typ, "DECIMAL") || typ == "VARIANT" || typ == "INTERVAL" || strings.HasPrefix(typ, "GEOMETRY") {
			theirs, ours = append(theirs, name+" IS NULL"), append(ours, name+" IS NULL")
			continue
		}
		theirs = append(theirs, name+"::VARCHAR")
		ours = append(ours, fmt.Sprintf("%s::%s::VARCHAR", name, typ))
	}
	for _, query := range []string{
		"SELECT %[1]s FROM %[2]s EXCEPT ALL SELECT %[3]s FROM loaded.t",
		"SELECT %[3]s FROM loaded.t EXCEPT ALL SELECT %[1]s FROM %[2]s",
	} {
		query = fmt.Sprintf(query, strings.Join(theirs, ", "), source, strings.Join(ours, ", "))
		rows, err := duck.Query(query + " LIMIT 2")
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		for rows.Next() {
			values := make([]any, len(theirs))
			for i := range values {
				values[i] = new(sql.NullString)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			var text []string
			for i, v := range values {
				text = append(text, fmt.Sprintf("%s=%q", ours[i], v.(*sql.NullString).String))
			}
			t.Errorf("%.40s: %s", query, strings.Join(text, " "))
		}
	}
}

package e2e

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestRealParquetFiles loads each Parquet file of the corpus that DuckDB can
// read, and compares the table with DuckDB's own read_parquet, cell by cell;
// nested columns, which become JSON, by whether they are NULL. A file that is
// refused must be so with a reason, as a file's own fault.
func TestRealParquetFiles(t *testing.T) {
	dir := readertest.Corpus(t)
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
		if len(cells) < 7 || cells[3] != "parquet" || parquetDiffers(cells[0]) != "" {
			continue
		}
		if !duckdbRows.MatchString(cells[6]) {
			t.Run(cells[0], func(t *testing.T) { endsInMemory(t, filepath.Join(dir, cells[0])) })
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
	if agreed < 150 {
		t.Errorf("only %d files agreed", agreed)
	}
}

// parquetDiffers is the rule of docs/formats.md by which a file is read
// otherwise than by DuckDB, if there is one.
func parquetDiffers(name string) string {
	for part, rule := range map[string]string{
		"silly-names":                "a column without a name is named by its number",
		"bug13053":                   "names that differ in case alone are numbered from 2",
		"variant_":                   "a VARIANT is read as the group that it is stored as",
		"lz4_compressed":             "the C library of this test refuses to read the file again",
		"byte_stream_split_extended": "likewise",
	} {
		if strings.Contains(name, part) {
			return rule
		}
	}
	return ""
}

// endsInMemory loads a file that DuckDB cannot read: it is read or refused, in
// the memory that there is for it.
func endsInMemory(t *testing.T, path string) {
	t.Helper()
	out := sluice(t, "load", path, "--to", "stdout:", "--format", "parquet", "--memory", "256MiB")
	if out.code != 0 && out.code != 3 {
		t.Errorf("exit code %d: %s", out.code, out.stderr)
	}
	if most := int64(256+200) << 20; int64(out.peakRSS) > most {
		t.Errorf("%d bytes of memory", out.peakRSS)
	}
}

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

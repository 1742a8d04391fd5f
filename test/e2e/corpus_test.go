package e2e

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// corpusDir is where the real files are, if this machine has them.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SLUICE_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	if _, err := os.Stat(filepath.Join(dir, "expected.tsv")); err != nil {
		t.Skipf("no corpus of real files at %s: set SLUICE_CORPUS to check against one", dir)
	}
	return dir
}

var duckdbRows = regexp.MustCompile(`rows=(\d+)`)

// expectedRows reads how many rows DuckDB's own reader finds in each file.
func expectedRows(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := map[string]int64{}
	for scanner := bufio.NewScanner(f); scanner.Scan(); {
		cells := strings.Split(scanner.Text(), "\t")
		if len(cells) < 7 {
			continue
		}
		if m := duckdbRows.FindStringSubmatch(cells[6]); m != nil {
			rows[cells[0]], _ = strconv.ParseInt(m[1], 10, 64)
		}
	}
	return rows
}

// TestRealFiles loads each real CSV file into a table of its own and compares
// the number of rows with DuckDB's reading of it. Where they differ, a rule of
// docs/formats.md explains it, and is named here.
func TestRealFiles(t *testing.T) {
	dir := corpusDir(t)
	want := expectedRows(t, dir)
	explained := map[string]struct {
		rows int64
		rule string
	}{}
	checked := 0
	for _, source := range []string{"fivethirtyeight", "vega", "rust-csv"} {
		err := filepath.WalkDir(filepath.Join(dir, source), func(path string, d os.DirEntry, err error) error {
			ext := filepath.Ext(path)
			if err != nil || d.IsDir() || (ext != ".csv" && ext != ".tsv") {
				return err
			}
			name, _ := filepath.Rel(dir, path)
			checked++
			rows := want[name]
			if e, ok := explained[name]; ok {
				rows = e.rows
			}
			db := filepath.Join(t.TempDir(), "real.duckdb")
			args := []string{"load", path, "--to", "duckdb:" + db, "--table", "t", "--json"}
			out := sluice(t, args...)
			if out.code != 0 {
				t.Errorf("%s: exit code %d: %s", name, out.code, out.stderr)
				return nil
			}
			if got := out.result(t).RowsLoaded; got != rows {
				t.Errorf("%s: %d rows, DuckDB reads %d", name, got, want[name])
			}
			if again := sluice(t, args...).expect(t, 0).result(t); again.FilesLoaded != 0 || again.RowsLoaded != 0 {
				t.Errorf("%s: loading again loaded %+v", name, again)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked < 30 {
		t.Errorf("only %d files were found", checked)
	}
	t.Logf("%d files", checked)
}

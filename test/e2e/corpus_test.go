package e2e

import (
	"bufio"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

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

// differs lists the files that Sluice reads otherwise than DuckDB's sniffer
// does, each with the rule of docs/formats.md that explains it.
var differs = map[string]struct {
	args []string // that make the reading the same
	rule string
}{
	"rust-csv/examples/data/smallpop-no-headers.csv": {[]string{"--no-header"}, "the first record is the header unless --no-header says otherwise"},
}

// TestRealFiles loads each real CSV file into a table of its own and compares
// the number of rows with DuckDB's reading of it. A file that DuckDB refuses,
// as it is not UTF-8, must be refused here too, by name.
func TestRealFiles(t *testing.T) {
	dir := readertest.Corpus(t)
	want := expectedRows(t, dir)
	checked := 0
	for _, source := range []string{"fivethirtyeight", "vega", "rust-csv"} {
		err := filepath.WalkDir(filepath.Join(dir, source), func(path string, d os.DirEntry, err error) error {
			if ext := filepath.Ext(path); err != nil || d.IsDir() || (ext != ".csv" && ext != ".tsv") {
				return err
			}
			name, _ := filepath.Rel(dir, path)
			checked++
			t.Run(name, func(t *testing.T) { loadReal(t, name, path, want) })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked < 30 {
		t.Errorf("only %d files were found", checked)
	}
}

func loadReal(t *testing.T, name, path string, want map[string]int64) {
	db := filepath.Join(t.TempDir(), "real.duckdb")
	args := append([]string{"load", path, "--to", "duckdb:" + db, "--table", "t", "--json"}, differs[name].args...)
	rows, read := want[name]
	if !read {
		out := sluice(t, args...).expect(t, 3)
		if !strings.Contains(out.stderr, "UTF-8") {
			t.Errorf("DuckDB refuses the file, and Sluice for another reason:\n%s", out.stderr)
		}
		return
	}
	if got := sluice(t, args...).expect(t, 0).result(t).RowsLoaded; got != rows {
		t.Errorf("%d rows, DuckDB reads %d", got, rows)
	}
	if again := sluice(t, args...).expect(t, 0).result(t); again.FilesLoaded != 0 || again.RowsLoaded != 0 {
		t.Errorf("loading again loaded %+v", again)
	}
}

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestZ01Tools loads what the tools of each compression write, at their
// extremes, and compares with the file as it was before.
func TestZ01Tools(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain.csv")
	var text strings.Builder
	text.WriteString("n,word\n")
	for i := range 30_000 {
		fmt.Fprintf(&text, "%d,word %d\n", i, i*i%10_007)
	}
	if err := os.WriteFile(plain, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "t.duckdb")
	sluice(t, "load", plain, "--to", "duckdb:"+path, "--table", "plain").expect(t, 0)
	var tables []string
	for i, command := range []string{
		"gzip -9", "gzip -1", "zstd -q -19", "zstd -q -1 --no-check", "bzip2 -1", "bzip2 -9",
		"lz4 -q -1", "lz4 -q -9 -B4 -BD", "lz4 -q -B5 -BX --no-frame-crc --content-size",
		"xz -0", "xz -6", "xz -8", "xz -T2 --block-size=50000 --check=sha256", "xz --check=none --lzma2=preset=1,lc=0,pb=0,dict=4KiB",
	} {
		words := strings.Fields(command)
		if _, err := exec.LookPath(words[0]); err != nil {
			t.Logf("%s is not installed", words[0])
			continue
		}
		cmd := exec.Command(words[0], append(words[1:], "-c", plain)...)
		packed, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		table := fmt.Sprintf("t%d", i)
		tables = append(tables, table)
		file := filepath.Join(dir, table+".csv."+words[0])
		if err := os.WriteFile(file, packed, 0o644); err != nil {
			t.Fatal(err)
		}
		out := sluice(t, "load", "--format", "csv", file, "--to", "duckdb:"+path, "--table", table, "--json")
		if got := out.expect(t, 0).result(t); got.RowsLoaded != 30_000 {
			t.Errorf("%s: %d rows", command, got.RowsLoaded)
		}
		// Half of it is no file.
		if err := os.WriteFile(file, packed[:len(packed)/2], 0o644); err != nil {
			t.Fatal(err)
		}
		out = sluice(t, "load", "--format", "csv", file, "--to", "stdout:").expect(t, 3)
		if !strings.Contains(out.stderr, "decompress "+words[0]) {
			t.Errorf("%s, cut: %s", command, out.stderr)
		}
	}
	if len(tables) == 0 {
		t.Skip("no tool that compresses is installed")
	}
	db := openDB(t, path)
	for _, table := range tables {
		query := fmt.Sprintf(`SELECT count(*) FROM (SELECT n, word FROM plain EXCEPT ALL SELECT n, word FROM %s)`, table)
		if n := scalarOf(t, db, query); n != 0 {
			t.Errorf("%s lacks %d rows", table, n)
		}
	}
}

// TestV08Encodings compares files in other encodings with DuckDB's reading of
// them.
func TestV08Encodings(t *testing.T) {
	dir := readertest.Corpus(t)
	path := filepath.Join(t.TempDir(), "t.duckdb")
	for i, test := range []struct{ name, encoding, theirs string }{
		{"duckdb-csv/data/csv/encodings/utf16.csv", "", "utf-16"},
		{"duckdb-csv/data/csv/encodings/only_utf16.csv", "UTF-16", "utf-16"},
		{"csvkit/examples/test_utf16_little.csv", "", "utf-16"},
		{"csvkit/examples/test_latin1.csv", "latin1", "latin-1"},
		{"rust-csv/examples/data/uspop-latin1.csv", "iso-8859-1", "latin-1"},
	} {
		file, table := filepath.Join(dir, test.name), fmt.Sprintf("t%d", i)
		args := []string{"load", file, "--to", "duckdb:" + path, "--table", table}
		if test.encoding != "" {
			args = append(args, "--encoding", test.encoding)
		}
		sluice(t, args...).expect(t, 0)
		db := openDB(t, path)
		theirs := fmt.Sprintf(`read_csv('%s', encoding = '%s', header = true, all_varchar = true, delim = ',')`, file, test.theirs)
		rows := scalarOf(t, db, `SELECT count(*) FROM `+theirs)
		if n := scalarOf(t, db, `SELECT count(*) FROM `+table); n != rows || n == 0 {
			t.Errorf("%s: %d rows, DuckDB reads %d", test.name, n, rows)
		}
		var texts []string
		for line := range strings.Lines(columns(t, db, table)) {
			if name, ok := strings.CutSuffix(strings.TrimSuffix(line, "\n"), " VARCHAR"); ok {
				texts = append(texts, `"`+strings.ReplaceAll(name, `"`, `""`)+`"`)
			}
		}
		cells := `SELECT ` + strings.Join(texts, ", ") + ` FROM `
		if n := scalarOf(t, db, `SELECT count(*) FROM (`+cells+theirs+` EXCEPT ALL `+cells+table+`)`); n != 0 {
			t.Errorf("%s: %d rows are others than DuckDB's, by the columns %s", test.name, n, texts)
		}
		t.Logf("%s: %d rows, %d columns of text", test.name, rows, len(texts))
		db.Close()
	}
	// It has bytes that stand for nothing in Latin-1, and DuckDB refuses it, too.
	star := filepath.Join(dir, "fivethirtyeight/star-wars-survey/StarWars.csv")
	if out := sluice(t, "load", star, "--to", "stdout:", "--encoding", "latin1").expect(t, 3); !strings.Contains(out.stderr, "not valid LATIN1") {
		t.Error(out.stderr)
	}
}

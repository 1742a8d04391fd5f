package csv

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// tally counts what detection got right: of what, how many of how many.
type tally map[string]*[2]int

func (t tally) count(what string, right bool) {
	if t[what] == nil {
		t[what] = new([2]int)
	}
	t[what][1]++
	if right {
		t[what][0]++
	}
}

// check holds the counts to those that docs/formats.md has.
func (c tally) check(t *testing.T, want map[string][2]int) {
	t.Helper()
	for what, n := range c {
		t.Logf("%s: %d of %d", what, n[0], n[1])
		if *n != want[what] {
			t.Errorf("%s: %d of %d right, docs/formats.md says %v", what, n[0], n[1], want[what])
		}
	}
}

// parameters are how Pollock says that a file is written. What a file has none of
// is empty.
type parameters struct {
	Delimiter, Quotechar, Encoding string
	Header                         any `json:"header_lines"`
	Preamble                       any `json:"preamble_lines"`
}

func TestCorpusDetectPollock(t *testing.T) {
	dir := filepath.Join(readertest.Corpus(t), "pollock")
	files, _ := filepath.Glob(filepath.Join(dir, "*", "parameters", "*_parameters.json"))
	got := tally{}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var want parameters
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), "_parameters.json")
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), "..", "csv", name))
		if err != nil {
			t.Fatal(err)
		}
		hints := reader.Hints{}
		if want.Encoding == "latin1" {
			hints.Encoding = want.Encoding
		}
		found, ok, err := New().(format).find(t.Context(), inMemory(string(data)), hints)
		if err != nil || !ok && len(data) > 0 {
			t.Fatalf("%s: %v", name, err)
		}
		if !ok {
			continue
		}
		d := New().(format).declared(found)
		got.count("delimiter", want.Delimiter == "" || d.Delimiter == want.Delimiter)
		got.count("quote", want.Quotechar == "" || d.Quote == want.Quotechar)
		got.count("header", d.Header == (fmt.Sprint(want.Header) != "0"))
		got.count("preamble", fmt.Sprint(d.SkipLines) == fmt.Sprint(want.Preamble))
		t.Logf("%s: %+v, Pollock %+v", name, d, want)
	}
	got.check(t, map[string][2]int{"delimiter": {94, 94}, "quote": {94, 94}, "header": {94, 94}, "preamble": {88, 94}})
}

// What DuckDB detects is another program's opinion. It is compared where it finds
// more than one column, without the columns that it makes of a file's path.
func TestCorpusDetectLikeDuckDB(t *testing.T) {
	dir := readertest.Corpus(t)
	got := tally{}
	folders := []string{"CleverCSV/", "csv-spectrum/", "duckdb-csv/", "fivethirtyeight/", "vega/", "rust-csv/", "csvkit/", "openflights/", "PapaParse/"}
	eachCSV(t, dir, folders, func(name, _, duckdb string) {
		var rows, columns int
		if n, _ := fmt.Sscanf(duckdb, "auto rows=%d cols=%d", &rows, &columns); n < 2 || columns < 2 || strings.Contains(name, "/afl/") || strings.Contains(name, "=") {
			return
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		format := New()
		if strings.HasSuffix(name, ".tsv") {
			format = NewTSV()
		}
		s, err := format.Sample(t.Context(), inMemory(string(data)), reader.Hints{Detect: reader.DetectToUse})
		folder, _, _ := strings.Cut(name, "/")
		if !slices.Contains([]string{"csv-spectrum", "duckdb-csv"}, folder) {
			folder = "others"
		}
		got.count(folder, err == nil && len(s.Columns) == columns)
		if len(s.Columns) != columns {
			t.Logf("%s: %d columns, DuckDB %d; %v", name, len(s.Columns), columns, err)
		}
	})
	got.check(t, map[string][2]int{"csv-spectrum": {11, 11}, "duckdb-csv": {159, 176}, "others": {119, 120}})
}

// The files of CleverCSV have no dialects beside them. These were read off them.
func TestCorpusDetectCleverCSV(t *testing.T) {
	dir := filepath.Join(readertest.Corpus(t), "CleverCSV", "example")
	for name, want := range map[string]string{"airedale.csv": "", "imdb.csv": `--escape \`, "milk.csv": "--delimiter tab"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		s := mustSample(t, string(data), reader.Hints{Detect: reader.DetectToTell})
		if got := strings.Join(s.Detected.Flags, " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

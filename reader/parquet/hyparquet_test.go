package parquet

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// The expected rows of hyparquet are JSON arrays, one for each row.
func TestCorpusCellByCell(t *testing.T) {
	dir := readertest.Corpus(t)
	lists, _ := filepath.Glob(filepath.Join(dir, "hyparquet/test/files/*.json"))
	checked := 0
	for _, list := range lists {
		if strings.HasSuffix(list, ".metadata.json") {
			continue
		}
		if strings.HasSuffix(list, "geospatial.json") {
			continue // it wants GeoJSON; here a geometry is the bytes that the file has
		}
		name := strings.TrimSuffix(filepath.Base(list), ".json") + ".parquet"
		var data []byte
		var err error
		for _, folder := range []string{"hyparquet/test/files", "parquet-testing/data"} {
			if data, err = os.ReadFile(filepath.Join(dir, folder, name)); err == nil {
				break
			}
		}
		if err != nil {
			t.Logf("%s is not there", name)
			continue
		}
		text, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		var want [][]any
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("%s: %v", list, err)
		}
		checked++
		_, got, err := readAll(t.Context(), t, data, reader.NewLimits(32<<20, 2), reader.FailFile)
		if err != nil || len(got.Rows) != len(want) {
			t.Errorf("%s: %d rows of %d, %v", name, len(got.Rows), len(want), err)
			continue
		}
		wrong := 0
		for i, row := range got.Rows {
			for c := range row {
				if c >= len(want[i]) || !readertest.SameCell(row[c], want[i][c]) {
					if wrong++; wrong < 4 {
						t.Errorf("%s: row %d, column %d: %#v, want %#v", name, i, c, row[c], want[i][c])
					}
				}
			}
		}
	}
	if checked < 15 {
		t.Errorf("only %d files checked", checked)
	}
}

// The expected rows of parquet-testing's delta files are CSV.
func TestCorpusExpectedCSV(t *testing.T) {
	dir := filepath.Join(readertest.Corpus(t), "parquet-testing/data")
	lists, _ := filepath.Glob(filepath.Join(dir, "*_expect.csv"))
	if len(lists) != 4 {
		t.Fatalf("%d files, want 4", len(lists))
	}
	for _, list := range lists {
		f, err := os.Open(list)
		if err != nil {
			t.Fatal(err)
		}
		want, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(list), "_expect.csv") + ".parquet"
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		_, got, err := readAll(t.Context(), t, data, reader.NewLimits(32<<20, 2), reader.FailFile)
		if err != nil || len(got.Rows) != len(want)-1 {
			t.Errorf("%s: %d rows of %d, %v", name, len(got.Rows), len(want)-1, err)
			continue
		}
		for i, row := range got.Rows {
			for c, v := range row {
				text := fmt.Sprint(v)
				if v == nil {
					text = "" // the CSV does not tell the two apart
				}
				if text != want[i+1][c] {
					t.Fatalf("%s: row %d, %s: %q, want %q", name, i, want[0][c], text, want[i+1][c])
				}
			}
		}
	}
}

package parquet

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

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
				if c >= len(want[i]) || !sameValue(row[c], want[i][c]) {
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

// sameValue compares a cell, or a part of a nested one, with hyparquet's. That
// writes neither NaN nor NULL members of a group, and bytes as numbers.
func sameValue(got, want any) bool {
	switch w := want.(type) {
	case nil:
		f, isFloat := got.(float64)
		return got == nil || isFloat && math.IsNaN(f) || got == "NaN"
	case bool:
		return got == w
	case json.Number:
		if n, ok := got.(json.Number); ok && n == w {
			return true
		}
		text := fmt.Sprint(got)
		if text == w.String() {
			return true
		}
		a, err1 := strconv.ParseFloat(text, 64)
		b, err2 := w.Float64()
		return err1 == nil && err2 == nil && (a == b || math.Abs(a-b) < 1e-12*math.Abs(b))
	case string:
		switch g := got.(type) {
		case string:
			return g == w || strings.NewReplacer("T", " ", ".000Z", "Z", "+0", "").Replace(w) == g
		case []byte:
			return string(g) == w
		case time.Time:
			parsed, err := time.Parse(time.RFC3339Nano, w)
			return err == nil && parsed.Equal(g)
		}
		return false
	}
	switch g := got.(type) {
	case []byte:
		return sameBytes(g, want)
	case string:
		var nested any
		decoder := json.NewDecoder(strings.NewReader(g))
		decoder.UseNumber()
		if decoder.Decode(&nested) == nil {
			if _, text := nested.(string); !text {
				return sameValue(nested, want)
			}
		}
		raw, err := base64.StdEncoding.DecodeString(g)
		return err == nil && sameBytes(raw, want)
	case []any:
		w, ok := want.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range g {
			if !sameValue(g[i], w[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		w, ok := want.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range g {
			if !sameValue(v, w[k]) {
				return false
			}
		}
		for k := range w {
			if _, ok := g[k]; !ok {
				return false
			}
		}
		return true
	}
	return false
}

func sameBytes(got []byte, want any) bool {
	w, ok := want.([]any)
	if !ok || len(got) != len(w) {
		return false
	}
	for i := range w {
		if w[i] != json.Number(strconv.Itoa(int(got[i]))) {
			return false
		}
	}
	return true
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

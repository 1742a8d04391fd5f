package csv

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// tally counts what detection got right.
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

// Pollock says the dialect of each of its files.
func TestCorpusDetectPollock(t *testing.T) {
	dir := filepath.Join(readertest.Corpus(t), "pollock")
	for _, folder := range []string{"polluted_files", "survey_sample"} {
		got := tally{}
		files, _ := filepath.Glob(filepath.Join(dir, folder, "csv", "*"))
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(filepath.Join(dir, folder, "parameters", filepath.Base(path)+"_parameters.json"))
			if err != nil {
				t.Log(err)
				continue
			}
			var want struct {
				Delimiter, Quotechar, Escapechar string
				Encoding                         string
				Header                           any `json:"header_lines"`
				Preamble                         any `json:"preamble_lines"`
				Columns                          int `json:"n_columns"`
			}
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(path, err)
			}
			hints := reader.Hints{}
			if want.Encoding == "latin1" {
				hints.Encoding = "latin1"
			}
			h, err := New().(format).detect(t.Context(), inMemory(string(data)), hints)
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			delimiter := string([]byte{h.Delimiter})
			if h.Delimiter == 0 {
				delimiter = ","
			}
			ok := want.Delimiter == "" || want.Delimiter == delimiter
			okq := want.Quotechar == "" || want.Quotechar == string([]byte{h.Quote})
			okh := (fmt.Sprint(want.Header) == "0") == h.NoHeader
			okp := fmt.Sprint(want.Preamble) == fmt.Sprint(h.SkipLines)
			got.count("delimiter", ok)
			got.count("quote", okq)
			got.count("escape", h.Escape == 0)
			got.count("header", okh)
			got.count("preamble", okp)
			if !ok || !okq || !okh || !okp || h.Escape != 0 {
				t.Logf("%s/%s: %+v\n%s", folder, filepath.Base(path), h, strings.ReplaceAll(string(text), "\n", " ")[:100])
				t.Logf("   header %v preamble %v: %.200q", want.Header, want.Preamble, data)
			}
		}
		for what, n := range got {
			t.Logf("%s %s: %d of %d", folder, what, n[0], n[1])
		}
	}
}

package parquet

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// readWithin samples and reads a file within bounds. Where the sample refuses
// it, so must Read.
func readWithin(t *testing.T, data []byte, bounds reader.Bounds) (rows int, err error) {
	t.Helper()
	file := inMemory(data)
	whole, err := New().Sample(t.Context(), file, reader.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	limits := reader.NewLimits(32<<20, 2)
	limits.Bounds = bounds
	got, err := readertest.Read(t.Context(), t, New(), reader.Request{File: file, Dialect: whole.Dialect, Schema: readertest.Suggested(whole), Limits: limits}, nil)
	if _, sampleErr := New().Sample(t.Context(), file, reader.Hints{Bounds: bounds}); sampleErr != nil && err == nil {
		t.Errorf("%+v: the sample is refused, and reading is not: %v", bounds, sampleErr)
	}
	return len(got.Rows), err
}

// What is as large as its limit is read, what is larger by one is refused.
func TestBoundsAtTheirEdge(t *testing.T) {
	flat, nested := several(codecSnappy, false).bytes(), lists(false).bytes()
	for name, test := range map[string]struct {
		data      []byte
		at, below reader.Bounds
		want      string
	}{
		"columns":            {flat, reader.Bounds{Columns: 2}, reader.Bounds{Columns: 1}, "more than 1 columns (--max-columns)"},
		"nesting":            {nested, reader.Bounds{Nesting: 3}, reader.Bounds{Nesting: 2}, "nested more than 2 deep (--max-nesting)"},
		"nesting of nothing": {flat, reader.Bounds{Nesting: 1}, reader.Bounds{}, ""},
		"page":               {flat, reader.Bounds{Page: 24}, reader.Bounds{Page: 23}, "the page is 24 bytes when decompressed: more than 23 are not read (--max-page, and --memory)"},
	} {
		if rows, err := readWithin(t, test.data, test.at); err != nil || rows == 0 {
			t.Errorf("%s: %d rows, %v", name, rows, err)
		}
		_, err := readWithin(t, test.data, test.below)
		if test.want == "" && err == nil {
			continue
		}
		if abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, one less: %v (%v), want …%s", name, err, abstract.ClassOf(err), test.want)
		}
	}
}

// A dictionary is a page, too: it is refused before it is decompressed.
func TestBoundsDictionary(t *testing.T) {
	file := several(codecZstd, false)
	file.groups[0].chunks[1].dict, file.groups[0].chunks[1].size = texts("a", "", strings.Repeat("c", 88)), 3
	data := file.bytes() // 12 bytes of lengths, and the texts
	if _, err := readWithin(t, data, reader.Bounds{Page: 101}); err != nil {
		t.Error(err)
	}
	if _, err := readWithin(t, data, reader.Bounds{Page: 100}); err == nil || !strings.Contains(err.Error(), "the page is 101 bytes") {
		t.Error(err)
	}
}

package parquet

import (
	"encoding/hex"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// A page of version 2 in which no row begins goes on with the row before: it
// must not be passed over as one of no rows.
func TestPageWithoutRowBegins(t *testing.T) {
	f := lists(true)
	f.groups = []testGroup{{rows: 2, chunks: []testChunk{{pages: []testPage{
		{rep: []uint8{0}, def: []uint8{3}, values: le32(1), v2: true, rows: 1},
		{rep: []uint8{1, 1}, def: []uint8{3, 3}, values: le32(2, 3), v2: true, rows: 0},
		{rep: []uint8{0}, def: []uint8{3}, values: le32(4), v2: true, rows: 1},
	}}}}}
	file := inMemory(f.bytes())
	want := [][]any{{"[1,2,3]"}, {"[4]"}}
	for from := range want {
		got, err := readertest.Read(t.Context(), t, New(), reader.Request{
			File: file, Dialect: reader.Dialect{Format: Name, Columns: []string{"l"}}, Schema: abstract.Schema{{Name: "l", Type: abstract.JSON}},
			Limits: reader.NewLimits(1<<20, 2), Offset: int64(from), Records: int64(from),
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := readertest.Diff(got.Rows, want[from:]); diff != "" {
			t.Errorf("from row %d: %s", from, diff)
		}
	}
}

// The least number of 128 bits has 39 digits, and no positive counterpart.
func TestLeastDecimal(t *testing.T) {
	least, _ := hex.DecodeString("80000000000000000000000000000000")
	e := annotated(typeFixed, 16, annotation{id: logicalDecimal, precision: 38})
	if _, rows, reasons := readOne(t, e, 1, least, ""); len(rows) != 0 || len(reasons) != 1 {
		t.Errorf("as decimal(38,0): %v, %v", rows, reasons)
	}
	_, rows, _ := readOne(t, e, 1, least, abstract.Text)
	if diff := readertest.Diff(rows, [][]any{{"-170141183460469231731687303715884105728"}}); diff != "" {
		t.Errorf("as text: %s", diff)
	}
}

// A row group that is said to have no rows, and yet has values, has lost its
// count: its rows must not be passed over.
func TestGroupOfNoRowsWithValues(t *testing.T) {
	for name, f := range map[string]testFile{"flat": several(codecNone, false), "lists": lists(true)} {
		f.groups[0].rows = 0
		if _, got, err := readAll(t.Context(), t, f.bytes(), reader.NewLimits(1<<20, 2), reader.FailFile); err == nil {
			t.Errorf("%s: read as %d rows", name, len(got.Rows))
		}
	}
}

// A run's value takes whole bytes, of which only its width may be used.
func TestRunBeyondItsWidth(t *testing.T) {
	l := &rleLevels{hybrid{data: []byte{1 << 1, 3}, width: 1}, 1}
	level := make([]uint8, 1)
	if err := l.read(level); err == nil {
		t.Errorf("level %d of at most 1", level[0])
	}
}

// A page without indices has no values, whatever its levels say.
func TestNoIndices(t *testing.T) {
	s, err := newIndices(nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.read(make([]uint32, 1)); err == nil {
		t.Error("a value came of nothing")
	}
}

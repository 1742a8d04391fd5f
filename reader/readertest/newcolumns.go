package readertest

import (
	"errors"
	"slices"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// testNewColumns reads a file whose records name their columns themselves into
// a table that begins with those that are known beforehand, and gets each that
// the file asks for: the reading ends before the record that needs it, and goes on there.
func testNewColumns(t *testing.T, s *subject) {
	if !s.sparse || s.file.Rejected > 0 {
		return
	}
	for _, size := range []int{0, 1, 2} {
		for most := range 2 { // columns that the table gets at a time, 0 for all that are asked for
			s.newColumns(t, size, most)
		}
	}
}

func (s *subject) newColumns(t *testing.T, size, most int) {
	t.Helper()
	req := s.request(s.bucket())
	req.Schema, req.BatchRows = nil, size
	for _, name := range s.dialect.RowColumns() {
		req.Schema = append(req.Schema, s.schema[s.place(name)])
	}
	req.NewColumn = func(string) bool { return true }
	var rows [][]any
	for {
		got, err := Read(t.Context(), t, s.format, req, nil)
		for _, row := range got.Rows {
			rows = append(rows, s.inPlace(req.Schema, row))
		}
		var news *reader.NewColumnsError
		if !errors.As(err, &news) {
			if err != nil {
				t.Fatalf("Read with columns %v: %v", req.Schema, err)
			}
			break
		}
		if len(got.Stops) > 0 {
			req.Offset = got.Stops[len(got.Stops)-1].Offset
		}
		req.Records += got.Records()
		added := len(req.Schema)
		for _, e := range news.Columns {
			if reader.NewMatcher(req.Schema).Lacks(e.Name) && (most == 0 || len(req.Schema) < added+most) {
				req.Schema = append(slices.Clone(req.Schema), s.schema[s.place(e.Name)])
			}
			if e.Values == 0 {
				t.Fatalf("column %q is asked for, and has no values", e.Name)
			}
		}
		if len(req.Schema) == added {
			t.Fatalf("nothing new is asked for: %v, columns %v", err, req.Schema)
		}
	}
	if diff := Diff(rows, s.file.Rows); diff != "" {
		t.Fatalf("batches of %d, %d columns at a time: %s", size, most, diff)
	}
}

// place finds a column of the file.
func (s *subject) place(name string) int {
	return slices.IndexFunc(s.schema, func(c abstract.Column) bool { return reader.FoldName(c.Name) == reader.FoldName(name) })
}

// inPlace is a row of a table with some of the file's columns as one of a table
// with all of them.
func (s *subject) inPlace(schema abstract.Schema, row []any) []any {
	whole := make([]any, len(s.schema))
	for i, c := range schema {
		whole[s.place(c.Name)] = row[i]
	}
	return whole
}

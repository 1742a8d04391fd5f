package shape_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
	"github.com/seed-ede61cd5/sluice/reader/shape"
)

// TestNewColumnsAreOfTheRows: what is asked for has the name that it would have
// in the table. A key that can never have a column, for its name is taken there,
// is a bad record and not asked for, which would be for ever.
func TestNewColumnsAreOfTheRows(t *testing.T) {
	f := shape.New(jsonl.New(), reader.Shaping{
		Exclude: []string{"x"}, Rename: []reader.Rename{{From: "a", To: "b"}}, Meta: []reader.Meta{{What: reader.MetaRow, Name: "n"}},
	}, clock)
	for _, test := range []struct {
		content, table, asks, err string
	}{
		{`{"x":1,"a":2}`, "n=int64", "b", ""},
		{`{"x":1,"a":2}`, "n=int64 b=int64", "", ""},
		{`{"c":1}`, "n=int64 b=int64", "c", ""},
		{`{"b":1}`, "n=int64 b=int64", "", `column "b" of the file is not in the table`},
		{`{"n":1}`, "n=int64 b=int64", "", `column "n" of the file is not in the table`},
	} {
		sample, file, err := sampled(t, f, "f", `{"a":1}`)
		if err != nil {
			t.Fatal(err)
		}
		file.Bucket.(*readertest.Bucket).Files["f"] = []byte(test.content)
		file.Info.Size = int64(len(test.content))
		req := reader.Request{
			File: file, Dialect: sample.Dialect, Schema: readertest.Table(strings.Fields(test.table)...), Limits: reader.NewLimits(1<<20, 1),
			NewColumn: func(string) bool { return true },
		}
		_, err = readertest.Read(t.Context(), t, f, req, nil)
		news, asked := errors.AsType[*reader.NewColumnsError](err)
		switch {
		case asked && (len(news.Columns) != 1 || news.Columns[0].Name != test.asks):
			t.Errorf("%s into %s: %v, want %q", test.content, test.table, err, test.asks)
		case !asked && (test.asks != "" || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err)):
			t.Errorf("%s into %s: error %v, want %q", test.content, test.table, err, test.err)
		}
	}
}

// TestNarrowColumnsAreOfTheRows: so has one that is to be made wider.
func TestNarrowColumnsAreOfTheRows(t *testing.T) {
	f := shape.New(jsonl.New(), reader.Shaping{
		Exclude: []string{"x"}, Rename: []reader.Rename{{From: "a", To: "b"}}, Meta: []reader.Meta{{What: reader.MetaRow, Name: "n"}},
	}, clock)
	sample, file, err := sampled(t, f, "f", `{"a":1}`)
	if err != nil {
		t.Fatal(err)
	}
	content := `{"x":1,"a":2}` + "\n" + `{"x":"no","a":"y"}`
	file.Bucket.(*readertest.Bucket).Files["f"] = []byte(content)
	file.Info.Size = int64(len(content))
	req := reader.Request{File: file, Dialect: sample.Dialect, Schema: readertest.Table("n=int64", "b=int64"), Limits: reader.NewLimits(1<<20, 1)}
	req.Widen = func(e reader.Evidence) bool { return e.Name == "b" && e.Widen("int64") == "text" }
	got, err := readertest.Read(t.Context(), t, f, req, nil)
	news, ok := errors.AsType[*reader.NewColumnsError](err)
	if !ok || len(got.Rows) != 1 || len(news.Narrow) != 1 || news.Narrow[0].Name != "b" {
		t.Errorf("%+v, %v", got, err)
	}
}

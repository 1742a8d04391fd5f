package shape_test

import (
	_ "embed"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsondoc"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/parquet"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
	"github.com/seed-ede61cd5/sluice/reader/shape"
)

// five is a Parquet file that DuckDB has written, of the columns n, s, f and C.
//
//go:embed testdata/five.parquet
var five []byte

// The same rows for the other formats, with bad ones between in the longer texts.
const (
	cells    = "n,s,f,C\n1,ccc,0.5,1\n2,,1.5,2\n3,a,,3\n"
	badCells = "n,s,f,C\n1,ccc,0.5,1\nx,,1.5,2\n3,a,,3\n4,b\n5,c,y,5\n6,d,1,6\n"
	lines    = `{"n":1,"s":"ccc","f":0.5,"C":1}` + "\n" + `{"C":2,"n":2,"f":1.5}` + "\n" + `{"n":3,"s":"a","f":null,"C":3}` + "\n"
	badLines = `{"n":1,"s":"ccc"}` + "\n" + `{"n":"x"}` + "\n" + `{"n":3,"x":1,"C":{}}` + "\n" + `{"n":4,"\u0063":9}` + "\n" + `{"s":"b","n":5}` + "\n"
)

func TestConformance(t *testing.T) {
	rename := []reader.Rename{{From: "N", To: "number"}, {From: "s", To: "n"}}
	swap := []reader.Rename{{From: "n", To: "f"}, {From: "f", To: "n"}}
	numbers := [][]any{{0.5, int64(1)}, {1.5, int64(2)}, {nil, int64(3)}}
	wide := readertest.Table("C=int64", "N=text", "none=date", "number=int64")
	wideRows := [][]any{{int64(1), "ccc", nil, int64(1)}, {int64(2), nil, nil, int64(2)}, {int64(3), "a", nil, int64(3)}}
	for _, test := range []struct {
		name    string
		shaping reader.Shaping
		inner   reader.Format
		file    readertest.File
	}{
		{"csv", reader.Shaping{}, csv.New(), readertest.File{Data: []byte(cells),
			Rows: [][]any{{int64(1), "ccc", 0.5, int64(1)}, {int64(2), nil, 1.5, int64(2)}, {int64(3), "a", nil, int64(3)}}}},
		{"csv select", reader.Shaping{Select: []string{"F", "n"}}, csv.New(), readertest.File{Data: []byte(cells), Rows: numbers}},
		{"csv exclude and rename", reader.Shaping{Exclude: []string{"f"}, Rename: rename}, csv.New(), readertest.File{Data: []byte(cells), Schema: wide, Rows: wideRows}},
		{"csv names change places", reader.Shaping{Select: []string{"n", "f"}, Rename: swap}, csv.New(), readertest.File{Data: []byte(cells), Schema: readertest.Table("n=float64", "f=int64"), Rows: numbers}},
		{"csv bad rows", reader.Shaping{Exclude: []string{"f"}, Rename: rename}, csv.New(), readertest.File{Data: []byte(badCells), Schema: readertest.Table("number=int64", "n=text", "c=int64"),
			Rows: [][]any{{int64(1), "ccc", int64(1)}, {int64(3), "a", int64(3)}, {int64(5), "c", int64(5)}, {int64(6), "d", int64(6)}}, Rejected: 2}},
		{"jsonl select", reader.Shaping{Select: []string{"F", "n"}}, jsonl.New(), readertest.File{Data: []byte(lines), Rows: numbers}},
		{"jsonl select what is not there", reader.Shaping{Select: []string{"n", "none"}}, jsonl.New(), readertest.File{Data: []byte(lines), Rows: [][]any{{int64(1), nil}, {int64(2), nil}, {int64(3), nil}}}},
		{"jsonl exclude and rename", reader.Shaping{Exclude: []string{"f", "none"}, Rename: rename}, jsonl.New(), readertest.File{Data: []byte(lines), Schema: wide, Rows: wideRows}},
		{"jsonl names change places", reader.Shaping{Select: []string{"n", "f"}, Rename: swap}, jsonl.New(), readertest.File{Data: []byte(lines), Schema: readertest.Table("n=float64", "f=int64"), Rows: numbers}},
		{"jsonl bad rows", reader.Shaping{Exclude: []string{"x"}, Rename: rename}, jsonl.New(), readertest.File{Data: []byte(badLines), Schema: readertest.Table("number=int64", "n=text", "c=int64"),
			Rows: [][]any{{int64(1), "ccc", nil}, {int64(4), nil, int64(9)}, {int64(5), "b", nil}}, Rejected: 2}},
		{"jsonl select beside what is rescued", reader.Shaping{Select: []string{"n"}, Rename: rename[:1]}, jsonl.New(), readertest.File{Data: []byte(badLines + "7\n"), Hints: reader.Hints{Rescue: "r"}, Schema: readertest.Table("number=int64", "r=json"), Rejected: 1,
			Rows: [][]any{{int64(1), nil}, {nil, `{"n":"x"}`}, {int64(3), nil}, {int64(4), nil}, {int64(5), nil}}}},
		{"parquet select", reader.Shaping{Select: []string{"F", "n"}}, parquet.New(), readertest.File{Data: five,
			Rows: append(numbers[:3:3], []any{2.5, int64(4)}, []any{3.5, int64(5)})}},
		{"parquet exclude and rename", reader.Shaping{Exclude: []string{"f"}, Rename: rename}, parquet.New(), readertest.File{Data: five, Schema: wide,
			Rows: append(wideRows[:3:3], []any{int64(4), nil, nil, int64(4)}, []any{int64(5), "", nil, int64(5)})}},
	} {
		test.file.Name = test.name
		readertest.Run(t, readertest.Harness{Format: shape.New(test.inner, test.shaping, clock), NoRaw: test.inner.Name() == parquet.Name, Files: []readertest.File{test.file}})
	}
	readertest.Run(t, readertest.Harness{Format: shape.New(jsondoc.New(), reader.Shaping{Rename: rename}, clock), Divides: ",]", Files: []readertest.File{
		{Name: "json rename", Data: []byte(`[{"n":1,"s":"x"},{"n":2,"S":"y"}]`), Rows: [][]any{{int64(1), "x"}, {int64(2), "y"}}},
	}})
}

// clock is a clock that stands still.
func clock() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 6789, time.FixedZone("", 3600)) }

package shape_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/parquet"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
	"github.com/seed-ede61cd5/sluice/reader/shape"
)

// meta is every column that may be added, as --meta names them.
func meta(what ...string) (list []reader.Meta) {
	for _, w := range what {
		list = append(list, reader.Meta{What: w, Name: "_" + w})
	}
	return list
}

func TestMetaConformance(t *testing.T) {
	now := time.Date(2026, 1, 2, 2, 4, 5, 6000, time.UTC)
	one, all := reader.Shaping{Meta: meta("row")}, reader.Shaping{Meta: meta(reader.Metas()...), Exclude: []string{"n", "s"}}
	for _, test := range []struct {
		name    string
		shaping reader.Shaping
		inner   reader.Format
		file    readertest.File
	}{
		{"csv", all, csv.New(), readertest.File{Data: []byte("n,s,a\n1,2,x\n3,4,y\n"), Rows: [][]any{
			{"x", "mem://test/csv", int64(1), nil, int64(18), now}, {"y", "mem://test/csv", int64(2), nil, int64(18), now}}}},
		{"csv bad rows", one, csv.New(), readertest.File{Data: []byte(badCells), Schema: readertest.Table("_row=int64", "n=int64", "s=text", "f=float64", "C=int64"), Rejected: 3,
			Rows: [][]any{{int64(1), int64(1), "ccc", 0.5, int64(1)}, {int64(3), int64(3), "a", nil, int64(3)}, {int64(6), int64(6), "d", 1.0, int64(6)}}}},
		{"csv the table lacks or refuses nothing", one, csv.New(), readertest.File{Data: []byte("a\n1\n"), Schema: readertest.Table("a=int64", "b=text", "_ROW=int64"), Rows: [][]any{{int64(1), nil, int64(1)}}}},
		{"csv without its own columns", reader.Shaping{Exclude: []string{"a"}, Meta: meta("row")}, csv.New(), readertest.File{Data: []byte("a\n1\n2\n"), Rows: [][]any{{int64(1)}, {int64(2)}}}},
		{"jsonl bad rows", one, jsonl.New(), readertest.File{Data: []byte(badLines), Schema: readertest.Table("n=int64", "s=text", "c=int64", "_row=int64"), Rejected: 2,
			Rows: [][]any{{int64(1), "ccc", nil, int64(1)}, {int64(4), nil, int64(9), int64(4)}, {int64(5), "b", nil, int64(5)}}}},
		{"jsonl without its own columns", reader.Shaping{Select: []string{"none"}, Meta: meta("row")}, jsonl.New(), readertest.File{Data: []byte(lines), Schema: readertest.Table("_row=int64"),
			Rows: [][]any{{int64(1)}, {int64(2)}, {int64(3)}}}},
		{"parquet bad rows", reader.Shaping{Meta: meta("row", "size"), Select: []string{"s", "n"}}, parquet.New(), readertest.File{Data: five, Schema: readertest.Table("_row=int64", "s=int64", "n=int64", "_size=text"), Rejected: 3,
			Rows: [][]any{{int64(2), nil, int64(2), "691"}, {int64(4), nil, int64(4), "691"}}}},
	} {
		test.file.Name = test.name
		readertest.Run(t, readertest.Harness{Format: shape.New(test.inner, test.shaping, clock), NoRaw: test.inner.Name() == parquet.Name, Files: []readertest.File{test.file}})
	}
}

func TestMetaColumns(t *testing.T) {
	at := time.Date(2024, 2, 29, 23, 59, 59, 123456789, time.FixedZone("", -7200))
	f := shape.New(csv.New(), reader.Shaping{Meta: append(meta("mtime", "loaded_at"), reader.Meta{What: "file", Name: "src"})}, clock)
	sample, file, err := sampled(t, f, "dir/f.csv", "a\n1\n")
	if want := []string{"a=int64", "_mtime=timestamptz", "_loaded_at=timestamptz", "src=text"}; err != nil || !slices.Equal(described(sample), want) {
		t.Fatalf("%q, %v; want %q", described(sample), err, want)
	}
	file.Info.ModTime = at
	for _, test := range []struct {
		schema abstract.Schema
		want   []any
		err    string
	}{
		{readertest.Table("a=int64", "_mtime=timestamptz", "_loaded_at=timestamptz", "src=text"),
			[]any{int64(1), at.UTC().Truncate(time.Microsecond), time.Date(2026, 1, 2, 2, 4, 5, 6000, time.UTC), "mem://test/dir/f.csv"}, ""},
		{readertest.Table("_mtime=text", "SRC=text", "_loaded_at=text", "a=int64"),
			[]any{"2024-03-01T01:59:59.123456Z", "mem://test/dir/f.csv", "2026-01-02T02:04:05.000006Z", int64(1)}, ""},
		{readertest.Table("_mtime=timestamp", "src=text", "_loaded_at=text", "a=int64"), nil, `column "_mtime" is from --meta mtime, and "2024-03-01T01:59:59.123456Z" is not a timestamp`},
		{readertest.Table("_mtime=text", "src=json", "_loaded_at=text", "a=int64"), nil, `column "src" is from --meta file`},
		{readertest.Table("_mtime=text", "_loaded_at=text", "a=int64"), nil, `column "src" is from --meta file, and the table has none for it: add it`},
	} {
		req := reader.Request{File: file, Dialect: sample.Dialect, Schema: test.schema, Limits: reader.NewLimits(1<<20, 1)}
		got, err := readertest.Read(t.Context(), t, f, req, nil)
		if test.err == "" {
			if diff := readertest.Diff(got.Rows, [][]any{test.want}); err != nil || diff != "" {
				t.Errorf("%v: %v, %s", test.schema, err, diff)
			}
		} else if err == nil || !strings.Contains(err.Error(), test.err) || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%v: %v", test.schema, err)
		}
	}
}

func TestMetaNames(t *testing.T) {
	for _, inner := range []reader.Format{csv.New(), jsonl.New()} {
		content := map[string]string{"csv": "_Row\n1\n", "jsonl": `{"_Row":1}`}[inner.Name()]
		_, _, err := sampled(t, shape.New(inner, reader.Shaping{Meta: meta("row")}, clock), "f", content)
		if want := `column "_row" of the file has the name of one from --meta row: call it something else with --meta row=NAME`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", inner.Name(), err)
		}
	}
	for _, test := range []struct {
		shaping reader.Shaping
		want    string
	}{
		{reader.Shaping{Meta: meta("etag")}, "--meta etag: there are file, row, mtime, size, loaded_at"},
		{reader.Shaping{Meta: meta("row", "row")}, `--meta: column "_row" is given twice`},
		{reader.Shaping{Meta: meta("row"), Rename: []reader.Rename{{From: "a", To: "_ROW"}}}, `column "_row" is given twice`},
	} {
		if err := test.shaping.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test.shaping, err)
		}
	}
}

// TestAddedColumnsArePaidFor: however long the file's name, the columns that are
// added to its batches take no more than their share of the budget.
func TestAddedColumnsArePaidFor(t *testing.T) {
	const rows, budget = 50_000, 1 << 20
	key := strings.Repeat("long/", 100) + "f"
	f := shape.New(csv.New(), reader.Shaping{Meta: meta("file", "row")}, clock)
	sample, file, err := sampled(t, f, key, "a\n"+strings.Repeat("1\n", rows))
	if err != nil {
		t.Fatal(err)
	}
	req := reader.Request{File: file, Dialect: sample.Dialect, Schema: readertest.Table("a=int64", "_file=text", "_row=int64"), Limits: reader.NewLimits(budget, 1)}
	most := int64(0)
	got, err := readertest.Read(t.Context(), t, f, req, func(int) error {
		most = max(most, req.Limits.InUse())
		return nil
	})
	if err != nil || len(got.Rows) != rows || got.Rows[rows-1][2] != int64(rows) {
		t.Fatalf("%d rows, %v", len(got.Rows), err)
	}
	if most > budget*3/2 || len(got.Stops) < 100 {
		t.Errorf("%d bytes in use, the budget is %d; %d chunks", most, budget, len(got.Stops))
	}
}

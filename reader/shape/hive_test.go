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

func TestHiveConformance(t *testing.T) {
	hive := reader.Shaping{Hive: true, Exclude: []string{"f"}, Meta: meta("row")}
	const key = "t/year=2024/city=S%C3%A3o Paulo/none=__HIVE_DEFAULT_PARTITION__/x=y.z"
	schema := readertest.Table("n=int64", "Year=int64", "none=date", "City=text", "_row=int64")
	row := func(n int64) []any { return []any{n, int64(2024), nil, "São Paulo", n} }
	for _, test := range []struct {
		inner reader.Format
		file  readertest.File
	}{
		{csv.New(), readertest.File{Data: []byte("n,f\n1,x\n2\n3,\n"), Schema: schema, Rows: [][]any{row(1), row(3)}, Rejected: 1}},
		{jsonl.New(), readertest.File{Data: []byte("{\"n\":1}\n{}\n{\"f\":3,\"n\":3}\n{\"n\":{}}\n"), Schema: schema,
			Rows: [][]any{row(1), {nil, int64(2024), nil, "São Paulo", int64(2)}, row(3)}, Rejected: 1}},
		{parquet.New(), readertest.File{Data: five, Schema: append(schema, readertest.Table("s=text", "c=text")...),
			Rows: [][]any{append(row(1), "ccc", "1"), append(row(2), nil, "2"), append(row(3), "a", "3"), append(row(4), nil, "4"), append(row(5), "", "5")}}},
	} {
		test.file.Name = key
		readertest.Run(t, readertest.Harness{Format: shape.New(test.inner, hive, clock), NoRaw: test.inner.Name() == parquet.Name, Files: []readertest.File{test.file}})
	}
}

func TestHiveColumns(t *testing.T) {
	for _, test := range []struct {
		key  string
		want []string
		err  string
	}{
		{"a/year=2024/month=05/d=2024-05-06/x=1.5/f.csv", []string{"v=int64", "year=int64", "month=text", "d=date", "x=float64"}, ""},
		{"year=/a=b=c/=x/plain/z=%/f=1.csv", []string{"v=int64", "year=text", "a=text", "z=text"}, ""},
		{"f.csv", []string{"v=int64"}, ""},
		{"%61=1/f.csv", []string{"v=int64", "a=int64"}, ""},
		{"a=1/A=2/f.csv", nil, `its path has the column "A" twice: load it without --hive`},
		{"%ff=1/f.csv", nil, `its path has the column "\xff", which is no name`},
		{"V=1/f.csv", nil, `column "V" of the file has the name of one from its path: leave out the file's with --exclude`},
	} {
		sample, _, err := sampled(t, shape.New(csv.New(), reader.Shaping{Hive: true}, clock), test.key, "v\n1\n")
		if test.err == "" && (err != nil || !slices.Equal(described(sample), test.want)) {
			t.Errorf("%s: %q, %v; want %q", test.key, described(sample), err, test.want)
		}
		if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err) || abstract.ClassOf(err) != abstract.FileOnly) {
			t.Errorf("%s: %v", test.key, err)
		}
	}
	if _, _, err := sampled(t, shape.New(csv.New(), reader.Shaping{Hive: true, Exclude: []string{"v"}}, clock), "V=1/f.csv", "v\n1\n"); err != nil {
		t.Errorf("the file's column is excluded: %v", err)
	}
}

func TestHiveValues(t *testing.T) {
	for _, test := range []struct {
		key    string
		column string
		want   any
		err    string
	}{
		{"a=100%25/f", "a=text", "100%", ""},
		{"a=100%/f", "a=text", "100%", ""},
		{"a=%zz%2Fb%4/f", "a=text", "%zz/b%4", ""},
		{"a=%zz%2F/f", "a=text", "%zz/", ""},
		{"a=b=c/f", "a=text", "b=c", ""},
		{"a=/f", "a=text", nil, ""},
		{"a=07/f", "a=int64", nil, `column "a" is from its path, and "07" is not an int64: make it text`},
		{"a=2024-05-06 01%3A02/f", "a=timestamp", time.Date(2024, 5, 6, 1, 2, 0, 0, time.UTC), ""},
		{"a=1/f", "b=int64", nil, `column "a" is from its path, and the table has none for it: add it`},
	} {
		f := shape.New(csv.New(), reader.Shaping{Hive: true}, clock)
		sample, file, err := sampled(t, f, test.key, "v\n1\n")
		if err != nil {
			t.Fatal(err)
		}
		req := reader.Request{File: file, Dialect: sample.Dialect, Schema: readertest.Table("v=int64", test.column), Limits: reader.NewLimits(1<<20, 1)}
		got, err := readertest.Read(t.Context(), t, f, req, nil)
		if test.err == "" {
			if diff := readertest.Diff(got.Rows, [][]any{{int64(1), test.want}}); err != nil || diff != "" {
				t.Errorf("%s: %v, %s", test.key, err, diff)
			}
		} else if err == nil || !strings.Contains(err.Error(), test.err) || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%s: %v", test.key, err)
		}
	}
}

package shape_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
	"github.com/seed-ede61cd5/sluice/reader/shape"
)

// sampled samples a file with that content.
func sampled(t *testing.T, f reader.Format, key, content string) (reader.Sample, reader.File, error) {
	t.Helper()
	b := &readertest.Bucket{Files: map[string][]byte{key: []byte(content)}}
	file := reader.File{Bucket: b, Info: b.Info(key)}
	sample, err := f.Sample(t.Context(), file, reader.Hints{})
	return sample, file, err
}

// described is the columns of a sample.
func described(s reader.Sample) (list []string) {
	for _, e := range s.Columns {
		list = append(list, fmt.Sprintf("%s=%s", e.Name, e.Type()))
	}
	return list
}

func TestSampleHasTheColumnsOfTheRows(t *testing.T) {
	s, r := []string{"c", "A", "d"}, []reader.Rename{{From: "a", To: "b"}}
	for _, test := range []struct {
		inner   reader.Format
		shaping reader.Shaping
		content string
		want    []string
		err     string
	}{
		{csv.New(), reader.Shaping{Select: s[:2], Rename: r}, "a,b,c\n1,x,2.5\n", []string{"c=float64", "b=int64"}, ""},
		{csv.New(), reader.Shaping{Exclude: s[:2]}, "a,b,c\n1,x,2.5\n", []string{"b=text"}, ""},
		{csv.New(), reader.Shaping{Select: s}, "a,b,c\n1,x,2.5\n", nil, `has no column "d", which --select, --exclude or --rename names: it has "a, b, c"`},
		{csv.New(), reader.Shaping{Exclude: s}, "a,b,c\n1,x,2.5\n", nil, `has no column "d"`},
		{csv.New(), reader.Shaping{Rename: []reader.Rename{{From: "d", To: "e"}}}, "a,b,c\n1,x,2.5\n", nil, `has no column "d"`},
		{csv.New(), reader.Shaping{Rename: r}, "a,B\n1,x\n", nil, `columns "a" and "B" of the file are both to be named "B"`},
		{csv.New(), reader.Shaping{Select: s}, "", nil, ""},
		{jsonl.New(), reader.Shaping{Select: s, Rename: r}, `{"a":1,"x":2}`, []string{"c=text", "b=int64", "d=text"}, ""},
		{jsonl.New(), reader.Shaping{Rename: r}, `{"a":1,"b":2}`, nil, `columns "a" and "b" of the file are both to be named "b"`},
		{jsonl.New(), reader.Shaping{Select: s}, ``, nil, ""},
	} {
		sample, _, err := sampled(t, shape.New(test.inner, test.shaping, clock), "f", test.content)
		if test.err == "" && (err != nil || !slices.Equal(described(sample), test.want)) {
			t.Errorf("%v of %q: %q, %v; want %q", &test.shaping, test.content, described(sample), err, test.want)
		}
		if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err) || !strings.HasPrefix(err.Error(), "mem://test/f: ") || abstract.ClassOf(err) != abstract.FileOnly) {
			t.Errorf("%v of %q: error %v (%v)", &test.shaping, test.content, err, abstract.ClassOf(err))
		}
	}
}

func TestSelectKeepsWhatIsRescued(t *testing.T) {
	b := &readertest.Bucket{Files: map[string][]byte{"f": []byte(`{"a":1,"b":2}`)}}
	sample, err := shape.New(jsonl.New(), reader.Shaping{Select: []string{"b"}}, clock).Sample(t.Context(), reader.File{Bucket: b, Info: b.Info("f")}, reader.Hints{Rescue: "r"})
	if want := []string{"b=int64", "r=json"}; err != nil || !slices.Equal(described(sample), want) {
		t.Errorf("%q, %v; want %q", described(sample), err, want)
	}
}

func TestCheck(t *testing.T) {
	for _, test := range []struct {
		shaping reader.Shaping
		want    string
	}{
		{reader.Shaping{Select: []string{"a", "b"}, Rename: []reader.Rename{{From: "a", To: "b"}, {From: "B", To: "a"}}}, ""},
		{reader.Shaping{Select: []string{"a", "A"}}, `--select: column "A" is given twice`},
		{reader.Shaping{Exclude: []string{""}}, `--exclude: "" is no name`},
		{reader.Shaping{Select: []string{"a"}, Exclude: []string{"A"}}, `column "A" is to be selected and excluded`},
		{reader.Shaping{Rename: []reader.Rename{{From: "a", To: "x"}, {From: "A", To: "y"}}}, `--rename from: column "A" is given twice`},
		{reader.Shaping{Rename: []reader.Rename{{From: "a", To: "x"}, {From: "b", To: "X"}}}, `--rename to: column "X" is given twice`},
		{reader.Shaping{Exclude: []string{"a"}, Rename: []reader.Rename{{From: "a", To: "x"}}}, `the column is not to be loaded`},
		{reader.Shaping{Select: []string{"a"}, Rename: []reader.Rename{{From: "b", To: "x"}}}, `the column is not to be loaded`},
		{reader.Shaping{Select: []string{"a", "b"}, Rename: []reader.Rename{{From: "a", To: "b"}}}, `a column of that name is selected`},
	} {
		err := test.shaping.Check()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: %v", test.shaping, err)
		}
	}
}

// TestDialectDecides: a file is read on the way it was begun, through the
// ledger's JSON, whatever the format is told now.
func TestDialectDecides(t *testing.T) {
	sample, file, err := sampled(t, shape.New(csv.New(), reader.Shaping{Select: []string{"b"}, Rename: []reader.Rename{{From: "b", To: "c"}}}, clock), "f", "a,b\n1,2\n")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(sample.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	var dialect reader.Dialect
	if err := json.Unmarshal(text, &dialect); err != nil {
		t.Fatal(err)
	}
	req := reader.Request{File: file, Dialect: dialect, Schema: readertest.Table("c=int64"), Limits: reader.NewLimits(1<<20, 1)}
	got, err := readertest.Read(t.Context(), t, shape.New(csv.New(), reader.Shaping{Exclude: []string{"b"}}, clock), req, nil)
	if diff := readertest.Diff(got.Rows, [][]any{{int64(2)}}); err != nil || diff != "" {
		t.Errorf("read as begun: %v, %s", err, diff)
	}
	req.Dialect.Shaping, req.Schema = nil, readertest.Table("a=int64", "b=int64")
	got, err = readertest.Read(t.Context(), t, shape.New(csv.New(), reader.Shaping{Exclude: []string{"b"}}, clock), req, nil)
	if diff := readertest.Diff(got.Rows, [][]any{{int64(1), int64(2)}}); err != nil || diff != "" {
		t.Errorf("begun without a shaping: %v, %s", err, diff)
	}
}

// TestErrorsShowTheFile: a bad record's column is named as in the file, a column
// that the table lacks as it would have to be there.
func TestErrorsShowTheFile(t *testing.T) {
	for _, test := range []struct {
		inner   reader.Format
		content string
		table   abstract.Schema
		want    string
	}{
		{csv.New(), "a,b\nx,2\n", readertest.Table("c=int64", "b=int64"), `record 1 at byte 4, column "a": "x" is not an int64`},
		{csv.New(), "a,b\nx,2\n", readertest.Table("a=int64", "b=int64"), `column "c" of the file is not in the table`},
		{jsonl.New(), `{"a":"x"}`, readertest.Table("c=int64"), `record 1 at byte 0, column "a": "x" is not an int64`},
		{jsonl.New(), `{"a":"x"}`, readertest.Table("a=int64"), `column "a" of the file is not in the table`},
		{jsonl.New(), `{"c":1}`, readertest.Table("c=int64"), `column "c" of the file is not in the table`},
	} {
		f := shape.New(test.inner, reader.Shaping{Rename: []reader.Rename{{From: "a", To: "c"}}}, clock)
		_, file, _ := sampled(t, f, "f", test.content)
		req := reader.Request{File: file, Schema: test.table, Limits: reader.NewLimits(1<<20, 1)}
		sample, err := f.Sample(context.Background(), file, reader.Hints{})
		req.Dialect = sample.Dialect
		if err == nil {
			_, err = readertest.Read(t.Context(), t, f, req, nil)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%s of %q: %v", test.inner.Name(), test.content, err)
		}
	}
}

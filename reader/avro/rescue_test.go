package avro

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// misfits is a file with columns that fit, or do for some values, that the table cannot
// hold, and that it lacks.
var misfits = testFile{
	schema: fieldsOf(`{"name":"n","type":"int"},{"name":"s","type":["null","string"]},{"name":"l","type":{"type":"array","items":"double"}},` +
		`{"name":"u","type":["null","boolean","long","string"]},{"name":"new","type":["null",{"type":"bytes","logicalType":"decimal","precision":30,"scale":2}]},` +
		`{"name":"b","type":"bytes"},{"name":"at","type":{"type":"long","logicalType":"timestamp-nanos"}}`),
	blocks: []testBlock{
		{2, join(long(1), long(1), text("7"), long(0), long(0), long(0), text("\xff"), long(1000),
			long(2), long(1), text("x\"\n"), long(1), double(0.1), long(0), long(3), text("q"), long(1), text("\xff\xff"), text(""), long(1001))},
		{2, join(long(3), long(1), text("\xff"), long(0), long(0), long(0), text(""), long(0),
			long(4), long(0), long(0), long(1), []byte{1}, long(0), text("a"), long(2000))},
	},
}

var misfitSchema = abstract.Schema{
	{Name: "R", Type: abstract.JSON}, {Name: "at", Type: abstract.TimestampTZ}, {Name: "s", Type: abstract.Int64}, {Name: "l", Type: abstract.Bool},
	{Name: "u", Type: abstract.Int64}, {Name: "n", Type: abstract.Int64}, {Name: "b", Type: abstract.Bytes}, {Name: "none", Type: abstract.Bool},
}

var misfitRows = [][]any{
	{`{"l":[]}`, micros(1), int64(7), nil, nil, int64(1), []byte("\xff"), nil},
	{`{"s":"x\"\u000a","l":[0.1],"u":"q","new":-0.01,"at":"1970-01-01 00:00:00.000001001Z"}`, nil, nil, nil, nil, int64(2), []byte{}, nil},
	{`{"l":[],"u":true}`, micros(2), nil, nil, nil, int64(4), []byte("a"), nil},
}

func micros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// Into a table with nothing but that column goes everything but NULL.
func TestRescueOfAll(t *testing.T) {
	_, got, err := readAll(t.Context(), t, misfits.bytes(), func(req *reader.Request) {
		req.Dialect.Rescue, req.OnBadRow, req.Schema = "r", reader.SkipRow, abstract.Schema{{Name: "r", Type: abstract.Text}}
	})
	want := []string{
		`{"n":1,"s":"7","l":[],"b":"/w==","at":"1970-01-01 00:00:00.000001Z"}`,
		`{"n":2,"s":"x\"\u000a","l":[0.1],"u":"q","new":-0.01,"b":"","at":"1970-01-01 00:00:00.000001001Z"}`,
		`{"n":4,"l":[],"u":true,"b":"YQ==","at":"1970-01-01 00:00:00.000002Z"}`,
	}
	if err != nil || len(got.Rows) != len(want) || got.Rejected != 1 {
		t.Fatalf("%v, %v", got.Rows, err)
	}
	for i, row := range got.Rows {
		if row[0] != want[i] {
			t.Errorf("%s, want %s", row[0], want[i])
		}
	}
}

// What is rescued of a record is bounded as nested values are, and ends batches as they
// do; a column that is called as the one for it fails the file.
func TestRescueBounds(t *testing.T) {
	word := strings.Repeat("x", 3<<20)
	data := blockOf(fieldsOf(`{"name":"a","type":"string"},{"name":"b","type":"string"}`), 2, text(word), text(""), text(word), text(word))
	read := func(schema abstract.Schema) (int, error) {
		_, got, err := readAll(t.Context(), t, data, func(req *reader.Request) {
			req.Dialect.Rescue, req.Schema = "r", append(schema, abstract.Column{Name: "r", Type: abstract.JSON})
			req.Limits = reader.NewLimits(16<<20, 1)
			req.Limits.Bounds.Record = 4 << 20
		})
		return len(got.Rows), err
	}
	if n, err := read(nil); n != 1 || err == nil || !strings.Contains(err.Error(), `record 2, column "b": what does not fit of the record is longer than`) {
		t.Errorf("%d rows, %v", n, err)
	}
	if n, err := read(abstract.Schema{{Name: "b", Type: abstract.Text}}); n != 2 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	_, err := New().Sample(t.Context(), inMemory(data), reader.Hints{Rescue: "B"})
	if err == nil || !strings.Contains(err.Error(), `column "b" of the file has the name of the one for what does not fit`) {
		t.Error(err)
	}
}

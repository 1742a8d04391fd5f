package rows

import (
	"math"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// decode makes rows of lines, each of which parse puts into a row.
func decode(t *testing.T, req reader.Request, names []string, lines string, parse Parse) (readertest.Result, reader.Decoded) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	d, err := NewDecoder(&req, names, Lines, func() Parse { return parse })
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Decode(mem, reader.Block{Data: []byte(lines), Records: strings.Count(lines, "\n") + 1})
	if err != nil {
		t.Fatal(err)
	}
	var r readertest.Result
	if out.Batch != nil {
		r.Rows = readertest.Rows(out.Batch)
		out.Batch.Release()
	}
	return r, out
}

// every type, for what becomes of values that a record lacks, or that are taken
// back because another value of the record is bad.
var every = []abstract.Type{
	abstract.Bool, abstract.Int64, abstract.Float64, abstract.Decimal(5, 1), abstract.Date, abstract.Time, abstract.Timestamp,
	abstract.TimestampTZ, abstract.UUID, abstract.Text, abstract.JSON, abstract.Bytes,
}

func TestWhatABadRecordPutIsTakenBack(t *testing.T) {
	for _, typ := range every {
		value := map[abstract.Type]string{
			abstract.Bool: "true", abstract.Date: "2024-02-29", abstract.Time: "12:00", abstract.Timestamp: "2024-02-29 12:00",
			abstract.TimestampTZ: "2024-02-29 12:00Z", abstract.UUID: "0188b5d0-5b6f-7000-8000-000000000001",
		}[typ]
		if value == "" {
			value = "7"
		}
		req := reader.Request{Schema: abstract.Schema{{Name: "v", Type: typ}, {Name: "n", Type: abstract.Int64}}, OnBadRow: reader.SkipRow}
		got, out := decode(t, req, []string{"v", "n"}, "none\nboth\nbad\nnone\nbad\nboth\nnone", func(line []byte, row *Row) (int, string) {
			if line[0] == 'n' {
				return -1, ""
			}
			if reason := put(row, typ, value); reason != "" {
				return 0, reason
			}
			return 1, row.Text(1, []byte(strings.Replace(string(line), "both", "1", 1)))
		})
		if len(got.Rows) != 5 || out.Rejected != 2 || out.FirstRejected.Column != "n" || out.FirstRejected.Offset != 10 {
			t.Fatalf("%s: %v, %d rejected, the first %v", typ, got.Rows, out.Rejected, out.FirstRejected)
		}
		for i, null := range []bool{true, false, true, false, true} {
			if (got.Rows[i][0] == nil) != null || (got.Rows[i][1] == nil) != null {
				t.Errorf("%s: row %d is %v", typ, i, got.Rows[i])
			}
		}
	}
}

func put(row *Row, typ abstract.Type, value string) string {
	if typ == abstract.Bytes {
		return row.Bytes(0, []byte(value))
	}
	return row.Text(0, []byte(value))
}

// A value goes into a column of another type by its text, or says why not.
func TestValuesInOtherTypes(t *testing.T) {
	numbers := func(_ []byte, row *Row) (int, string) { return 0, row.Int64(0, -12) }
	floats := func(_ []byte, row *Row) (int, string) { return 0, row.Float64(0, 1.5) }
	infinite := func(_ []byte, row *Row) (int, string) { return 0, row.Float64(0, math.Inf(1)) }
	instants := func(_ []byte, row *Row) (int, string) { return 0, row.Instant(0, 1_700_000_000_250_000) }
	raw := func(_ []byte, row *Row) (int, string) { return 0, row.Bytes(0, []byte("\xff")) }
	text := func(_ []byte, row *Row) (int, string) { return 0, row.Text(0, []byte("x")) }
	for _, c := range []struct {
		parse Parse
		typ   abstract.Type
		want  any // a string that begins with ! is a reason
	}{
		{numbers, abstract.Int64, int64(-12)}, {numbers, abstract.Float64, -12.0}, {numbers, abstract.Text, "-12"},
		{numbers, abstract.JSON, "-12"}, {numbers, abstract.Decimal(4, 2), "-12.00"}, {numbers, abstract.Bool, `!"-12" is not a bool`},
		{floats, abstract.Float64, 1.5}, {floats, abstract.Text, "1.5"}, {floats, abstract.Int64, `!"1.5" is not an int64`},
		{infinite, abstract.Float64, math.Inf(1)}, {infinite, abstract.JSON, `!"+Inf" is not a json`},
		{instants, abstract.Text, "2023-11-14T22:13:20.25Z"}, {instants, abstract.Timestamp, `!"2023-11-14T22:13:20.25Z" is not a timestamp`},
		{raw, abstract.Bytes, []byte("\xff")}, {raw, abstract.Text, "!bytes are not a text: make the column bytes"},
		{text, abstract.Bytes, "!text has no notation for bytes: make the column text"}, {text, abstract.JSON, `!"x" is not a json`},
	} {
		req := reader.Request{Schema: abstract.Schema{{Name: "v", Type: c.typ}}}
		got, out := decode(t, req, []string{"v"}, "x", c.parse)
		if reason, bad := strings.CutPrefix(asText(c.want), "!"); bad {
			if out.Bad == nil || out.Bad.Reason != reason {
				t.Errorf("%v: %v, bad %v", c.want, got.Rows, out.Bad)
			}
		} else if diff := readertest.Diff(got.Rows, [][]any{{c.want}}); diff != "" || out.Bad != nil {
			t.Errorf("%s: %s, bad %v", c.typ, diff, out.Bad)
		}
	}
}

func asText(v any) string { s, _ := v.(string); return s }

// What is put into a column that is left out is not looked at.
func TestColumnsThatAreLeftOut(t *testing.T) {
	row := Row{places: []int{-1}}
	if row.Type(0) != "" {
		t.Errorf("it has the type %q", row.Type(0))
	}
	for _, reason := range []string{row.Text(0, nil), row.Int64(0, 1), row.Float64(0, 1), row.Instant(0, 1), row.Bytes(0, nil)} {
		if reason != "" {
			t.Error(reason)
		}
	}
}

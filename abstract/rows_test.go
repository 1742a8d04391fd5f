package abstract_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestNewRowsKeepsEveryValue(t *testing.T) {
	columns := []string{"b", "i", "f", "s", "t", "n"}
	when := time.Date(2026, 2, 3, 4, 5, 6, 789_012_000, time.FixedZone("", 3600))
	item, err := abstract.NewRows("t", columns,
		[]any{true, int8(-1), float32(0.5), "a\x00é", when, nil},
		[]any{nil, uint64(math.MaxInt64), math.SmallestNonzeroFloat64, "", nil, nil},
		[]any{false, math.MinInt64, nil, nil, time.UnixMicro(math.MinInt64), nil},
	)
	if err != nil {
		t.Fatal(err)
	}
	defer item.Release()

	want := abstract.Schema{
		{Name: "b", Type: abstract.Bool}, {Name: "i", Type: abstract.Int64}, {Name: "f", Type: abstract.Float64},
		{Name: "s", Type: abstract.Text}, {Name: "t", Type: abstract.TimestampTZ}, {Name: "n", Type: abstract.Text},
	}
	if got := item.Batch.Schema(); !got.Equal(want.Arrow()) {
		t.Errorf("schema %v, want %v", got, want.Arrow())
	}
	if item.Table != "t" || item.NumRows() != 3 || item.Origin.Rows != 3 {
		t.Errorf("table %q, %d rows, origin %d", item.Table, item.NumRows(), item.Origin.Rows)
	}
	for c, cells := range [][]string{
		{"true", "(null)", "false"},
		{"-1", "9223372036854775807", "-9223372036854775808"},
		{"0.5", "5e-324", "(null)"},
		{"a\x00é", "", "(null)"},
		{"2026-02-03T03:05:06.789012Z", "(null)", "-9223372036854775808"},
		{"(null)", "(null)", "(null)"},
	} {
		for r, cell := range cells {
			if got := item.Batch.Column(c).ValueStr(r); got != cell {
				t.Errorf("row %d, column %q: %q, want %q", r, columns[c], got, cell)
			}
		}
	}
}

func TestNewRowsTakesEveryIntegerType(t *testing.T) {
	values := []any{
		int(1), int8(2), int16(3), int32(4), int64(5),
		uint(6), uint8(7), uint16(8), uint32(9), uint64(10),
	}
	rows := make([][]any, len(values))
	for i, v := range values {
		rows[i] = []any{v}
	}
	item, err := abstract.NewRows("t", []string{"n"}, rows...)
	if err != nil {
		t.Fatal(err)
	}
	defer item.Release()
	got, err := json.Marshal(item.Batch.Column(0))
	if err != nil || string(got) != "[1,2,3,4,5,6,7,8,9,10]" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestNewRowsWithoutRows(t *testing.T) {
	item, err := abstract.NewRows("t", []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	defer item.Release()
	if item.NumRows() != 0 || item.Batch.NumCols() != 1 {
		t.Errorf("%d rows, %d columns", item.NumRows(), item.Batch.NumCols())
	}
}

func TestNewRowsRefuses(t *testing.T) {
	type named int
	for _, tc := range []struct {
		name    string
		columns []string
		rows    [][]any
		want    string
	}{
		{"no columns", nil, nil, "no columns"},
		{"equal names", []string{"a", "a"}, nil, `column "a" is named twice`},
		{"short row", []string{"a", "b"}, [][]any{{1, 2}, {3}}, "row 1: 1 values for 2 columns"},
		{"mixed", []string{"a"}, [][]any{{1}, {nil}, {1.5}}, `row 2, column "a": a float64 (float64) in a column of type int64`},
		{"big uint64", []string{"a", "b"}, [][]any{{1, uint64(math.MaxInt64) + 1}}, `row 0, column "b": 9223372036854775808 is more`},
		{"big uint", []string{"a"}, [][]any{{uint(math.MaxUint)}}, "is more than an int64 holds"},
		{"nanoseconds", []string{"a"}, [][]any{{time.Unix(0, 1)}}, `row 0, column "a": time`},
		{"far future", []string{"a"}, [][]any{{time.Unix(math.MaxInt64/1000, 0)}}, "does not fit"},
		{"not UTF-8", []string{"a"}, [][]any{{"\xff"}}, `row 0, column "a": text "\xff" is not valid UTF-8`},
		{"bytes", []string{"a"}, [][]any{{[]byte("x")}}, `row 0, column "a": a []uint8 has no column type`},
		{"named type", []string{"a"}, [][]any{{named(1)}}, "has no column type"},
		{"duration", []string{"a"}, [][]any{{time.Second}}, "a time.Duration has no column type"},
		{"pointer", []string{"a"}, [][]any{{new(int)}}, "a *int has no column type"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := abstract.NewRows("t", tc.columns, tc.rows...)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want it to say %q", err, tc.want)
			}
		})
	}
}

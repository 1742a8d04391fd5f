package reader_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

func seen(cells ...string) (e reader.Evidence) {
	for _, cell := range cells {
		e.Observe([]byte(cell))
	}
	return e
}

// TestWiden: a column gets wider only for what it does not hold, and then as
// little as is exact.
func TestWiden(t *testing.T) {
	d := abstract.Decimal
	uuid := "01234567-89ab-cdef-0123-456789abcdef"
	for _, test := range []struct {
		from  abstract.Type
		cells string
		want  abstract.Type
	}{
		{abstract.Int64, "", abstract.Int64},
		{abstract.Int64, "1 -9223372036854775808", abstract.Int64},
		{abstract.Int64, "1 2.5", d(20, 1)},
		{abstract.Int64, "1.50", d(20, 1)},
		{abstract.Int64, "0.001 1e3", d(22, 3)},
		{abstract.Int64, "9223372036854775808", d(19, 0)},
		{abstract.Int64, "123456789012345678901", d(21, 0)},
		{abstract.Int64, "0." + strings.Repeat("3", 19), d(38, 19)},
		{abstract.Int64, "0." + strings.Repeat("3", 20), abstract.Text},
		{abstract.Int64, "1e30 1e-30", abstract.Text},
		{abstract.Int64, "1.5 x", abstract.Text},
		{abstract.Int64, "x 1.5", abstract.Text},
		{abstract.Int64, "true", abstract.Text},
		{abstract.Int64, "007", abstract.Text},
		{abstract.Float64, "1 1.5 1e300", abstract.Float64},
		{abstract.Float64, "18446744073709551616 9007199254740994", abstract.Float64},
		{abstract.Float64, "9007199254740993", abstract.Text},
		{abstract.Float64, "NaN", abstract.Text},
		{d(12, 2), "1.5 1234567890 -0.01", d(12, 2)},
		{d(12, 2), "12345678901", d(13, 2)},
		{d(12, 2), "0.125", d(13, 3)},
		{d(38, 2), "0.125", abstract.Text},
		{d(12, 2), "2024-01-02", abstract.Text},
		{abstract.Bool, "true FALSE", abstract.Bool},
		{abstract.Bool, "1", abstract.Text},
		{abstract.Date, "2024-01-02", abstract.Date},
		{abstract.Date, "2024-01-02T03:04", abstract.Text}, // which no date goes into
		{abstract.Timestamp, "2024-01-02T03:04", abstract.Timestamp},
		{abstract.Timestamp, "2024-01-02T03:04Z", abstract.Text},
		{abstract.Timestamp, "2024-01-02", abstract.Text},
		{abstract.TimestampTZ, "2024-01-02T03:04Z", abstract.TimestampTZ},
		{abstract.Time, "12:30 23:59:59.5", abstract.Time},
		{abstract.Time, "12:30 noon", abstract.Text},
		{abstract.UUID, uuid, abstract.UUID},
		{abstract.UUID, uuid + " 12:30", abstract.Text},
		{abstract.Text, "x", abstract.Text},
		{abstract.JSON, "x", abstract.JSON},
		{abstract.Bytes, "x", abstract.Bytes},
	} {
		e := seen(strings.Fields(test.cells)...)
		got := e.Widen(test.from)
		if got != test.want {
			t.Errorf("%s with %s: %s, want %s", test.from, test.cells, got, test.want)
		}
		if again := e.Widen(got); again != got || !got.Holds(test.from) {
			t.Errorf("%s with %s: %s, and then %s", test.from, test.cells, got, again)
		}
		var merged reader.Evidence
		for _, cell := range strings.Fields(test.cells) {
			merged = merged.Merge(seen(cell))
		}
		if got := merged.Widen(test.from); got != test.want {
			t.Errorf("%s with %s, merged: %s, want %s", test.from, test.cells, got, test.want)
		}
	}
}

// TestWidenStrings: a string of JSON goes into a column of another type if it is
// written as its values are, and so the column need not be wider.
func TestWidenStrings(t *testing.T) {
	for value, types := range map[string][]abstract.Type{
		"5":          {abstract.Int64, abstract.Float64, abstract.Decimal(3, 1)},
		"5.5":        {abstract.Float64, abstract.Decimal(3, 1)},
		"true":       {abstract.Bool},
		"12:30":      {abstract.Time},
		"2024-01-02": {abstract.Date},
		"x":          nil,
	} {
		var e reader.Evidence
		e.ObserveString([]byte(value))
		for _, typ := range []abstract.Type{
			abstract.Bool, abstract.Int64, abstract.Float64, abstract.Decimal(3, 1), abstract.Date, abstract.Time, abstract.Timestamp, abstract.UUID,
		} {
			if got := e.Widen(typ); (got == typ) != slices.Contains(types, typ) {
				t.Errorf("%s with the string %q: %s", typ, value, got)
			}
		}
	}
}

// TestWidenDeclared: what a file says of its types counts as if any such value
// were in it.
func TestWidenDeclared(t *testing.T) {
	d := abstract.Decimal
	for _, test := range []struct{ from, file, want abstract.Type }{
		{abstract.Int64, abstract.Int64, abstract.Int64},
		{abstract.Int64, d(20, 0), d(20, 0)},
		{abstract.Int64, d(9, 2), d(21, 2)},
		{abstract.Int64, abstract.Float64, abstract.Text},
		{abstract.Int64, abstract.JSON, abstract.Text},
		{abstract.Int64, abstract.Bytes, abstract.Int64},
		{abstract.Int64, abstract.UUID, abstract.Text},
		{abstract.Float64, abstract.Int64, abstract.Float64},
		{abstract.Float64, d(9, 2), abstract.Text},
		{d(12, 2), abstract.Int64, d(21, 2)},
		{d(12, 2), d(20, 10), d(20, 10)},
		{d(12, 2), d(10, 2), d(12, 2)},
		{d(38, 0), d(1, 1), abstract.Text},
		{abstract.Time, abstract.Time, abstract.Time},
		{abstract.Time, abstract.UUID, abstract.Text},
		{abstract.Date, abstract.Timestamp, abstract.Text},
		{abstract.Date, abstract.Text, abstract.Text},
		{abstract.Bool, abstract.Bool, abstract.Bool},
		{abstract.Text, abstract.Int64, abstract.Text},
		{abstract.JSON, abstract.Text, abstract.JSON},
	} {
		var e reader.Evidence
		e.Declare(test.file)
		if got := e.Widen(test.from); got != test.want {
			t.Errorf("%s with %s: %s, want %s", test.from, test.file, got, test.want)
		}
	}
}

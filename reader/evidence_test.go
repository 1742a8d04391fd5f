package reader

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestV16EvidenceType(t *testing.T) {
	for _, test := range []struct {
		cells []string
		want  abstract.Type
	}{
		{nil, abstract.Text},
		{[]string{"true", "FALSE"}, abstract.Bool},
		{[]string{"true", "1"}, abstract.Text},
		{[]string{"1", "-9223372036854775808"}, abstract.Int64},
		{[]string{"9223372036854775808"}, abstract.Text},
		{[]string{"100000000000000000000"}, abstract.Text}, // a float64 equals it, but not its neighbours
		{[]string{"1", "1.5"}, abstract.Float64},
		{[]string{"9007199254740992", "1.5"}, abstract.Float64},
		{[]string{"9007199254740993", "1.5"}, abstract.Text},
		{[]string{"1", "-0"}, abstract.Float64},
		{[]string{"007"}, abstract.Text},
		{[]string{"007.5"}, abstract.Text},
		{[]string{"+1"}, abstract.Text},
		{[]string{"0x1F"}, abstract.Text},
		{[]string{" 1"}, abstract.Text},
		{[]string{"1,234.5"}, abstract.Text},
		{[]string{"5."}, abstract.Text},
		{[]string{".5", "1e3", "1E-3"}, abstract.Float64},
		{[]string{"1e400"}, abstract.Text},
		{[]string{"1e-400"}, abstract.Text},
		{[]string{"NaN"}, abstract.Text},
		{[]string{"Infinity"}, abstract.Text},
		{[]string{"2024-02-29"}, abstract.Date},
		{[]string{"2023-02-29"}, abstract.Text},
		{[]string{"31/02/2024"}, abstract.Text},
		{[]string{"12024-01-01"}, abstract.Text},
		{[]string{"0000-01-01"}, abstract.Text},
		{[]string{"2024-01-01", "2024-01-01 00:00"}, abstract.Text},
		{[]string{"2024-01-01 00:00", "2024-01-01T23:59:59.999999"}, abstract.Timestamp},
		{[]string{"2024-01-01T00:00:00.1234567"}, abstract.Text},
		{[]string{"2024-01-01 24:00"}, abstract.Text},
		{[]string{"2024-01-01T00:00:60"}, abstract.Text},
		{[]string{"2024-01-01T00:00Z", "2024-01-01 00:00:00+02", "2024-01-01 00:00:00.5-0330"}, abstract.TimestampTZ},
		{[]string{"2024-01-01T00:00Z", "2024-01-01T00:00"}, abstract.Text},
	} {
		var e Evidence
		for _, c := range test.cells {
			e.Observe([]byte(c))
		}
		e.ObserveNull()
		if got := e.Type(); got != test.want {
			t.Errorf("%q: %s, want %s", test.cells, got, test.want)
		}
	}
}

// What two files say together is what one file with all their cells says.
func TestV17MergeWidens(t *testing.T) {
	cells := []string{"true", "1", "9007199254740993", "1.5", "2024-01-01", "2024-01-01 00:00", "2024-01-01 00:00Z", "x"}
	for _, a := range cells {
		for _, b := range cells {
			var one, two, both Evidence
			one.Observe([]byte(a))
			two.Observe([]byte(b))
			both.Observe([]byte(a))
			both.Observe([]byte(b))
			if got, want := one.Merge(two).Type(), both.Type(); got != want {
				t.Errorf("%s merged with %s: %s, want %s", a, b, got, want)
			}
		}
	}
}

package reader_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
)

func TestBounds(t *testing.T) {
	limits := func(memory int64, b reader.Bounds) *reader.Limits {
		l := reader.NewLimits(memory, 1)
		l.Bounds = b
		return l
	}
	for _, test := range []struct {
		name      string
		got, want int64
	}{
		{"a record by default", limits(128<<20, reader.Bounds{}).MaxRecord(), 16 << 20},
		{"a record by the budget", limits(8<<20, reader.Bounds{Record: 1 << 30}).MaxRecord(), 2 << 20},
		{"a larger record", limits(128<<20, reader.Bounds{Record: 20 << 20}).MaxRecord(), 20 << 20},
		{"a smaller record", limits(128<<20, reader.Bounds{Record: 7}).MaxRecord(), 7},
		{"a page by default", limits(1<<30, reader.Bounds{}).MaxPage(), 256 << 20},
		{"a page by the budget", limits(64<<20, reader.Bounds{}).MaxPage(), 64 << 20},
		{"a page in a small budget", limits(1<<20, reader.Bounds{Page: 1 << 30}).MaxPage(), 16 << 20},
		{"a larger page", limits(1<<30, reader.Bounds{Page: 512 << 20}).MaxPage(), 512 << 20},
		{"columns as usual", int64(reader.Bounds{}.MostColumns(16)), 16},
		{"more columns", int64(reader.Bounds{Columns: 17}.MostColumns(16)), 17},
		{"nesting as the format reads", int64(reader.Bounds{}.MostNesting(64)), 64},
		{"no more than that", int64(reader.Bounds{Nesting: 65}.MostNesting(64)), 64},
		{"less", int64(reader.Bounds{Nesting: 63}.MostNesting(64)), 63},
		{"a sample accepts what reading does", reader.SampleLimits(reader.Hints{Bounds: reader.Bounds{Record: 100 << 20}}).MaxRecord(), 100 << 20},
	} {
		if test.got != test.want {
			t.Errorf("%s: %d, want %d", test.name, test.got, test.want)
		}
	}
}

package reader

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// TestDeclaredTypes merges what files say of a column with each other, and
// with what was seen in files that say nothing.
func TestDeclaredTypes(t *testing.T) {
	declared := func(types ...abstract.Type) Evidence {
		var e Evidence
		for _, typ := range types {
			var other Evidence
			other.Declare(typ)
			e = e.Merge(other)
		}
		return e
	}
	for _, typ := range []abstract.Type{abstract.Bool, abstract.Int64, abstract.Float64, abstract.Date, abstract.Time, abstract.Timestamp,
		abstract.TimestampTZ, abstract.UUID, abstract.Text, abstract.JSON, abstract.Bytes, abstract.Decimal(5, 2)} {
		if got := declared(typ, typ).Type(); got != typ {
			t.Errorf("%s twice is %s", typ, got)
		}
		if got := declared(typ).Merge(Evidence{Nulls: 3}).Type(); got != typ {
			t.Errorf("%s and nothing is %s", typ, got)
		}
	}
	for _, test := range []struct {
		a, b, want abstract.Type
	}{
		{abstract.Decimal(5, 2), abstract.Decimal(6, 4), abstract.Decimal(7, 4)},
		{abstract.Decimal(38, 2), abstract.Decimal(38, 4), abstract.Text},
		{abstract.Decimal(5, 2), abstract.Text, abstract.Text},
		{abstract.UUID, abstract.Time, abstract.Text},
		{abstract.Float64, abstract.Int64, abstract.Float64},
		{abstract.JSON, abstract.Int64, abstract.JSON},
		{abstract.Date, abstract.Timestamp, abstract.Text},
	} {
		if got := declared(test.a, test.b).Type(); got != test.want {
			t.Errorf("%s and %s are %s, want %s", test.a, test.b, got, test.want)
		}
		if got := declared(test.b, test.a).Type(); got != test.want {
			t.Errorf("%s and %s are %s, want %s", test.b, test.a, got, test.want)
		}
	}
	seen := declared(abstract.UUID)
	seen.Observe([]byte("12"))
	if got := seen.Type(); got != abstract.Text {
		t.Errorf("a UUID and a number are %s", got)
	}
}

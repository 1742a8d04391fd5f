package abstract_test

import (
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestTypesHaveOneArrowTypeEach(t *testing.T) {
	types := []abstract.Type{abstract.Bool, abstract.Int64, abstract.Float64, abstract.Date, abstract.Time, abstract.Timestamp,
		abstract.TimestampTZ, abstract.UUID, abstract.Text, abstract.JSON, abstract.Bytes, abstract.Decimal(1, 0), abstract.Decimal(38, 38)}
	for _, typ := range types {
		got, ok := abstract.TypeOf(typ.Arrow())
		if !ok || got != typ {
			t.Errorf("%s is carried by %v, which is %s, %v", typ, typ.Arrow(), got, ok)
		}
		parsed, err := abstract.ParseType(string(typ))
		if err != nil || parsed != typ {
			t.Errorf("%s is read as %s, %v", typ, parsed, err)
		}
		for _, other := range types {
			if other != typ && arrow.TypeEqual(typ.Arrow(), other.Arrow()) {
				t.Errorf("%s and %s are carried alike", typ, other)
			}
		}
	}
	if typ, err := abstract.ParseType("decimal(12, 2)"); err != nil || typ != abstract.Decimal(12, 2) {
		t.Errorf("with a space: %s, %v", typ, err)
	}
	for name, fix := range map[string]string{
		"decimal": "decimal(12,2)", "decimal(39,0)": "at most 38", "decimal(2,3)": "decimal(12,2)", "decimal(02,1)": "decimal(12,2)",
		"decimal(-1,0)": "decimal(12,2)", "decimal(5)": "decimal(12,2)", "int": "int64", "": "text",
	} {
		if typ, err := abstract.ParseType(name); err == nil || !strings.Contains(err.Error(), fix) {
			t.Errorf("%q is %s, %v; want an error that says %q", name, typ, err, fix)
		}
	}
}

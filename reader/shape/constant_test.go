package shape

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func TestConstant(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer mem.AssertSize(t, 0)
	for _, test := range []struct {
		typ         abstract.Type
		value, want string
	}{
		{abstract.Bool, "TRUE", "true"}, {abstract.Bool, "false", "false"}, {abstract.Int64, "-7", "-7"}, {abstract.Float64, "1.5", "1.5"},
		{abstract.Date, "2024-02-29", "2024-02-29"}, {abstract.Time, "12:34", "12:34:00.000000"}, {abstract.Timestamp, "2024-02-29 01:02", "2024-02-29T01:02:00"},
		{abstract.TimestampTZ, "2024-02-29T01:02:00+01", "2024-02-29T00:02:00Z"}, {abstract.Decimal(4, 2), "1.5", "1.5"}, {abstract.Text, "é", "é"}, {abstract.Text, "", ""},
		{abstract.UUID, "0188b5d0-5b6f-7000-8000-000000000001", "AYi10FtvcACAAAAAAAAAAQ=="},
		{abstract.Bool, "1", "-"}, {abstract.Int64, "01", "-"}, {abstract.Int64, "", "-"}, {abstract.Date, "2023-02-29", "-"}, {abstract.Decimal(4, 2), "1.555", "-"},
		{abstract.Text, "\xff", "-"}, {abstract.Text, "\x00", "-"}, {abstract.JSON, "1", "-"}, {abstract.Bytes, "x", "-"},
	} {
		c := &constant{typ: test.typ, value: []byte(test.value)}
		if c.fits() != (test.want != "-") {
			t.Errorf("%q fits %s: %v", test.value, test.typ, c.fits())
		}
		if test.want == "-" {
			continue
		}
		for _, n := range []int{3, 70, 2} { // as batches may be longer and shorter
			column := c.rows(mem, n)
			values := column
			if uuid, ok := column.(array.ExtensionArray); ok {
				values = uuid.Storage()
			}
			for row := range n {
				if got := values.ValueStr(row); got != test.want || column.Len() != n {
					t.Fatalf("%q as %s, row %d of %d: %q", test.value, test.typ, row, column.Len(), got)
				}
			}
			column.Release()
		}
		c.release()
		null := &constant{typ: test.typ}
		if column := null.rows(mem, 9); !null.fits() || column.NullN() != 9 {
			t.Errorf("NULL as %s: %v", test.typ, column)
		} else {
			column.Release()
		}
		null.release()
	}
}

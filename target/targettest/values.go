package targettest

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// values are what each type must carry unchanged, besides NULL.
var values = map[abstract.Type][]any{
	abstract.Bool: {true, false},
	abstract.Int64: {
		int64(0), int64(-1), int64(math.MinInt64), int64(math.MaxInt64), int64(1<<53 + 1), int64(-(1<<53 + 1)),
	},
	abstract.Float64: {
		0.0, math.Copysign(0, -1), 0.1, -1.5, 1e21, 1e-7, math.MaxFloat64, -math.MaxFloat64,
		math.SmallestNonzeroFloat64, 2.2250738585072011e-308, math.Nextafter(1, 2),
	},
	abstract.Date: {
		day(1, 1, 1), day(1582, 10, 10), day(1900, 2, 28), day(1970, 1, 1), day(1969, 12, 31), day(2000, 2, 29), day(9999, 12, 31),
	},
	abstract.Time: {
		"00:00:00", "23:59:59.999999", "12:34:56.000001",
	},
	abstract.UUID: {
		"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
		"7fffffff-ffff-ffff-8000-000000000001", "01234567-89ab-cdef-0123-456789abcdef",
	},
	abstract.JSON: {
		`{}`, `[]`, `"text"`, `1.50`, `{"a":[1,2.5,null,true],"b":{"c":"\u00e9\\\"日本"}}`, `9007199254740993`,
	},
	abstract.Bytes: {
		"", "\x00", "\xff\xfe\x00a", `\x41`, strings.Repeat("\x00\xff", 1<<16),
	},
	abstract.Decimal(4, 1):   {"0.0", "999.9", "-999.9"},
	abstract.Decimal(9, 0):   {"0", "999999999", "-1"},
	abstract.Decimal(18, 2):  {"0.01", "9999999999999999.99", "-9999999999999999.99"},
	abstract.Decimal(38, 37): {"9." + strings.Repeat("9", 37), "-0." + strings.Repeat("0", 36) + "1"},
	abstract.Decimal(38, 0):  {strings.Repeat("9", 38), "-" + strings.Repeat("9", 38), "1"},
	abstract.Timestamp:       instants,
	abstract.TimestampTZ:     instants,
	abstract.Text: {
		"", " ", "NULL", "a,b", `"quoted"`, "it's", `back\slash`, "line\nfeed\r\n", "tab\t", "\x01\x7f", "naïve", "日本語",
		"e\u0301 and \u00e9", "👩‍👩‍👧", "\u2028\ufeff", strings.Repeat("ab€", 1<<18),
	},
}

var instants = []any{
	time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
	time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
	time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
	time.Date(2024, 2, 29, 12, 34, 56, 123_456_000, time.UTC),
	time.Date(2024, 3, 31, 2, 30, 0, 1_000, time.UTC), // not on the clocks of Central Europe
	time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// everything has a column of each type.
var everything = abstract.Schema{
	{Name: "b", Type: abstract.Bool},
	{Name: "i", Type: abstract.Int64},
	{Name: "f", Type: abstract.Float64},
	{Name: "d", Type: abstract.Date},
	{Name: "ts", Type: abstract.Timestamp},
	{Name: "tz", Type: abstract.TimestampTZ},
	{Name: "s", Type: abstract.Text},
	{Name: "t", Type: abstract.Time},
	{Name: "u", Type: abstract.UUID},
	{Name: "j", Type: abstract.JSON},
	{Name: "y", Type: abstract.Bytes},
	{Name: "n", Type: abstract.Decimal(18, 2)},
}

func testValues(t *testing.T, h Harness) {
	for typ, list := range values {
		t.Run(string(typ), func(t *testing.T) {
			rows := [][]any{{nil}, {nil}}
			for _, value := range list {
				rows = append(rows, []any{value}, []any{nil})
			}
			h.start(t).roundTrip(abstract.Schema{{Name: "c", Type: typ}}, rows)
		})
	}
	t.Run("all NULL", func(t *testing.T) {
		h.start(t).roundTrip(everything, [][]any{make([]any, len(everything)), make([]any, len(everything))})
	})
	t.Run("together", func(t *testing.T) {
		row := make([]any, len(everything))
		var rows [][]any
		for n := range 40 {
			for c, column := range everything {
				list := values[column.Type]
				row[c] = list[n%len(list)]
			}
			rows = append(rows, append([]any(nil), row...))
		}
		h.start(t).roundTrip(everything, rows)
	})
}

// roundTrip loads rows into a new table and reads them back.
func (e *env) roundTrip(schema abstract.Schema, rows [][]any) {
	e.Helper()
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: schema, FileID: !e.h.NoLedger}))
	e.load(schema, rows)
	e.wantRows(table, schema, rows)
}

// load loads rows as a file of its own.
func (e *env) load(schema abstract.Schema, rows [][]any) {
	e.Helper()
	f := e.file("data")
	s := e.session()
	n := int64(len(rows))
	e.must(s.Push([]abstract.ChangeItem{{Table: table, Batch: e.batch(schema, rows), Origin: abstract.Origin{
		LedgerID: f.id, Object: f.object, After: n, Rows: n, Last: true, Opening: &abstract.Opening{Schema: schema},
	}}}))
	e.must(s.Flush())
}

package pgcopy

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// oids are how pgx, whose decoder is the judge here, calls the types.
var oids = map[Wire]uint32{
	Bool: pgtype.BoolOID, Int2: pgtype.Int2OID, Int4: pgtype.Int4OID, Int8: pgtype.Int8OID, Float4: pgtype.Float4OID,
	Float8: pgtype.Float8OID, Numeric: pgtype.NumericOID, Date: pgtype.DateOID, Time: pgtype.TimeOID,
	Timestamp: pgtype.TimestampOID, UUID: pgtype.UUIDOID, Text: pgtype.TextOID, Char: pgtype.BPCharOID,
	JSON: pgtype.JSONOID, JSONB: pgtype.JSONBOID, Bytea: pgtype.ByteaOID,
}

// batch builds a batch of one column from the texts of its values, "NULL" for
// NULL.
func batch(t testing.TB, typ abstract.Type, values ...string) arrow.RecordBatch {
	t.Helper()
	schema := abstract.Schema{{Name: "c", Type: typ}}.Arrow()
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for _, v := range values {
		field := builder.Field(0)
		if extended, ok := field.(*array.ExtensionBuilder); ok {
			field = extended.StorageBuilder()
		}
		if v == "NULL" {
			field.AppendNull()
			continue
		}
		switch f := field.(type) {
		case *array.BinaryBuilder:
			f.Append([]byte(v))
		case *array.FixedSizeBinaryBuilder:
			f.Append([]byte(v))
		default:
			if err := field.AppendValueFromString(v); err != nil {
				t.Fatalf("%s %q: %v", typ, v, err)
			}
		}
	}
	return builder.NewRecordBatch()
}

// encode writes the rows of a batch, and returns the bytes of the last field
// of each.
func encode(t testing.TB, c Column, b arrow.RecordBatch, fileID bool) (fields [][]byte, err error) {
	t.Helper()
	e, err := New([]Column{c}, fileID)
	if err != nil {
		t.Fatal(err)
	}
	e.Load(b, 7)
	defer e.Unload()
	for row := range int(b.NumRows()) {
		var buf []byte
		if buf, err = e.AppendRow(buf, row); err != nil {
			return fields, err
		}
		count := binary.BigEndian.Uint16(buf)
		buf = buf[2:]
		for range count {
			n := int32(binary.BigEndian.Uint32(buf))
			buf = buf[4:]
			if n < 0 {
				fields = append(fields, nil)
				continue
			}
			fields = append(fields, buf[:n:n])
			buf = buf[n:]
		}
		if len(buf) > 0 {
			t.Fatalf("row %d has %d bytes too many", row, len(buf))
		}
	}
	return fields, nil
}

func column(typ abstract.Type, wire Wire, limit int) Column {
	return Column{Name: "c", Type: typ, Wire: wire, Limit: limit}
}

// TestValuesDecode: what is written reads back as the same value, by a decoder
// that is not ours.
func TestValuesDecode(t *testing.T) {
	types := pgtype.NewMap()
	for _, tc := range []struct {
		c      Column
		values []string
		want   []any // the values, where the texts are not what pgx prints
	}{
		{c: column(abstract.Bool, Bool, NoLimit), values: []string{"true", "NULL", "false"}},
		{c: column(abstract.Int64, Int2, NoLimit), values: []string{"0", "-32768", "32767", "NULL"}},
		{c: column(abstract.Int64, Int4, NoLimit), values: []string{"0", "-2147483648", "2147483647"}},
		{c: column(abstract.Int64, Int8, NoLimit), values: []string{"-9223372036854775808", "9223372036854775807", "NULL"}},
		{c: column(abstract.Float64, Float8, NoLimit), values: []string{"0.1", "NaN", "+Inf", "-Inf", "1.7976931348623157e+308", "5e-324"}},
		{c: column(abstract.Float64, Float4, NoLimit), values: []string{"0.5", "NaN", "+Inf", "-Inf", "3.4028234663852886e+38"},
			want: []any{float32(0.5), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.MaxFloat32)}},
		{c: column(abstract.Text, Text, NoLimit), values: []string{"", "NULL", "a\tb\\.\n", "日本語"}},
		{c: column(abstract.Text, Text, 3), values: []string{"", "abc", "日本語"}},
		{c: column(abstract.Text, Char, 3), values: []string{"", "abc", " b"}},
		{c: column(abstract.JSON, JSON, NoLimit), values: []string{`{"a": 1.50}`}, want: []any{map[string]any{"a": 1.5}}},
		{c: column(abstract.JSON, JSONB, NoLimit), values: []string{`[1]`, "NULL"}, want: []any{[]any{1.0}, nil}},
		{c: column(abstract.Bytes, Bytea, NoLimit), values: []string{"", "\x00\xff"}, want: []any{[]byte{}, []byte{0, 255}}},
		{c: column(abstract.UUID, UUID, NoLimit), values: []string{"0123456789abcdef", "NULL"}, want: []any{[16]byte([]byte("0123456789abcdef")), nil}},
		{c: column(abstract.Date, Date, NoLimit), values: []string{"0001-01-01", "1969-12-31", "2000-01-01", "9999-12-31"}},
		{c: column(abstract.Time, Time, NoLimit), values: []string{"00:00:00", "23:59:59.999999"},
			want: []any{pgtype.Time{Valid: true}, pgtype.Time{Microseconds: 86_399_999_999, Valid: true}}},
		{c: column(abstract.Timestamp, Timestamp, NoLimit), values: []string{"0001-01-01T00:00:00", "1999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999"}},
		{c: column(abstract.TimestampTZ, Timestamp, 3), values: []string{"2024-02-29T12:34:56.789Z"}, want: []any{"2024-02-29T12:34:56.789"}},
	} {
		t.Run(fmt.Sprintf("%s to %d", tc.c.Type, tc.c.Wire), func(t *testing.T) {
			fields, err := encode(t, tc.c, batch(t, tc.c.Type, tc.values...), false)
			if err != nil {
				t.Fatal(err)
			}
			for n, field := range fields {
				want := any(tc.values[n])
				if tc.want != nil {
					want = tc.want[n]
				} else if want == "NULL" {
					want = nil
				}
				if got := decode(t, types, tc.c.Wire, field); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%q reads as %v", tc.values[n], got)
				}
			}
		})
	}
}

// decode reads a field as pgx does. Times are written as the tests write them.
func decode(t *testing.T, types *pgtype.Map, wire Wire, field []byte) any {
	t.Helper()
	typ, ok := types.TypeForOID(oids[wire])
	if !ok {
		t.Fatalf("no decoder for %d", wire)
	}
	if field == nil {
		return nil
	}
	value, err := typ.Codec.DecodeValue(types, oids[wire], pgtype.BinaryFormatCode, field)
	if err != nil {
		t.Fatal(err)
	}
	if moment, ok := value.(time.Time); ok {
		if wire == Date {
			return moment.Format("2006-01-02")
		}
		return moment.UTC().Format("2006-01-02T15:04:05.999999")
	}
	return value
}

// TestT06Refused: what a column cannot hold exactly is refused, never cut,
// rounded or padded, and the error names the column.
func TestT06Refused(t *testing.T) {
	for _, tc := range []struct {
		c     Column
		value string
		want  string
	}{
		{column(abstract.Int64, Int2, NoLimit), "32768", "smallint"},
		{column(abstract.Int64, Int2, NoLimit), "-32769", "smallint"},
		{column(abstract.Int64, Int4, NoLimit), "2147483648", "integer"},
		{column(abstract.Int64, Int4, NoLimit), "-2147483649", "integer"},
		{column(abstract.Float64, Float4, NoLimit), "0.1", "real"},
		{column(abstract.Float64, Float4, NoLimit), "1e39", "real"},
		{column(abstract.Text, Text, NoLimit), "a\x00b", "NUL"},
		{column(abstract.JSON, JSON, NoLimit), "\"\x00\"", "NUL"},
		{column(abstract.Text, Text, 3), "abcd", "4 characters"},
		{column(abstract.Text, Text, 3), "abc ", "4 characters"},
		{column(abstract.Text, Char, 3), "ab ", "blank"},
		{column(abstract.Time, Time, 3), "00:00:00.000001", "fractions"},
		{column(abstract.Timestamp, Timestamp, 0), "2024-01-01T00:00:00.5", "fractions"},
		{column(abstract.Text, Numeric, 2), "1.005", "more digits"},
		{column(abstract.Text, Numeric, NoLimit), "1.2.3", "not a number"},
		{column(abstract.Text, Numeric, NoLimit), "", "not a number"},
		{column(abstract.Text, Numeric, NoLimit), "1e131072", "out of range"},
	} {
		_, err := encode(t, tc.c, batch(t, tc.c.Type, tc.value), true)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), `column "c"`) ||
			abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%s %q into %d(%d): %v (%v), want an error about the file that says %q",
				tc.c.Type, tc.value, tc.c.Wire, tc.c.Limit, err, abstract.ClassOf(err), tc.want)
		}
	}
}

// TestT06TimeRange: the extremes of Arrow's integers would mean infinity to
// the server, or overflow.
func TestT06TimeRange(t *testing.T) {
	for n, ok := range map[int64]bool{
		math.MinInt64: false, math.MinInt64 + epochMicros: false, firstMicro: false, firstMicro + epochMicros - 1: false,
		firstMicro + epochMicros: true, 0: true, math.MaxInt64: true,
	} {
		if _, err := (&timestamps{[]arrow.Timestamp{arrow.Timestamp(n)}, 1}).append(nil, 0); (err == nil) != ok {
			t.Errorf("timestamp %d: %v", n, err)
		}
	}
	for _, n := range []int32{math.MinInt32, math.MaxInt32, firstDay + epochDays - 1, endDay} {
		if _, err := (dates{arrow.Date32(n)}).append(nil, 0); (err == nil) != (n == endDay) {
			t.Errorf("date %d: %v", n, err)
		}
	}
}

// TestSlices: a batch may be a window on a larger one.
func TestSlices(t *testing.T) {
	whole := batch(t, abstract.Text, "a", "NULL", "bc", "NULL", "d\x00", "ef")
	for _, tc := range []struct{ from, to int }{{0, 4}, {1, 3}, {2, 4}, {3, 4}, {5, 6}, {2, 2}} {
		fields, err := encode(t, column(abstract.Text, Text, NoLimit), whole.NewSlice(int64(tc.from), int64(tc.to)), false)
		if err != nil {
			t.Fatal(err)
		}
		texts := whole.Column(0).(*array.String)
		for n := range tc.to - tc.from {
			if row := tc.from + n; (fields[n] == nil) != texts.IsNull(row) || fields[n] != nil && string(fields[n]) != texts.Value(row) {
				t.Errorf("row %d of [%d,%d) is %q", n, tc.from, tc.to, fields[n])
			}
		}
	}
}

func TestFileID(t *testing.T) {
	fields, err := encode(t, column(abstract.Bool, Bool, NoLimit), batch(t, abstract.Bool, "NULL", "true"), true)
	if err != nil || len(fields) != 4 || binary.BigEndian.Uint64(fields[0]) != 7 || fields[1] != nil || fields[3][0] != 1 {
		t.Errorf("%v, %v", fields, err)
	}
}

// TestUnfit: pairs of types that would change values are refused.
func TestUnfit(t *testing.T) {
	for _, c := range []Column{
		column(abstract.Text, JSON, NoLimit), column(abstract.Int64, Numeric, NoLimit), column(abstract.Float64, Numeric, NoLimit),
		column(abstract.Decimal(5, 2), Numeric, 1), column(abstract.Decimal(5, 2), Float8, NoLimit), column("unknown", Bool, NoLimit),
		column(abstract.Bool, Int2, NoLimit), column(abstract.Timestamp, Date, NoLimit),
	} {
		if _, err := New([]Column{c}, false); err == nil {
			t.Errorf("%s is taken for %d", c.Type, c.Wire)
		}
	}
	if _, err := New(make([]Column, MaxColumns), true); err == nil {
		t.Error("T08: too many columns are taken")
	}
}

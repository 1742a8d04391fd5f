package parquet

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// annotated is a leaf with a LogicalType.
func annotated(p physical, length int32, a annotation) element {
	e := leafOf("v", p, required)
	e.length, e.logical = length, a
	return e
}

func withConverted(p physical, length int32, converted int32) element {
	e := leafOf("v", p, required)
	e.length, e.converted = length, converted
	return e
}

// readOne reads a file with one column of plain values, n of them.
func readOne(t *testing.T, e element, n int, values []byte, typ abstract.Type) (abstract.Type, [][]any, []string) {
	t.Helper()
	file := inMemory(testFile{
		elements: []element{e},
		groups:   []testGroup{{rows: n, chunks: []testChunk{{pages: []testPage{{n: n, values: values}}}}}},
	}.bytes())
	s, err := New().Sample(t.Context(), file, reader.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	schema := readertest.Suggested(s)
	natural := schema[0].Type
	if typ != "" {
		schema[0].Type = typ
	}
	got, err := readertest.Read(t.Context(), t, New(), reader.Request{
		File: file, Dialect: s.Dialect, Schema: schema, Limits: reader.NewLimits(1<<20, 2), OnBadRow: reader.SkipRow,
	}, nil)
	if err != nil {
		return natural, nil, []string{err.Error()}
	}
	return natural, got.Rows, got.Reasons
}

func int96Of(day uint32, ns uint64) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(nil, ns), day)
}

// Each kind of leaf has its type, and is written exactly as text.
func TestB15B07B06Kinds(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05.999999", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	utcMicros := annotation{id: logicalTimestamp, unit: 2, utc: true}
	uuid := []byte("0123456789abcdef")
	for _, test := range []struct {
		name    string
		element element
		value   []byte
		natural abstract.Type
		want    any // nil: refused with reason
		text    string
		reason  string
	}{
		{"INT32", leafOf("v", typeInt32, required), le32(-5), abstract.Int64, int64(-5), "-5", ""},
		{"UINT32", annotated(typeInt32, 0, annotation{id: logicalInteger, bits: 32}), le32(-1), abstract.Int64, int64(math.MaxUint32), "4294967295", ""},
		{"UINT64", annotated(typeInt64, 0, annotation{id: logicalInteger, bits: 64}), le64(-1), "decimal(20,0)", "18446744073709551615", "18446744073709551615", ""},
		{"INT8 in INT64", withConverted(typeInt64, 0, convertedInt8), le64(7), abstract.Int64, int64(7), "7", ""},
		{"FLOAT", leafOf("v", typeFloat, required), le32(int32(math.Float32bits(0.1))), abstract.Float64, float64(float32(0.1)), "0.1", ""},
		{"DOUBLE", leafOf("v", typeDouble, required), le64(int64(math.Float64bits(math.Inf(-1)))), abstract.Float64, math.Inf(-1), "-Infinity", ""},
		{"FLOAT16", annotated(typeFixed, 2, annotation{id: logicalFloat16}), []byte{0x00, 0xc1}, abstract.Float64, -2.5, "-2.5", ""},
		{"FLOAT16, subnormal", annotated(typeFixed, 2, annotation{id: logicalFloat16}), []byte{1, 0}, abstract.Float64, math.Ldexp(1, -24), "5.9604645e-08", ""},
		{"DECIMAL in INT32", annotated(typeInt32, 0, annotation{id: logicalDecimal, precision: 5, scale: 2}), le32(-5), "decimal(5,2)", "-0.05", "-0.05", ""},
		{"DECIMAL in bytes", annotated(typeFixed, 3, annotation{id: logicalDecimal, precision: 6, scale: 0}), []byte{0xff, 0xff, 0xfe}, "decimal(6,0)", "-2", "-2", ""},
		{"DECIMAL, empty", annotated(typeByteArray, 0, annotation{id: logicalDecimal, precision: 6, scale: 1}), texts(""), "decimal(6,1)", "0.0", "0.0", ""},
		{"DECIMAL of too many digits", annotated(typeInt32, 0, annotation{id: logicalDecimal, precision: 2, scale: 0}), le32(100), "decimal(2,0)", nil, "100", "more than the 2 digits"},
		{"DECIMAL(76)", annotated(typeFixed, 32, annotation{id: logicalDecimal, precision: 76, scale: 2}), append([]byte{1}, make([]byte, 31)...), abstract.Text,
			"4523128485832663883733241601901871400518358776001584532791311875309106626.56", "4523128485832663883733241601901871400518358776001584532791311875309106626.56", ""},
		{"DECIMAL of negative scale", annotated(typeInt32, 0, annotation{id: logicalDecimal, precision: 5, scale: -2}), le32(12), abstract.Text, "1200", "1200", ""},
		{"DATE", withConverted(typeInt32, 0, convertedDate), le32(-719162), abstract.Date, at("0001-01-01 00:00:00"), "0001-01-01", ""},
		{"TIME in millis", withConverted(typeInt32, 0, convertedTimeMillis), le32(86399999), abstract.Time, "23:59:59.999000", "23:59:59.999", ""},
		{"TIME in nanos", annotated(typeInt64, 0, annotation{id: logicalTime, unit: 3}), le64(1001), abstract.Time, nil, "00:00:00.000001001", "nanoseconds"},
		{"TIME beyond the day", annotated(typeInt64, 0, annotation{id: logicalTime, unit: 2}), le64(86400e6), abstract.Time, nil, "", "not within a day"},
		{"TIMESTAMP in millis", annotated(typeInt64, 0, annotation{id: logicalTimestamp, unit: 1}), le64(-1), abstract.Timestamp, at("1969-12-31 23:59:59.999"), "1969-12-31 23:59:59.999", ""},
		{"TIMESTAMP in millis, too late", annotated(typeInt64, 0, annotation{id: logicalTimestamp, unit: 1}), le64(math.MaxInt64), abstract.Timestamp, nil, "292278994-08-17 07:12:55.807", "out of range"},
		{"TIMESTAMP of UTC", annotated(typeInt64, 0, utcMicros), le64(1), abstract.TimestampTZ, at("1970-01-01 00:00:00.000001"), "1970-01-01 00:00:00.000001Z", ""},
		{"TIMESTAMP in nanos", annotated(typeInt64, 0, annotation{id: logicalTimestamp, unit: 3}), le64(-1001), abstract.Timestamp, nil, "1969-12-31 23:59:59.999998999", "nine digits"},
		{"INT96", leafOf("v", typeInt96, required), int96Of(2440588, 1000), abstract.Timestamp, at("1970-01-01 00:00:00.000001"), "1970-01-01 00:00:00.000001", ""},
		{"INT96 with nanos", leafOf("v", typeInt96, required), int96Of(2440589, 1), abstract.Timestamp, nil, "1970-01-02 00:00:00.000000001", "nine digits"},
		{"INT96 beyond microseconds", leafOf("v", typeInt96, required), int96Of(1<<31-1, 0), abstract.Timestamp, nil, "5874898-06-03 00:00:00", "does not fit"},
		{"BOOLEAN", leafOf("v", typeBoolean, required), []byte{1}, abstract.Bool, true, "true", ""},
		{"ENUM", withConverted(typeByteArray, 0, convertedEnum), texts("A"), abstract.Text, "A", "A", ""},
		{"JSON", withConverted(typeByteArray, 0, convertedJSON), texts(`{"a": 1}`), abstract.JSON, `{"a": 1}`, `{"a": 1}`, ""},
		{"JSON that is none", withConverted(typeByteArray, 0, convertedJSON), texts(`{`), abstract.JSON, nil, "{", "not a json"},
		{"BSON", withConverted(typeByteArray, 0, convertedBSON), texts("\x00"), abstract.Bytes, []byte{0}, "", "NUL"},
		{"UUID", annotated(typeFixed, 16, annotation{id: logicalUUID}), uuid, abstract.UUID, [16]byte(uuid), "30313233-3435-3637-3839-616263646566", ""},
		{"bytes", leafOf("v", typeByteArray, required), texts("é"), abstract.Bytes, []byte("é"), "é", ""},
		{"bytes that are no text", leafOf("v", typeByteArray, required), texts("\xff"), abstract.Bytes, []byte{0xff}, "", "UTF-8"},
		{"INTERVAL", withConverted(typeFixed, 12, convertedInterval), le32(1, 2, 3004), abstract.Text, "P1M2DT3.004S", "P1M2DT3.004S", ""},
		{"an unknown annotation", annotated(typeInt64, 0, annotation{id: 99}), le64(1), abstract.Int64, int64(1), "1", ""},
		{"a DATE of bytes", withConverted(typeByteArray, 0, convertedDate), texts("x"), abstract.Bytes, []byte("x"), "x", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			natural, rows, reasons := readOne(t, test.element, 1, test.value, "")
			if natural != test.natural {
				t.Errorf("the type is %s, want %s", natural, test.natural)
			}
			if test.want != nil {
				if diff := readertest.Diff(rows, [][]any{{test.want}}); diff != "" {
					t.Errorf("%s %q", diff, reasons)
				}
			} else if len(rows) > 0 || len(reasons) == 0 || !strings.Contains(reasons[0], test.reason) {
				t.Errorf("rows %v, reasons %q, want …%s", rows, reasons, test.reason)
			}
			_, rows, reasons = readOne(t, test.element, 1, test.value, abstract.Text)
			if test.text == "" {
				if len(rows) > 0 || len(reasons) == 0 || !strings.Contains(reasons[0], test.reason) {
					t.Errorf("as text: rows %v, reasons %q, want …%s", rows, reasons, test.reason)
				}
			} else if diff := readertest.Diff(rows, [][]any{{test.text}}); diff != "" {
				t.Errorf("as text: %s %q", diff, reasons)
			}
		})
	}
}

// A column of another type takes what it can hold exactly, and nothing else.
func TestOtherTypes(t *testing.T) {
	for _, test := range []struct {
		element element
		value   []byte
		typ     abstract.Type
		want    any
		reason  string
	}{
		{leafOf("v", typeInt64, required), le64(5), abstract.Float64, 5.0, ""},
		{leafOf("v", typeInt64, required), le64(1<<53 + 1), abstract.Float64, nil, "is not a float64"},
		{leafOf("v", typeInt64, required), le64(5), "decimal(3,2)", "5.00", ""},
		{leafOf("v", typeInt64, required), le64(50), "decimal(3,2)", nil, "is not a decimal(3,2)"},
		{leafOf("v", typeDouble, required), le64(int64(math.Float64bits(2))), abstract.Int64, int64(2), ""},
		{leafOf("v", typeDouble, required), le64(int64(math.Float64bits(2.5))), abstract.Int64, nil, "is not an int64"},
		{textLeaf("v", required), texts("2024-02-29"), abstract.Date, time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), ""},
		{textLeaf("v", required), texts("x"), abstract.Date, nil, "is not a date"},
		{leafOf("v", typeInt64, required), le64(1), abstract.Bytes, nil, "cannot hold"},
	} {
		_, rows, reasons := readOne(t, test.element, 1, test.value, test.typ)
		if test.want != nil {
			if diff := readertest.Diff(rows, [][]any{{test.want}}); diff != "" {
				t.Errorf("%+v as %s: %s %q", test.element, test.typ, diff, reasons)
			}
		} else if len(rows) > 0 || len(reasons) != 1 || !strings.Contains(reasons[0], test.reason) {
			t.Errorf("%+v as %s: rows %v, reasons %q, want …%s", test.element, test.typ, rows, reasons, test.reason)
		}
	}
}

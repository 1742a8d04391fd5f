package avro

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func logical(typ, name, more string) string {
	return `{"type":"` + typ + `","logicalType":"` + name + `"` + more + `}`
}

func fixed(size, name, more string) string {
	return `{"type":"fixed","name":"f","size":` + size + `,"logicalType":"` + name + `"` + more + `}`
}

func at(s string) time.Time {
	v, err := time.Parse("2006-01-02 15:04:05.999999999", s)
	if err != nil {
		panic(err)
	}
	return v
}

// Each type has its type, and is written exactly as text.
func TestA02Types(t *testing.T) {
	float := func(f float32) []byte { return le32(math.Float32bits(f)) }
	duration := []byte{1, 0, 0, 0, 2, 0, 0, 0, 0xbc, 0x0b, 0, 0}
	uuid := []byte("\x12\x3e\x45\x67\xe8\x9b\x12\xd3\xa4\x56\x42\x66\x14\x17\x40\x00")
	const uuidText = "123e4567-e89b-12d3-a456-426614174000"
	big := text("\x01" + strings.Repeat("\x00", 16))
	for _, test := range []struct {
		name, schema string
		data         []byte
		typ          abstract.Type
		value        any    // nil where it is a bad row
		text         string // the value as text
		fault        string
	}{
		{"boolean", `"boolean"`, []byte{1}, abstract.Bool, true, "true", ""},
		{"int", `"int"`, long(-1 << 31), abstract.Int64, int64(-1 << 31), "-2147483648", ""},
		{"long", `{"type":"long"}`, long(math.MinInt64), abstract.Int64, int64(math.MinInt64), "-9223372036854775808", ""},
		{"float", `"float"`, float(0.1), abstract.Float64, float64(float32(0.1)), "0.1", ""},
		{"double", `"double"`, double(0.1), abstract.Float64, 0.1, "0.1", ""},
		{"infinity", `"double"`, double(math.Inf(-1)), abstract.Float64, math.Inf(-1), "-Infinity", ""},
		{"bytes", `"bytes"`, text("a\x80"), abstract.Bytes, []byte("a\x80"), "", "UTF-8"},
		{"string", `"string"`, text("é"), abstract.Text, "é", "é", ""},
		{"string, not UTF-8", `"string"`, text("\xff"), abstract.Text, nil, "", "UTF-8"},
		{"string with NUL", `"string"`, text("a\x00"), abstract.Text, nil, "", "NUL"},
		{"fixed", `{"type":"fixed","name":"f","size":2}`, []byte("ab"), abstract.Bytes, []byte("ab"), "ab", ""},
		{"enum", `{"type":"enum","name":"e","symbols":["A","B"]}`, long(1), abstract.Text, "B", "B", ""},
		{"decimal", logical("bytes", "decimal", `,"precision":4,"scale":2`), text("\xff\x38"), abstract.Decimal(4, 2), "-2.00", "-2.00", ""},
		{"decimal without scale", logical("bytes", "decimal", `,"precision":4`), text("\x05"), abstract.Decimal(4, 0), "5", "5", ""},
		{"decimal of more digits", logical("bytes", "decimal", `,"precision":2`), text("\x00\xff"), abstract.Decimal(2, 0), nil, "255", "digits"},
		{"decimal, fixed", fixed("4", "decimal", `,"precision":9,"scale":3`), []byte{0, 0, 4, 0xd2}, abstract.Decimal(9, 3), "1.234", "1.234", ""},
		{"decimal, big", logical("bytes", "decimal", `,"precision":50,"scale":1`), big, abstract.Text, "34028236692093846346337460743176821145.6", "34028236692093846346337460743176821145.6", ""},
		{"decimal, fixed too short", fixed("1", "decimal", `,"precision":3`), []byte{7}, abstract.Bytes, []byte{7}, "\x07", ""},
		{"decimal, bad scale", logical("bytes", "decimal", `,"precision":2,"scale":3`), text("\x05"), abstract.Bytes, []byte{5}, "\x05", ""},
		{"decimal of int", logical("int", "decimal", `,"precision":2`), long(5), abstract.Int64, int64(5), "5", ""},
		{"uuid", logical("string", "uuid", ""), text(uuidText), abstract.UUID, [16]byte(uuid), uuidText, ""},
		{"uuid that is none", logical("string", "uuid", ""), text("x"), abstract.UUID, nil, "x", "uuid"},
		{"uuid, fixed", fixed("16", "uuid", ""), uuid, abstract.UUID, [16]byte(uuid), uuidText, ""},
		{"duration", fixed("12", "duration", ""), duration, abstract.Text, "P1M2DT3.004S", "P1M2DT3.004S", ""},
		{"date", logical("int", "date", ""), long(-1), abstract.Date, at("1969-12-31 00:00:00"), "1969-12-31", ""},
		{"date of long", logical("long", "date", ""), long(-1), abstract.Int64, int64(-1), "-1", ""},
		{"time-millis", logical("int", "time-millis", ""), long(86399999), abstract.Time, "23:59:59.999000", "23:59:59.999", ""},
		{"time-micros", logical("long", "time-micros", ""), long(1), abstract.Time, "00:00:00.000001", "00:00:00.000001", ""},
		{"time-micros of another day", logical("long", "time-micros", ""), long(86400e6), abstract.Time, nil, "", "within a day"},
		{"timestamp-millis", logical("long", "timestamp-millis", ""), long(-1), abstract.TimestampTZ, at("1969-12-31 23:59:59.999"), "1969-12-31 23:59:59.999Z", ""},
		{"timestamp-millis, too late", logical("long", "timestamp-millis", ""), long(math.MaxInt64), abstract.TimestampTZ, nil, "292278994-08-17 07:12:55.807Z", "out of range"},
		{"timestamp-micros", logical("long", "timestamp-micros", ""), long(1), abstract.TimestampTZ, at("1970-01-01 00:00:00.000001"), "1970-01-01 00:00:00.000001Z", ""},
		{"timestamp-nanos", logical("long", "timestamp-nanos", ""), long(-1000), abstract.TimestampTZ, at("1969-12-31 23:59:59.999999"), "1969-12-31 23:59:59.999999Z", ""},
		{"timestamp-nanos, odd", logical("long", "timestamp-nanos", ""), long(1), abstract.TimestampTZ, nil, "1970-01-01 00:00:00.000000001Z", "nine digits"},
		{"local-timestamp-millis", logical("long", "local-timestamp-millis", ""), long(1), abstract.Timestamp, at("1970-01-01 00:00:00.001"), "1970-01-01 00:00:00.001", ""},
		{"local-timestamp-micros", logical("long", "local-timestamp-micros", ""), long(1), abstract.Timestamp, at("1970-01-01 00:00:00.000001"), "1970-01-01 00:00:00.000001", ""},
		{"local-timestamp-nanos", logical("long", "local-timestamp-nanos", ""), long(1000), abstract.Timestamp, at("1970-01-01 00:00:00.000001"), "1970-01-01 00:00:00.000001", ""},
		{"an unknown logical type", logical("string", "colour", ""), text("x"), abstract.Text, "x", "x", ""},
		{"a type in a type", `{"type":` + logical("int", "date", "") + `}`, long(0), abstract.Date, at("1970-01-01 00:00:00"), "1970-01-01", ""},

		{"array", `{"type":"array","items":"int"}`, join(long(1), long(1), long(-1), long(1), long(2), long(0)), abstract.JSON, "[1,2]", "[1,2]", ""},
		{"array, empty", `{"type":"array","items":"int"}`, long(0), abstract.JSON, "[]", "[]", ""},
		{"map", `{"type":"map","values":"string"}`, join(long(2), text("a"), text("\n\""), text("a"), text(""), long(0)), abstract.JSON, `{"a":"\u000a\"","a":""}`, `{"a":"\u000a\"","a":""}`, ""},
		{"map with a bad key", `{"type":"map","values":"int"}`, join(long(1), text("\xff"), long(1), long(0)), abstract.JSON, nil, "", "UTF-8"},
		{"record", `{"type":"record","name":"x","fields":[{"name":"a\"","type":"bytes"},{"name":"b","type":"double"}]}`,
			join(text("\x00\x01"), double(math.NaN())), abstract.JSON, `{"a\"":"AAE=","b":"NaN"}`, `{"a\"":"AAE=","b":"NaN"}`, ""},
		{"logical types in a record", `{"type":"record","name":"x","fields":[{"name":"d","type":` + logical("bytes", "decimal", `,"precision":4,"scale":2`) +
			`},{"name":"t","type":` + logical("long", "timestamp-nanos", "") + `},{"name":"u","type":` + fixed("16", "uuid", "") + `}]}`,
			join(text("\x05"), long(1), uuid), abstract.JSON, `{"d":0.05,"t":"1970-01-01 00:00:00.000000001Z","u":"` + uuidText + `"}`,
			`{"d":0.05,"t":"1970-01-01 00:00:00.000000001Z","u":"` + uuidText + `"}`, ""},

		{"union of one", `["string"]`, join(long(0), text("x")), abstract.Text, "x", "x", ""},
		{"union of one type", `["int","null","long"]`, join(long(2), long(7)), abstract.Int64, int64(7), "7", ""},
		{"union of several: text", `["null","string","int"]`, join(long(1), text("x")), abstract.JSON, `"x"`, "x", ""},
		{"union of several: number", `["null","string","int"]`, join(long(2), long(-5)), abstract.JSON, "-5", "-5", ""},
		{"union of several: array", `["string",{"type":"array","items":"null"}]`, join(long(1), long(1), long(0)), abstract.JSON, "[null]", "[null]", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := blockOf(oneOf(test.schema), 1, test.data)
			schema, got, err := readAll(t.Context(), t, data, nil)
			if test.value == nil {
				if err == nil || !strings.Contains(err.Error(), test.fault) || len(got.Rows) > 0 {
					t.Errorf("rows %v, error %v, want …%s", got.Rows, err, test.fault)
				}
			} else if diff := readertest.Diff(got.Rows, [][]any{{test.value}}); err != nil || diff != "" {
				t.Errorf("error %v, %s", err, diff)
			}
			if schema[0].Type != test.typ {
				t.Errorf("type %s, want %s", schema[0].Type, test.typ)
			}
			_, got, err = readAll(t.Context(), t, data, func(req *reader.Request) { req.Schema = abstract.Schema{{Name: "v", Type: abstract.Text}} })
			switch diff := readertest.Diff(got.Rows, [][]any{{test.text}}); {
			case test.text == "" && err == nil:
				t.Errorf("as text: %v", got.Rows)
			case test.text != "" && (err != nil || diff != ""):
				t.Errorf("as text: error %v, %s", err, diff)
			}
		})
	}
}

// A column of another type takes what is exactly one of its values; of a union,
// what goes into it.
func TestOtherTypes(t *testing.T) {
	for _, test := range []struct {
		schema string
		data   []byte
		typ    abstract.Type
		value  any // nil where it is a bad row
		fault  string
	}{
		{`"long"`, long(1 << 53), abstract.Float64, float64(1 << 53), ""},
		{`"long"`, long(1<<53 + 1), abstract.Float64, nil, "float64"},
		{`"int"`, long(5), abstract.Decimal(4, 2), "5.00", ""},
		{`"double"`, double(2), abstract.Int64, int64(2), ""},
		{`"double"`, double(2.5), abstract.Int64, nil, "int64"},
		{`"string"`, text("2024-02-29"), abstract.Date, at("2024-02-29 00:00:00"), ""},
		{`"string"`, text("tomorrow"), abstract.Date, nil, "date"},
		{`"string"`, text(`{"a":1}`), abstract.JSON, `{"a":1}`, ""},
		{`"string"`, text(`{"a":`), abstract.JSON, nil, "json"},
		{`"string"`, text("a"), abstract.Bytes, []byte("a"), ""},
		{`"int"`, long(5), abstract.JSON, "5", ""},
		{`["null","string","int"]`, join(long(1), text("12")), abstract.Int64, int64(12), ""},
		{`["null","string","int"]`, join(long(1), text("x")), abstract.Int64, nil, "int64"},
		{`["int",{"type":"array","items":"int"}]`, join(long(0), long(7)), abstract.Int64, int64(7), ""},
		{`["int",{"type":"array","items":"int"}]`, join(long(1), long(1), long(9), long(0)), abstract.Int64, nil, "an array is not an int64"},
		{`{"type":"array","items":"int"}`, long(0), abstract.Int64, nil, `column "v" is an array in the file, which a column of type int64 cannot hold`},
		{`["null",{"type":"map","values":"int"}]`, long(0), abstract.Date, nil, `column "v" is a union in the file`},
		{`"long"`, long(0), abstract.Bytes, nil, `column "v" is an int64 in the file, which a column of type bytes cannot hold`},
	} {
		_, got, err := readAll(t.Context(), t, blockOf(oneOf(test.schema), 1, test.data), func(req *reader.Request) {
			req.Schema = abstract.Schema{{Name: "v", Type: test.typ}}
		})
		if test.value == nil {
			if abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("%s as %s: error %v, want …%s", test.schema, test.typ, err, test.fault)
			}
		} else if diff := readertest.Diff(got.Rows, [][]any{{test.value}}); err != nil || diff != "" {
			t.Errorf("%s as %s: error %v, %s", test.schema, test.typ, err, diff)
		}
	}
}

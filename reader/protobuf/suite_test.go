package protobuf

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func TestConformance(t *testing.T) {
	small := hintsFor(t, "Small", messageOf("Small", a("id", 1, int64s), a("name", 2, text), list(a("tags", 3, text))))
	whole := hintsFor(t, "Row", everything())
	var long []byte
	var longRows [][]any
	for i := range 16 {
		long = append(long, written(t, small, fmt.Sprintf(`{"id": %d, "name": "row number %d", "tags": ["a", "%d"]}`, i*1000, i, i))...)
		longRows = append(longRows, []any{int64(i * 1000), fmt.Sprint("row number ", i), fmt.Sprintf(`["a","%d"]`, i)})
	}
	bad := written(t, small, `{"id": 1}`)
	bad = append(bad, framed([]byte("\x08"))...)
	bad = append(bad, framed([]byte("\x12\x01\xff"))...)
	bad = append(bad, framed(nil)...)
	bad = append(bad, framed([]byte("\x09\x00\x00\x00\x00\x00\x00\x00\x00"))...)
	bad = append(bad, framed([]byte("\x12\x01\x00"))...)
	bad = append(bad, framed([]byte("\x08\x02"))...)
	none := []any{false, int64(0), int64(0), int64(0), "0", int64(0), int64(0), int64(0), "0", int64(0), int64(0), 0.0, 0.0, "", []byte{}, "NONE",
		nil, nil, nil, nil, nil, nil, nil, "[]", "[]", "[]", "[]", "{}", "{}", "{}", nil, "[]", "[]", "[]", "[]"}
	readertest.Run(t, readertest.Harness{Format: New(), Framed: true, Files: []readertest.File{
		{Name: "long", Data: long, Hints: small, Rows: longRows},
		{Name: "long in zstd", Data: zst(long), Hints: small, Rows: longRows},
		{Name: "Z02 long in gzip", Data: gz(long), Hints: small, Rows: longRows, Whole: true},
		{Name: "bad records", Data: bad, Hints: small, Rows: [][]any{{int64(1), "", "[]"}, {int64(0), "", "[]"}, {int64(2), "", "[]"}}, Rejected: 4},
		{Name: "nothing but lengths", Data: []byte{0, 0, 0}, Hints: whole, Rows: [][]any{none, none, none}},
		{Name: "every kind", Data: written(t, whole, all), Hints: whole, Rows: [][]any{allRow()}},
		{Name: "other types", Data: written(t, small, `{"id": "7", "name": "2024-02-29"}`, `{"name": "2024-02-30"}`), Hints: small,
			Schema: abstract.Schema{{Name: "tags", Type: abstract.Text}, {Name: "more", Type: abstract.UUID}, {Name: "ID", Type: abstract.Decimal(4, 1)}, {Name: "name", Type: abstract.Date}},
			Rows:   [][]any{{"[]", nil, "7.0", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)}}, Rejected: 1},
		{Name: "empty", Hints: small, Schema: abstract.Schema{{Name: "id", Type: abstract.Int64}, {Name: "name", Type: abstract.Text}, {Name: "tags", Type: abstract.JSON}}},
	}})
}

// all is a message with a value in nearly every field, as ProtoJSON.
const all = `{"b": true, "i32": -2147483648, "i64": "-9223372036854775808", "u32": 4294967295, "u64": "18446744073709551615", "s32": -2147483648,
	"s64": "9223372036854775807", "f32": 4294967295, "f64": "18446744073709551615", "sf32": -1, "sf64": "-1", "fl": 0.1, "d": "-Infinity",
	"s": "é😀\"\n", "raw": "/wA=", "color": 7, "at": "2024-02-29T12:00:00.123456Z", "took": "-1.500s", "w": "0", "nestedRow": {"i32": 5, "color": "BELOW", "opt": 0, "w": 3,
	"s": "\u0001\\", "at": "0001-01-01T00:00:00Z", "took": "3s", "fl": 0.1, "raw": "/w=="}, "opt": 0,
	"ints": [1, -2, 3], "words": ["", "x"], "colors": ["RED", "NONE", 9], "rows": [{}, {"rows": [{"b": true}]}],
	"byName": {"b": {"i32": 1}, "a": {}, "": {"words": ["y"]}}, "flags": {"10": true, "-9": false, "2": true}, "names": {"true": "RED", "false": "NONE"},
	"extra": {"k": [1.5, null, true, "x", {"l": {}}, []], "a": "NaN"}, "times": ["1970-01-01T00:00:00.000000001Z"], "blobs": ["AQI=", ""],
	"doubles": [1, 1e300, "NaN", -0.0], "floats": [0.1, 16777216]}`

func allRow() []any {
	return []any{true, int64(math.MinInt32), int64(math.MinInt64), int64(math.MaxUint32), "18446744073709551615", int64(math.MinInt32),
		int64(math.MaxInt64), int64(math.MaxUint32), "18446744073709551615", int64(-1), int64(-1), float64(float32(0.1)), math.Inf(-1),
		"é😀\"\n", []byte{0xff, 0}, "7", time.Date(2024, 2, 29, 12, 0, 0, 123456000, time.UTC), "-1.5s", int64(0), nil, nil,
		`{"i32":5,"fl":0.1,"s":"\u0001\\","raw":"/w==","color":"BELOW","at":"0001-01-01T00:00:00Z","took":"3s","w":3,"opt":0}`, int64(0),
		"[1,-2,3]", `["","x"]`, `["RED","NONE",9]`, `[{},{"rows":[{"b":true}]}]`, `{"":{"words":["y"]},"a":{},"b":{"i32":1}}`,
		`{"-9":false,"2":true,"10":true}`, `{"false":"NONE","true":"RED"}`, `{"a":"NaN","k":[1.5,null,true,"x",{"l":{}},[]]}`,
		`["1970-01-01T00:00:00.000000001Z"]`, `["AQI=",""]`, `[1,1e+300,"NaN",-0]`, `[0.1,1.6777216e+07]`}
}

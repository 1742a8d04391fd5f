package jsondoc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// pretty is a document as AWS and people write them: what is not wanted is
// ahead of the records and behind them.
const pretty = `{
  "Meta": {"Records": [1, {"a": "x"}], "n": -1.5e+3, "s": "é\"\\\ud83d\ude00", "t": [true, false, null, [], {}]},
  "det\u0061il": {
    "b": {},
    "items": [
      {"a": 1, "s": "]},{"},
      {
        "a": 2,
        "j": [{"x": "\\"}, "\""]
      },
      {}
    ],
    "more": [{"items": []}]
  },
  "end": "x"
}
`

func TestConformance(t *testing.T) {
	rows := [][]any{{int64(1), "]},{", nil}, {int64(2), nil, `[{"x": "\\"}, "\""]`}, {nil, nil, nil}}
	columns := readertest.Table("a=int64", "s=text", "j=json")
	// Longer than what is looked at for magic bytes, so that reads fail late too.
	var b strings.Builder
	var longRows [][]any
	for i := range 16 {
		fmt.Fprintf(&b, "%s{\"n\":%d,\r\n\"s\":\"%d\\n\"}", []string{"[\n", " , "}[min(i, 1)], i*1000, i)
		longRows = append(longRows, []any{int64(i * 1000), fmt.Sprintf("%d\n", i)})
	}
	long := b.String() + "\n]\n"
	readertest.Run(t, readertest.Harness{Format: New(), Divides: ",]}{ \r\n\t\"[n7x", Files: []readertest.File{
		{Name: "an array", Data: []byte(`[{"a":1},{"a":2}]`), Rows: [][]any{{int64(1)}, {int64(2)}}},
		{Name: "a long array", Data: []byte(long), Rows: longRows},
		{Name: "J07 white space and byte order mark", Data: []byte(reader.BOM + "\r\n [ {\"a\" :\t1 \n}\t,\r\n{\"a\"\n:2 } ] \n"), Rows: [][]any{{int64(1)}, {int64(2)}}},
		{Name: "J15 records at a path", Data: []byte(pretty), Hints: at("detail.items"), Schema: columns, Rows: rows},
		{Name: "J12 flattened", Data: []byte("[{\"a\": {\n\"b\": {\"c\": 1}, \"d\": [\n{}]}}, {\"a\" : null}\n]"), Hints: reader.Hints{Flatten: 2}, Rows: [][]any{{int64(1), "[\n{}]"}, {nil, nil}}},
		{Name: "J15 one object at a path", Data: []byte(`{"a":{"x":1,"b":{"c":2},"y":{}},"b":[]}`), Hints: at("a.b"), Rows: [][]any{{int64(2)}}},
		{Name: "J15 null at a path", Data: []byte(`{"x":"y","a":{"b": null ,"c":[1]}}`), Hints: at("a.b")},
		{Name: "J15 an empty array at a path", Data: []byte(`{"x":"y","a":[ ],"c":[1]}`), Hints: at("a")},
		{Name: "an empty array", Data: []byte(" [\n]\n")},
		{Name: "J10 objects one after another", Data: []byte("{\n \"a\": 1\n}\n{\"a\":2}{\"a\":\n3} {\"a\":4}\n"), Rows: [][]any{{int64(1)}, {int64(2)}, {int64(3)}, {int64(4)}}},
		{Name: "J10 one object", Data: []byte("{\n \"a\": 1,\n \"b\": [\n{}]\n}\n"), Rows: [][]any{{int64(1), "[\n{}]"}}},
		{Name: "J02 J03 J09 bad records", Data: []byte("[{\"a\":1},{\"a\":1,\"a\":1},[1],7 , \"],\\\"\",null,{\"a\":NaN},{\"a\":\"\\ud800\"},{\"a\":\"\xff\"},{\"a\":\"\n\"},tru,{\"a\":1,},[],{\"a\":{\"b\" 1}},{\"b\":1},{\"a\":2}]"),
			Schema: readertest.Table("a=int64"), Rows: [][]any{{int64(1)}, {int64(2)}}, Rejected: 14},
		{Name: "J09 bad values one after another", Data: []byte("{\"a\":1}7 8\"x\"null[1]\n{\"a\":2}x"), Schema: readertest.Table("a=int64"), Rows: [][]any{{int64(1)}, {int64(2)}}, Rejected: 6},
		{Name: "no columns", Data: []byte(`[{},{"a":null}]`), Schema: readertest.Table(), Rows: [][]any{{}, {}}},
		{Name: "empty"},
		{Name: "only white space", Data: []byte("\n \r\n\t")},
		{Name: "only a byte order mark", Data: []byte(reader.BOM)},
		{Name: "nothing with a path", Data: []byte("\n"), Hints: at("a")},
		{Name: "V08 UTF-16LE", Data: []byte("\xff\xfe[\x00{\x00\"\x00a\x00\"\x00:\x00\"\x00\xe9\x00=\xd8\x00\xde\"\x00}\x00\n\x00,\x00{\x00\"\x00a\x00\"\x00:\x00\"\x00\x00\xd8\"\x00}\x00]\x00"),
			Rows: [][]any{{"é😀"}}, Rejected: 1},
		{Name: "V08 Latin-1 in gzip", Data: gz("[{\"a\":\"\xe9\"},\n{\"a\":\"\xff\"}]\n"), Hints: reader.Hints{Encoding: "latin1"}, Rows: [][]any{{"é"}, {"ÿ"}}},
		{Name: "Z02 gzip", Data: gz(pretty), Hints: at("detail.items"), Schema: columns, Rows: rows, Whole: true},
	}})
}

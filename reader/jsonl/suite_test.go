package jsonl

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// typed has every type in the notation that inference finds, and then in every
// other that is taken.
const (
	typed = `{"i":1,"f":1.5,"b":true,"d":"2024-02-29","t":"2024-01-02 03:04:05.25","z":"2024-01-02T03:04Z","s":"x","j":{"a":[1, 2]}}
{"j":[ ],"s":"q\"\\\u00e9\ud83d\ude00\n","z":"2024-01-02 03:04:05+0130","t":"2024-01-02T03:04","d":"0001-01-01","b":false,"f":-3,"i":-2}
{"i":null,"f":null,"b":null,"d":null,"t":null,"z":null,"s":null,"j":null}
{}
`
	asked = `{"u":"0188b5d0-5b6f-7000-8000-000000000001","c":"23:59:59.5","n":12.30,"i":"7","f":"1e2","b":"TRUE","d":"2024\u002d02-29","s":12.30,"j":"a\n"}
{"n":"-0.5","s":true,"j":-1.50e3}
{"s":{"a" : 1},"j":true}
`
)

// nested has objects within, and bad records by the rules for these.
const nested = `{"u":{"id":1,"o":{"a":[1]}},"t":"x"}
{"u":{},"t":null}
{"t":"z","u":"y"}
{"u":{"id":1.5}}
{"u":{"id":1,"id":2}}
{"u_id":3,"u":{"id":3}}
{"u":{"none":3}}
{"u":{"id":null,"none":null}}
{"u":{"o":[{}],"id":4}}
`

func typedRows() [][]any {
	at := func(y, m, d, h, min, s, ms int) time.Time {
		return time.Date(y, time.Month(m), d, h, min, s, ms*1e6, time.UTC)
	}
	return [][]any{
		{int64(1), 1.5, true, at(2024, 2, 29, 0, 0, 0, 0), at(2024, 1, 2, 3, 4, 5, 250), at(2024, 1, 2, 3, 4, 0, 0), "x", `{"a":[1, 2]}`},
		{int64(-2), -3.0, false, at(1, 1, 1, 0, 0, 0, 0), at(2024, 1, 2, 3, 4, 0, 0), at(2024, 1, 2, 1, 34, 5, 0), "q\"\\é😀\n", "[ ]"},
		{nil, nil, nil, nil, nil, nil, nil, nil},
		{nil, nil, nil, nil, nil, nil, nil, nil},
	}
}

func TestConformance(t *testing.T) {
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	// Longer than what is looked at for magic bytes, so that reads fail late too.
	long := ""
	var longRows [][]any
	for i := range 16 {
		long += fmt.Sprintf("{\"n\":%d,\"s\":\"%d\\n\"}\r\n", i*1000, i)
		longRows = append(longRows, []any{int64(i * 1000), fmt.Sprintf("%d\n", i)})
	}
	readertest.Run(t, readertest.Harness{Format: New(), Files: []readertest.File{
		{Name: "long", Data: []byte(long), Rows: longRows},
		{Name: "long in zstd", Data: zst(long), Rows: longRows},
		{Name: "J13 typed", Data: []byte(typed), Rows: typedRows()},
		{Name: "J13 asked for", Data: []byte(asked),
			Schema: readertest.Table("u=uuid", "c=time", "n=decimal(6,2)", "i=int64", "f=float64", "b=bool", "d=date", "s=text", "j=json"),
			Rows: [][]any{
				{[16]byte{1, 0x88, 0xb5, 0xd0, 0x5b, 0x6f, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}, "23:59:59.500000", "12.30", int64(7), 100.0, true, day, "12.30", `"a\n"`},
				{nil, nil, "-0.50", nil, nil, nil, nil, "true", "-1.50e3"},
				{nil, nil, nil, nil, nil, nil, nil, `{"a" : 1}`, "true"},
			}},
		{Name: "J07 white space, blank lines, byte order mark", Data: []byte(reader.BOM + " \r\n\n\t{ \"a\" :\t1 , \"b\" : [ ] }\t\r\n\r\n \n{\"b\":{},\"a\":2}"),
			Rows: [][]any{{int64(1), "[ ]"}, {int64(2), "{}"}}},
		{Name: "J06 bad records of CRLF lines", Data: []byte("{\"a\":1}\r\n [1] \r\n\r\n{\"a\":\"\xff\"}\r\n{\"a\":2}\r\n{\"a\""),
			Schema: readertest.Table("a=int64"), Rows: [][]any{{int64(1)}, {int64(2)}}, Rejected: 3},
		{Name: "J06 cut in the last line", Data: []byte("{\"a\":\"é\"}\n{\"a\":\"\xc3"), Rows: [][]any{{"é"}}, Rejected: 1},
		{Name: "J02 J03 J04 J09 J10 bad records", Data: []byte("{\"a\":1}\n{\"a\":1,\"a\":1}\n[1]\n{\"a\":null,\"b\":\"\\ud800\"}\n7\n{\"a\":2}{\"a\":3}\nnull\n{\"a\":\n3}\n{\"b\":\"\\u0000\"}\n{\"b\":\"\xff\"}\n{\"a\":4,\"b\":\"x\"}\n"),
			Schema: readertest.Table("a=int64", "b=text"), Rows: [][]any{{int64(1), nil}, {int64(4), "x"}}, Rejected: 10},
		{Name: "J11 values that do not fit", Data: []byte("{\"s\":\"y\",\"a\":true}\n{\"a\":1.5}\n{\"b\":true,\"s\":\"z\",\"a\":3}\n{\"s\":\"w\",\"b\":true,\"a\":{}}\n{\"a\":\"\"}\n{}\n{\"b\":1}\n{\"s\":\"v\"}\n{\"c\":1}\n{\"c\":null}\n"),
			Schema: readertest.Table("a=int64", "s=text", "b=bool"), Rows: [][]any{{int64(3), "z", true}, {nil, nil, nil}, {nil, "v", nil}, {nil, nil, nil}}, Rejected: 6},
		{Name: "J12 keys", Data: []byte("{\"A\":1,\"a.b\":2,\"q\\\"\":3,\"\\u0063\":4}\n{\"c\":5,\"\":null,\"a\":6}\n"),
			Schema: readertest.Table("a=int64", "a.b=int64", "q\"=int64", "c=int64"),
			Rows:   [][]any{{int64(1), int64(2), int64(3), int64(4)}, {int64(6), nil, nil, int64(5)}}},
		{Name: "J12 keys that are alike", Data: []byte(`{"abcdefgh1":1,"abcdefgh2":2,"abcdefgh-abcdefgh-abcdefgh":3,"abcdefgh+abcdefgh-abcdefgh":4}` + "\n" +
			`{"abcdefgh1":6,"abcdefgh2":5,"abcdefgh+abcdefgh-abcdefgh":7,"abcdefgh-abcdefgh-abcdefgh":8}` + "\n" + `{"abcdefgh2":9}`),
			Schema: readertest.Table("abcdefgh=int64", "abcdefgh1=int64", "abcdefgh2=int64", "abcdefgh-abcdefgh-abcdefgh=int64", "abcdefgh+abcdefgh-abcdefgh=int64"),
			Rows:   [][]any{{nil, int64(1), int64(2), int64(3), int64(4)}, {nil, int64(6), int64(5), int64(8), int64(7)}, {nil, nil, int64(9), nil, nil}}},
		{Name: "J11 keys that are missing", Data: []byte("{\"s\":\"x\"}\n{}\n{\"f\":1.5,\"b\":true}\n{\"s\":\"\",\"j\":[1]}\n{\"d\":\"2024-02-29\",\"s\":\"yz\"}\n{\"j\":{}}\n"),
			Schema: readertest.Table("s=text", "f=float64", "b=bool", "j=json", "d=date"),
			Rows: [][]any{{"x", nil, nil, nil, nil}, {nil, nil, nil, nil, nil}, {nil, 1.5, true, nil, nil}, {"", nil, nil, "[1]", nil},
				{"yz", nil, nil, nil, day}, {nil, nil, nil, "{}", nil}}},
		{Name: "J07 a byte order mark in the middle", Data: []byte("{\"a\":1}\n" + reader.BOM + "{\"a\":2}\n"), Rows: [][]any{{int64(1)}}, Rejected: 1},
		{Name: "J12 flattened", Data: []byte(nested), Hints: reader.Hints{Flatten: 1}, Schema: readertest.Table("u_id=int64", "u_o=json", "u=text", "t=text"),
			Rows: [][]any{{int64(1), `{"a":[1]}`, nil, "x"}, {nil, nil, nil, nil}, {nil, nil, "y", "z"}, {nil, nil, nil, nil}, {int64(4), "[{}]", nil, nil}}, Rejected: 4},
		{Name: "J12 flattened to the ground", Data: []byte(nested[:strings.IndexByte(nested, 10)]), Hints: reader.Hints{Flatten: 100}, Rows: [][]any{{int64(1), "[1]", "x"}}},
		{Name: "J11 rescued", Data: []byte("{\"n\":1}\n{\"n\":\"x\\u00e9\",\"s\":\"y\",\"k\":[1, 2],\"l\":null}\n{\"k\":\"\",\"s\":\"z\",\"R\":1.50}\n{}\n7\n"), Hints: reader.Hints{Rescue: "r"},
			Schema: readertest.Table("r=json", "n=int64", "s=text"), Rows: [][]any{{nil, int64(1), nil}, {`{"n":"x\u00e9","k":[1, 2]}`, nil, "y"}, {`{"k":"","R":1.50}`, nil, "z"}, {nil, nil, nil}}, Rejected: 1},
		{Name: "J11 rescued, and bad for other reasons", Data: []byte("{\"n\":1.5,\"k\":1,\"k\":2}\n{\"n\":1,\"k\":\"\\u0000\"}\n{\"n\":true,\"\":1}\n[1]\n{\"n\":2,\"s\":\"\\u0000\"}\n{\"n\":3}\n"), Hints: reader.Hints{Rescue: "r"},
			Schema: readertest.Table("n=int64", "s=text", "R=text"), Rows: [][]any{{int64(1), nil, `{"k":"\u0000"}`}, {int64(2), nil, `{"s":"\u0000"}`}, {int64(3), nil, nil}}, Rejected: 3},
		{Name: "no columns", Data: []byte("{}\n{\"a\":null}\n"), Schema: readertest.Table(), Rows: [][]any{{}, {}}},
		{Name: "empty"},
		{Name: "only white space", Data: []byte("\n \r\n\t")},
		{Name: "only a byte order mark", Data: []byte(reader.BOM)},
		{Name: "Z01 gzip members", Data: gz(typed[:9], typed[9:200], "", typed[200:]), Rows: typedRows()},
		{Name: "V08 UTF-16LE", Data: []byte("\xff\xfe{\x00\"\x00a\x00\"\x00:\x00\"\x00\xe9\x00=\xd8\x00\xde\"\x00}\x00\n\x00{\x00\"\x00a\x00\"\x00:\x00\"\x00\x00\xd8\"\x00}\x00"),
			Rows: [][]any{{"é😀"}}, Rejected: 1},
		{Name: "V08 Latin-1 in gzip", Data: gz("{\"a\":\"\xe9\"}\n{\"\x61\":\"\xff\"}\n"), Hints: reader.Hints{Encoding: "latin1"}, Rows: [][]any{{"é"}, {"ÿ"}}},
		{Name: "Z02 gzip", Data: gz(typed), Rows: typedRows(), Whole: true},
	}})
}

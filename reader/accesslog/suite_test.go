package accesslog

import (
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

const nginxMain = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time ${msec}`

func TestConformance(t *testing.T) {
	const (
		first  = `127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a?b=1 HTTP/1.0" 200 2326 "http://x/?q=\xc3\xa9" "Mozilla/4.08 \"[en]\" (Win98; I ;Nav)"` + "\r\n"
		second = `::1 - - [29/Feb/2024:00:00:00 +0130] "-" 408 - "-" ""` + "\n"
		broken = `::1 - - [29/Feb/2024:00:00:00 +0130] "GET / HTTP/1.1" 200 1 "-` + "\n"
	)
	row1 := []any{"127.0.0.1", nil, "frank", at("2000-10-10T13:55:36-07:00"), "GET /a?b=1 HTTP/1.0", "GET", "/a?b=1", "HTTP/1.0",
		int64(200), int64(2326), "http://x/?q=é", `Mozilla/4.08 "[en]" (Win98; I ;Nav)`}
	row2 := []any{"::1", nil, nil, at("2024-02-29T00:00:00+01:30"), nil, nil, nil, nil, int64(408), nil, nil, ""}
	long := ""
	var longRows [][]any
	for i := range 5 {
		long += fmt.Sprintf("h%d - - [10/Oct/2000:13:55:36 +0000] \"GET /%d HTTP/2.0\" 304 0\n", i, i)
		longRows = append(longRows, []any{fmt.Sprint("h", i), nil, nil, at("2000-10-10T13:55:36Z"), fmt.Sprintf("GET /%d HTTP/2.0", i), "GET", fmt.Sprint("/", i), "HTTP/2.0", int64(304), int64(0)})
	}
	common := reader.Hints{AccessFormat: "common"}
	short := reader.Hints{AccessFormat: "$status $request_time $msec"}
	readertest.Run(t, readertest.Harness{Format: New(), Files: []readertest.File{
		{Name: "combined", Data: []byte(first + "\n\r\n" + second), Rows: [][]any{row1, row2}},
		{Name: "common", Data: []byte(long), Hints: common, Rows: longRows},
		{Name: "common in zstd", Data: zst(long), Hints: common, Rows: longRows},
		{Name: "Z02 common in gzip", Data: gz(long), Hints: common, Rows: longRows, Whole: true},
		{Name: "nginx", Data: []byte(`1.2.3.4 - - [01/Jan/2024:00:00:00 +0000] "PRI * HTTP/2.0" 009 0 "-" "-" rt=0.005 1700000000.123`), Hints: reader.Hints{AccessFormat: nginxMain},
			Rows: [][]any{{"1.2.3.4", nil, at("2024-01-01T00:00:00Z"), "PRI * HTTP/2.0", "PRI", "*", "HTTP/2.0", int64(9), int64(0), nil, nil, 0.005, "1700000000.123"}}},
		{Name: "bad lines", Data: []byte(first + broken + "x\xff\n" + second + "127.0.0.1"), Rows: [][]any{row1, row2}, Rejected: 3},
		{Name: "values that do not fit", Data: []byte("200 0.1 1.5\nabc 0.1 1.5\n201 x 1.5\n000 - -\n202 0.1 1.2345\n"), Hints: short,
			Rows: [][]any{{int64(200), 0.1, "1.500"}, {int64(0), nil, nil}}, Rejected: 3},
		{Name: "other types", Data: []byte("200 0.10 1.5\n404 - -\n007 - -"), Hints: short, Schema: readertest.Table("status=text", "request_time=decimal(5,2)", "msec=json", "more=date"),
			Rows: [][]any{{"200", "0.10", "1.5", nil}, {"404", nil, nil, nil}, {"007", nil, nil, nil}}},
		{Name: "V08 UTF-16LE", Data: []byte("\xff\xfe2\x000\x000\x00 \x00\xe9\x00"), Hints: reader.Hints{AccessFormat: "%s %u"}, Rows: [][]any{{int64(200), "é"}}},
		{Name: "a byte order mark", Data: []byte(reader.BOM + "\n200 x\n"), Hints: reader.Hints{AccessFormat: "%s %u"}, Rows: [][]any{{int64(200), "x"}}},
		{Name: "empty", Schema: readertest.Table("host=text", "ident=text", "user=text", "time=timestamptz", "request=text", "method=text", "path=text", "protocol=text",
			"status=int64", "bytes=int64", "referer=text", "user_agent=text")},
	}})
}

package lines

import (
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func column(t abstract.Type) abstract.Schema { return abstract.Schema{{Name: Column, Type: t}} }

func rowsOf(lines ...any) (rows [][]any) {
	for _, line := range lines {
		rows = append(rows, []any{line})
	}
	return rows
}

func TestConformance(t *testing.T) {
	// Longer than what is looked at for magic bytes, so that reads fail late too.
	long := ""
	var longRows [][]any
	for i := range 30 {
		line := fmt.Sprintf("%d, \"x\"\t{é}", i*1000)
		long += line + "\r\n"
		longRows = append(longRows, []any{line})
	}
	readertest.Run(t, readertest.Harness{Format: New(), Files: []readertest.File{
		{Name: "long", Data: []byte(long), Rows: longRows},
		{Name: "long in zstd", Data: zst(long), Rows: longRows},
		{Name: "L01 line ends", Data: []byte("a\r\n\n\r\nb\rc\n\r\r\n d \r"), Rows: rowsOf("a", "", "", "b\rc", "\r", " d \r")},
		{Name: "L02 only line ends", Data: []byte("\n\n"), Rows: rowsOf("", "")},
		{Name: "nothing is inferred", Data: []byte("1\n2\ntrue"), Rows: rowsOf("1", "2", "true")},
		{Name: "a byte order mark", Data: []byte(reader.BOM + "a\n" + reader.BOM + "b"), Rows: rowsOf("a", reader.BOM+"b")},
		{Name: "a byte order mark and an empty line", Data: []byte(reader.BOM + "\n"), Rows: rowsOf("")},
		{Name: "only a byte order mark", Data: []byte(reader.BOM), Schema: column(abstract.Text)},
		{Name: "empty", Schema: column(abstract.Text)},
		{Name: "V07 bad lines", Data: []byte("a\n\xff\r\nb\x00\nc\n\xc3"), Rows: rowsOf("a", "c"), Rejected: 3},
		{Name: "V08 UTF-16LE", Data: []byte("\xff\xfea\x00\r\x00\n\x00\x3d\xd8\x00\xde\n\x00\x00\xd8\n\x00"), Rows: rowsOf("a", "😀"), Rejected: 1},
		{Name: "V08 Latin-1 in gzip", Data: gz("\xe9\n\n\xff"), Hints: reader.Hints{Encoding: "latin1"}, Rows: rowsOf("é", "", "ÿ")},
		{Name: "Z02 gzip", Data: gz(long), Rows: longRows, Whole: true},
		{Name: "lines of JSON", Data: []byte("{\"a\": [1]}\n7\n{\n\n\"x\""), Schema: column(abstract.JSON), Rows: rowsOf(`{"a": [1]}`, "7", `"x"`), Rejected: 2},
		{Name: "lines of numbers", Data: []byte("1\n-2\n\n1.5\n3"), Schema: column(abstract.Int64), Rows: rowsOf(int64(1), int64(-2), int64(3)), Rejected: 2},
		{Name: "lines of decimals", Data: []byte("1\n-2.5\nx"), Schema: column(abstract.Decimal(5, 2)), Rows: rowsOf("1.00", "-2.50"), Rejected: 1},
		{Name: "a column that the file lacks", Data: []byte("a\nb"), Rows: [][]any{{nil, "a", nil}, {nil, "b", nil}},
			Schema: abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: "LINE", Type: abstract.Text}, {Name: "u", Type: abstract.UUID}}},
	}})
}

package csv

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func gz(parts ...string) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		w.Name = "member" // a header that can be cut in many places
		w.Write([]byte(p))
		w.Close()
	}
	return b.Bytes()
}

func zst(parts ...string) []byte {
	w, _ := zstd.NewWriter(nil)
	var b []byte
	for _, p := range parts {
		b = append(b, w.EncodeAll([]byte(p), nil)...)
	}
	return b
}

// unpackable is a small file made by another tool.
func unpackable(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../internal/unpack/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sz(text string) []byte {
	var b bytes.Buffer
	w := s2.NewWriter(&b, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

func utf16le(text string) string { return encode16(text, binary.LittleEndian) }

func utf16be(text string) string { return encode16(text, binary.BigEndian) }

func encode16(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestConformance(t *testing.T) {
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	const typed = "i,f,b,d,t,z,s\n" +
		"1,1.5,true,2024-02-29,2024-01-02 03:04:05.25,2024-01-02T03:04Z,x\n" +
		"-2,3,FALSE,0001-01-01,2024-01-02T03:04,2024-01-02 03:04:05+0130,\"q,\"\"\r\n\"\r\n" +
		",,,,,,\n"
	typedRows := [][]any{
		{int64(1), 1.5, true, day(2024, 2, 29), time.Date(2024, 1, 2, 3, 4, 5, 250e6, time.UTC), time.Date(2024, 1, 2, 3, 4, 0, 0, time.UTC), "x"},
		{int64(-2), 3.0, false, day(1, 1, 1), time.Date(2024, 1, 2, 3, 4, 0, 0, time.UTC), time.Date(2024, 1, 2, 1, 34, 5, 0, time.UTC), "q,\"\r\n"},
		{nil, nil, nil, nil, nil, nil, nil},
	}
	quoted := "a,b\n\"1\n,\"\"\",\"\r\n\"\n\"\",x\"y\"\n"
	quotedRows := [][]any{{"1\n,\"", "\r\n"}, {"", `x"y"`}}
	// Longer than what is looked at for magic bytes, so that reads fail late too.
	long := "n,s\n"
	var longRows [][]any
	for i := range 24 {
		long += fmt.Sprintf("%d,\"%d\r\n\"\r\n", i*1000, i)
		longRows = append(longRows, []any{int64(i * 1000), fmt.Sprintf("%d\r\n", i)})
	}
	const foreign = "a,b\r\n1,é\r\n2,\"😀\n\ufeff\"\r\n"
	foreignRows := [][]any{{int64(1), "é"}, {int64(2), "😀\n\ufeff"}}
	smallSchema := abstract.Schema{{Name: "a", Type: abstract.Text}, {Name: "b", Type: abstract.Text}}
	smallRows := [][]any{{"1", "x"}, {"2", "y\n"}, {"3", "z"}}
	again := append([][]any{{"a", "b"}}, smallRows...)
	readertest.Run(t, readertest.Harness{Format: New(), Files: []readertest.File{
		{Name: "long", Data: []byte(long), Rows: longRows},
		{Name: "long in zstd", Data: zst(long[:100], long[100:]), Rows: longRows},
		{Name: "typed", Data: []byte(typed), Rows: typedRows},
		{Name: "V02 V03 quoted", Data: []byte(quoted), Rows: quotedRows},
		{Name: "V07 byte order mark", Data: []byte(reader.BOM + "\"a\nb\",c\n1,2"), Rows: [][]any{{int64(1), int64(2)}}},
		{Name: "V05 mixed line ends", Data: []byte("\r\n\na,b\r\n1,2\n\n3,4\r\n\r\n5,\r\r\n"),
			Schema: abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Text}},
			Rows:   [][]any{{int64(1), "2"}, {int64(3), "4"}, {int64(5), "\r"}}},
		{Name: "V04 CR, and an LF at the end", Data: []byte("a,b\r1,x\r2,y\n"), Rows: [][]any{{int64(1), "x"}, {int64(2), "y"}}},
		{Name: "V04 CR, and a CRLF at the end", Data: []byte("a,b\r1,x\r2,\r\n"), Rows: [][]any{{int64(1), "x"}, {int64(2), nil}}},
		{Name: "V04 a CR in the header of LF lines", Data: []byte("a\rz,b\n1,x\n2,y\n"), Rows: [][]any{{int64(1), "x"}, {int64(2), "y"}}},
		{Name: "V04 CR only", Data: []byte("a,b\r1,\"x\r\ny\"\r\r3,4"), Rows: [][]any{{int64(1), "x\r\ny"}, {int64(3), "4"}}},
		{Name: "V06 one column", Data: []byte("a\n\n\"\"\nx\n\n"), Rows: [][]any{{nil}, {""}, {"x"}, {nil}}},
		{Name: "no header", Data: []byte("\n1,x\n2,\\N\n"), Hints: reader.Hints{NoHeader: true, Null: []string{`\N`}},
			Rows: [][]any{{int64(1), "x"}, {int64(2), nil}}},
		{Name: "no header, one column", Data: []byte("\n\n1"), Hints: reader.Hints{NoHeader: true}, Rows: [][]any{{nil}, {nil}, {int64(1)}}},
		{Name: "C17 cells that do not fit, rescued", Data: []byte("n,d,b,t,j\n1,2024-01-01,true,x,[1]\n\"a\"\"\\b\",2024-02-30,,y,{\n3,2024-01-02,yes,\"z\",\n4,2024-01-03,,,,5\n\x00,,,,\n\xff,,,,\n6,,,,\n\"7\n\",,false,w,\n"), Hints: reader.Hints{Rescue: "r"},
			Schema: abstract.Schema{{Name: "t", Type: abstract.Text}, {Name: "R", Type: abstract.JSON}, {Name: "n", Type: abstract.Int64}, {Name: "d", Type: abstract.Date}, {Name: "b", Type: abstract.Bool}, {Name: "j", Type: abstract.JSON}},
			Rows: [][]any{{"x", nil, int64(1), dated(1), true, "[1]"}, {"y", `{"n":"a\"\\b","d":"2024-02-30","j":"{"}`, nil, nil, nil, nil}, {"z", `{"b":"yes"}`, int64(3), dated(2), nil, nil},
				{nil, nil, int64(6), nil, nil, nil}, {"w", `{"n":"7\u000a"}`, nil, nil, false, nil}}, Rejected: 3},
		{Name: "V10 V09 V08 bad records", Data: []byte("a,b\n1,x\n2\n3,x,y\nz,x\n4,\x00\n5,\xff\n6,\"x\"y\n7,\"ok\"\n8,\"open\n"),
			Schema: abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Text}},
			Rows:   [][]any{{int64(1), "x"}, {int64(7), "ok"}}, Rejected: 7},
		{Name: "V10 bad records of CRLF lines", Data: []byte("a,b\r\nz,x\r\n1\r\n2,\"ok\"\r\n3,\"x\"y\r\nz,\"\r\n\"\r\n\r\n4,\"\xff\"\r\n5,z\r\n"),
			Schema: abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Text}},
			Rows:   [][]any{{int64(2), "ok"}, {int64(5), "z"}}, Rejected: 5},
		{Name: "V10 bad records and NULL", Data: []byte("a,b\nz,x\n,\n1,y\n2,\n3,\x00\n,z\r"),
			Schema: abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Text}},
			Rows:   [][]any{{nil, nil}, {int64(1), "y"}, {int64(2), nil}, {nil, "z\r"}}, Rejected: 2},
		{Name: "V12 by name", Data: []byte("B,a\n1,2\n"),
			Schema: abstract.Schema{{Name: "a", Type: abstract.Text}, {Name: "c", Type: abstract.Date}, {Name: "b", Type: abstract.Int64}},
			Rows:   [][]any{{"2", nil, int64(1)}}},
		{Name: "asked-for types", Data: []byte("n,t,u,j,k\n1.5,12:30,01234567-89ab-cdef-0123-456789abcdef,\"{\"\"a\"\":1}\",[1]\n" +
			"-0.05,23:59:59.000001,FFFFFFFF-ffff-ffff-ffff-ffffffffffff,2,\n1.555,,,,\n,24:00,,,\n,,0,,\n,,,{,\n,,,,x\n,\"\",,\"\",\"\"\n"),
			Schema: abstract.Schema{{Name: "n", Type: abstract.Decimal(4, 2)}, {Name: "t", Type: abstract.Time}, {Name: "u", Type: abstract.UUID},
				{Name: "j", Type: abstract.JSON}, {Name: "k", Type: abstract.JSON}},
			Rows: [][]any{
				{"1.50", "12:30:00.000000", [16]byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}, `{"a":1}`, "[1]"},
				{"-0.05", "23:59:59.000001", [16]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, "2", nil},
				{nil, nil, nil, nil, nil},
			}, Rejected: 5},
		{Name: "empty"},
		{Name: "only a byte order mark", Data: []byte(reader.BOM)},
		{Name: "header only", Data: []byte("a,b")},
		{Name: "Z01 gzip members", Data: gz(quoted[:9], quoted[9:12], "", quoted[12:]), Rows: quotedRows},
		{Name: "Z02 gzip", Data: gz(quoted), Rows: quotedRows, Whole: true},
		{Name: "zstd frames", Data: zst(quoted[:9], quoted[9:]), Rows: quotedRows},
		{Name: "bzip2 streams", Data: bytes.Repeat(unpackable(t, "small.bz2"), 2), Rows: slices.Concat(smallRows, again), Schema: smallSchema},
		{Name: "lz4", Data: unpackable(t, "small.lz4"), Rows: smallRows, Schema: smallSchema, Whole: true},
		{Name: "lz4 frames", Data: bytes.Repeat(unpackable(t, "small.lz4"), 2), Rows: slices.Concat(smallRows, again), Schema: smallSchema},
		{Name: "snappy", Data: sz(quoted), Rows: quotedRows},
		{Name: "xz", Data: unpackable(t, "small.xz"), Rows: smallRows, Schema: smallSchema, Whole: true},
		{Name: "V08 UTF-16LE", Data: []byte(utf16le("\ufeff" + foreign)), Rows: foreignRows},
		{Name: "V08 UTF-16BE in gzip", Data: gz(utf16be("\ufeff" + foreign)), Rows: foreignRows},
		{Name: "V08 UTF-16LE without a mark", Data: []byte(utf16le(foreign)), Hints: reader.Hints{Encoding: "utf-16le"}, Rows: foreignRows},
		{Name: "V08 UTF-16BE with a mark that is expected", Data: []byte(utf16be("\ufeff" + foreign)), Hints: reader.Hints{Encoding: "utf-16"}, Rows: foreignRows},
		{Name: "V08 Latin-1", Data: []byte("a,b\n1,\xe9\xa0\n2,\"\xff\n\"\n3,\x80\n"), Hints: reader.Hints{Encoding: "latin1"},
			Rows: [][]any{{int64(1), "é\u00a0"}, {int64(2), "ÿ\n"}}, Rejected: 1},
		{Name: "V08 Windows-1252", Data: []byte("a,b\n1,\xe9\x80\n2,\x81\n3,\"\x9f\n\"\n"), Hints: reader.Hints{Encoding: "windows-1252"},
			Rows: [][]any{{int64(1), "é€"}, {int64(3), "Ÿ\n"}}, Rejected: 1},
		{Name: "V08 half of surrogate pairs", Data: []byte(utf16le("\ufeffa,b\n1,x\n2,") + "\x00\xd8" + utf16le("\n3,") + "\x00\xdc\x00\xd8" + utf16le("\n4,😀") + "\x3d\xd8"),
			Rows: [][]any{{int64(1), "x"}}, Rejected: 3},
		{Name: "only a mark of UTF-16", Data: []byte("\xff\xfe")},
		{Name: "zstd", Data: append([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), zst(quoted)...), Rows: quotedRows},
	}})
}

// dated is a day of January 2024.
func dated(d int) time.Time { return time.Date(2024, 1, d, 0, 0, 0, 0, time.UTC) }

// TestRescue: a column that the table lacks, or the file has itself, fails the
// file; the sample has it.
func TestRescue(t *testing.T) {
	b := &readertest.Bucket{Files: map[string][]byte{"f": []byte("a,b\n1,x\n")}}
	file := reader.File{Bucket: b, Info: b.Info("f")}
	sample, err := New().Sample(t.Context(), file, reader.Hints{Rescue: "r"})
	if err != nil || len(sample.Columns) != 3 || sample.Columns[2].Name != "r" || sample.Columns[2].Type() != abstract.JSON {
		t.Fatalf("sampled %v, %v", sample.Columns, err)
	}
	schema := abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Text}}
	_, err = readertest.Read(t.Context(), t, New(), reader.Request{File: file, Dialect: sample.Dialect, Schema: schema, Limits: reader.NewLimits(1<<20, 1)}, nil)
	if err == nil || !strings.Contains(err.Error(), `column "r" is to take what does not fit, and the table has none for it`) {
		t.Errorf("into a table without: %v", err)
	}
	if _, err = New().Sample(t.Context(), file, reader.Hints{Rescue: "B"}); err == nil || !strings.Contains(err.Error(), `column "b" of the file has the name of the one for what does not fit`) {
		t.Errorf("from a file with one: %v", err)
	}
}

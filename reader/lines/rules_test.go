package lines

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// inMemory is a file with that content.
func inMemory(data string) reader.File { return readertest.InMemory("f.log", data) }

func request(data string) reader.Request {
	return reader.Request{
		File: inMemory(data), Dialect: reader.Dialect{Format: Name}, Schema: column(abstract.Text), Table: "t", Limits: reader.NewLimits(0, 2),
	}
}

func gz(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

func zst(text string) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll([]byte(text), nil)
}

// A bad line fails the file after the rows before it, and says where and why.
func TestV07BadLineFailsTheFile(t *testing.T) {
	for line, want := range map[string]string{
		"x\x00y": `column "line": "x\x00y" has a NUL byte`,
		"x\xff":  `column "line": "x\xff" is not valid UTF-8`,
	} {
		got, err := readertest.Read(t.Context(), t, New(), request("a\n\n"+line+"\nb\n"), nil)
		if err == nil || err.Error() != "mem://test/f.log: record 3 at byte 3, "+want || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%q: %v", line, err)
		}
		if diff := readertest.Diff(got.Rows, rowsOf("a", "")); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

func TestRefused(t *testing.T) {
	req := request("a\n")
	req.Schema = column(abstract.Bytes)
	if _, err := readertest.Read(t.Context(), t, New(), req, nil); err == nil || !strings.Contains(err.Error(), "make it text") {
		t.Errorf("a column of bytes: %v", err)
	}
	req = request("a\n")
	req.Schema = abstract.Schema{{Name: "text", Type: abstract.Text}}
	if _, err := readertest.Read(t.Context(), t, New(), req, nil); err == nil || !strings.Contains(err.Error(), `column "line" of the file is not in the table`) {
		t.Errorf("a table without the column: %v", err)
	}
	if _, err := New().Sample(t.Context(), inMemory("\xff\n\x00\n"), reader.Hints{}); err == nil ||
		!strings.Contains(err.Error(), `none of its first 2 records can be read, the first bad one is record 1: "\xff" is not valid UTF-8`) {
		t.Errorf("a file of bad lines: %v", err)
	}
	long := strings.Repeat("x", 5000)
	req = request("a\n" + long + "\n")
	req.Limits = reader.NewLimits(8<<10, 1)
	if _, err := readertest.Read(t.Context(), t, New(), req, nil); err == nil || !strings.Contains(err.Error(), tooLong) {
		t.Errorf("a line beyond the limit: %v", err)
	}
}

func TestSampleTellsOfBadLines(t *testing.T) {
	s, err := New().Sample(t.Context(), inMemory("a\n\xff\n1"), reader.Hints{})
	if err != nil || len(s.Notes) != 1 || s.Notes[0] != `1 of the first 3 records are bad, the first bad one is record 2: "\xff" is not valid UTF-8` {
		t.Errorf("%q, %v", s.Notes, err)
	}
	if len(s.Columns) != 1 || s.Columns[0].Name != Column || s.Columns[0].Type() != abstract.Text || !s.Complete {
		t.Errorf("%+v", s)
	}
	if s, err = New().Sample(t.Context(), inMemory(""), reader.Hints{}); err != nil || s.Columns != nil || !s.Complete {
		t.Errorf("of an empty file: %+v, %v", s, err)
	}
}

// FuzzRead: the lines are those that a simple splitter finds, however the file is
// cut into blocks, and memory is bounded by the file.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "a\n\nb\r\n", reader.BOM + "x\n", "\r\n\r", "\xff\n\x00\na", string(gz("a\nb")), "\xff\xfea\x00"} {
		f.Add([]byte(s), byte(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, size byte) {
		if len(data) > 4096 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := New().Sample(t.Context(), inMemory(string(data)), reader.Hints{})
		if err != nil {
			if abstract.ClassOf(err) != abstract.FileOnly {
				t.Fatalf("%q: %v (%v)", data, err, abstract.ClassOf(err))
			}
			return
		}
		req := request(string(data))
		req.Dialect, req.OnBadRow, req.BatchBytes, req.Limits = s.Dialect, reader.SkipRow, int64(size), reader.NewLimits(1<<20, 2)
		got, err := readertest.Read(t.Context(), t, New(), req, nil)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20+64*uint64(len(data)) {
			t.Errorf("%q: %d bytes allocated", data, used)
		}
		if err != nil || got.Records() != int64(s.Records) {
			t.Fatalf("%q: %d records, %v; sample %d", data, got.Records(), err, s.Records)
		}
		if s.Dialect.Compression != "" || s.Dialect.Encoding != "" {
			return
		}
		if diff := readertest.Diff(got.Rows, simple(string(data))); diff != "" {
			t.Errorf("%q in blocks of %d: %s", data, size, diff)
		}
	})
}

// simple is the rows of a file that is decoded already.
func simple(text string) (rows [][]any) {
	text = strings.TrimPrefix(text, reader.BOM)
	for text != "" {
		line, rest, ended := strings.Cut(text, "\n")
		if ended {
			line = strings.TrimSuffix(line, "\r")
		}
		if rows == nil {
			rows = [][]any{}
		}
		if text = rest; rowsUnstorable(line) {
			continue
		}
		rows = append(rows, []any{line})
	}
	return rows
}

func rowsUnstorable(line string) bool {
	return strings.ToValidUTF8(line, "?") != line || strings.ContainsRune(line, 0)
}

package csv

import (
	"bytes"
	stdcsv "encoding/csv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// textDecoder decodes records of that many text columns.
func textDecoder(d dialect, columns int) *decoder {
	var req reader.Request
	for range columns {
		req.Schema = append(req.Schema, abstract.Column{Name: string(rune('a' + len(req.Schema))), Type: abstract.Text})
		req.Dialect.Columns = append(req.Dialect.Columns, req.Schema[len(req.Schema)-1].Name)
	}
	req.Dialect.Format, req.Dialect.Delimiter, req.Dialect.Quote = "csv", string(d.delimiter), string(d.quote)
	if d.lineEnd == '\r' {
		req.Dialect.LineEnd = lineEndCR
	}
	req.OnBadRow, req.Limits = reader.SkipRow, reader.NewLimits(0, 1)
	dec, err := New().(format).decoder(req)
	if err != nil {
		panic(err)
	}
	return dec
}

// decodeAll decodes data in blocks of at most that many records, fed to split
// in pieces of at most that many bytes.
func decodeAll(t *testing.T, dec *decoder, data []byte, records, bytes int) (rows [][]any, rejected int64) {
	t.Helper()
	for offset, size := 0, bytes; offset < len(data); {
		end := min(offset+size, len(data))
		n, count := dec.dialect.split(data[offset:end], int64(offset), records, end == len(data))
		if n == 0 {
			if end == len(data) {
				t.Fatalf("split finds no record in the last %d bytes", end-offset)
			}
			size++
			continue
		}
		size = bytes
		block := reader.Block{Data: append([]byte{}, data[offset:offset+n]...), Offset: int64(offset), Records: count}
		out, err := dec.decode(memory.DefaultAllocator, block)
		if err != nil {
			t.Fatal(err)
		}
		if out.Batch != nil {
			rows = append(rows, readertest.Rows(out.Batch)...)
			out.Batch.Release()
		}
		rejected += out.Rejected
		offset += n
	}
	return rows, rejected
}

var seeds = []string{
	"a,b\n1,2\n", "\"a\r\n\"\"\",b\r\n\r\n\"x\"y,\"z\n", "\xef\xbb\xbf\"a\nb\",c\r\n", "a\rb,\"c\rd\"\r", "\n\n\"\"\n,\n",
	"a,\"b\",\"\"\"\"\n\"unclosed\nx,y", "x\"y\",\"\"z\"\n,\"q\"\r,\n",
}

// FuzzV03SplitAgreesWithParse: however the splitter cuts, the parser finds the
// same records; and never more than the splitter promised.
func FuzzV03SplitAgreesWithParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), byte(2), byte(1), byte(1), false)
		f.Add([]byte(s), byte(1), byte(200), byte(3), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, columns, records, size byte, cr bool) {
		if len(data) > 4096 {
			return
		}
		d := dialect{delimiter: ',', quote: '"', lineEnd: '\n'}
		if cr {
			d.lineEnd = '\r'
		}
		dec := textDecoder(d, int(columns%4)+1)
		var want [][]any
		var wantRejected int64
		alloctest.Check(t, len(data), func() { want, wantRejected = decodeAll(t, dec, data, 1<<30, len(data)+1) })
		got, rejected := decodeAll(t, dec, data, int(records)+1, int(size)+1)
		if diff := readertest.Diff(got, want); diff != "" || rejected != wantRejected {
			t.Errorf("%q: %s; %d rejected, in one block %d", data, diff, rejected, wantRejected)
		}
	})
}

// FuzzEncodingCSV compares with the standard library where the rules are the
// same: no quotes in unquoted cells, no CR, no NUL, valid UTF-8, no BOM.
func FuzzEncodingCSV(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 || bytes.ContainsAny(data, "\r\x00") || utf8Fault(data) != "" || bytes.HasPrefix(data, []byte(reader.BOM)) {
			return
		}
		std := stdcsv.NewReader(bytes.NewReader(data))
		records, err := std.ReadAll() // strict: refuses what we call malformed or ragged
		if err != nil || len(records) == 0 || len(records[0]) == 1 || len(records[0]) > 20 {
			return // in a one-column file, empty lines are rows here and nothing there
		}
		dec := textDecoder(dialect{delimiter: ',', quote: '"', lineEnd: '\n'}, len(records[0]))
		got, rejected := decodeAll(t, dec, data, 1<<30, len(data)+1)
		if rejected > 0 || len(got) != len(records) {
			t.Fatalf("%q: %d rows, %d rejected, want %d", data, len(got), rejected, len(records))
		}
		for i, row := range got {
			for c, v := range row {
				s, _ := v.(string) // NULL is an empty cell there
				if s != records[i][c] {
					t.Errorf("%q: record %d, cell %d: %q, want %q", data, i, c, s, records[i][c])
				}
			}
		}
	})
}

// FuzzSampleThenRead: what the sample says of a whole file holds when it is
// read: no record is bad that was good in the sample. Neither takes more memory
// than such a file may.
func FuzzSampleThenRead(f *testing.F) {
	for _, s := range append(seeds, "i,f,d,t\n1,1.5,2024-01-01,2024-01-01 00:00\n-0,1e5,,\n", string(gz("a\n1\n")), string(zst("a\n1\n"))) {
		f.Add([]byte(s), byte(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, size byte) {
		if len(data) > 4096 {
			return
		}
		alloctest.Check(t, len(data), func() { sampleThenRead(t, data, int64(size)) })
	})
}

func sampleThenRead(t *testing.T, data []byte, size int64) {
	file := inMemory(string(data))
	s, err := New().Sample(t.Context(), file, reader.Hints{})
	if err != nil {
		if abstract.ClassOf(err) != abstract.FileOnly {
			t.Fatalf("%q: %v (%v)", data, err, abstract.ClassOf(err))
		}
		return
	}
	req := reader.Request{File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), OnBadRow: reader.SkipRow,
		Limits: reader.NewLimits(1<<20, 2), BatchBytes: size}
	got, err := read(t, req)
	if !s.Complete {
		return
	}
	if err != nil || got.Records() != int64(s.Records) {
		t.Fatalf("%q: %d records, %v; sample %d", data, got.Records(), err, s.Records)
	}
	for _, note := range s.Notes {
		if strings.Contains(note, "are bad") {
			return
		}
	}
	if got.Rejected > 0 && utf8Fault(data) == "" {
		t.Errorf("%q: %d rejected: %q", data, got.Rejected, got.Reasons)
	}
}

// utf8Fault tells what keeps a text from being stored.
func utf8Fault(text []byte) string { return new(dialect).unstorable(text) }

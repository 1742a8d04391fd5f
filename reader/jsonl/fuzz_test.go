package jsonl

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

var seeds = []string{
	typed, asked, reader.BOM + "\r\n{\"a\":1}\n\n{\"b\":[{}],\"a\":1.5}", "{\"a\":1,\"a\":2}\n{\"\\u0061\":\"\\ud83d\\ude00\"}\n",
	"[1]\n", "{\n\"a\":1}\n", "{\"a\":\"\\ud800\"}\n{\"a\":\"\xff\"}\n{\"a\":\"\\u0000\"}\n", "{\"a\":-0,\"b\":1e400}\n{\"A\":9223372036854775808}\n",
	"{\"a\":{\"b\":[null,true,\"x\"]}}\n{\"a\":null}{\"a\":1}\n",
}

// FuzzSampleThenRead: what the sample says of a whole file holds when it is
// read, however it is cut into blocks; and neither takes more memory than such
// a file may.
func FuzzSampleThenRead(f *testing.F) {
	for _, s := range append(seeds, string(gz("{\"a\":1}\n")), string(zst("{\"a\":1}\n"))) {
		f.Add([]byte(s), byte(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, size byte) {
		if len(data) > 4096 {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file := inMemory(string(data))
		s, err := New().Sample(t.Context(), file, reader.Hints{})
		if err != nil {
			if abstract.ClassOf(err) != abstract.FileOnly {
				t.Fatalf("%q: %v (%v)", data, err, abstract.ClassOf(err))
			}
			return
		}
		req := reader.Request{File: file, Dialect: s.Dialect, Schema: schemaOf(s), OnBadRow: reader.SkipRow,
			Limits: reader.NewLimits(1<<20, 2), BatchBytes: int64(size)}
		got, err := read(t, req)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20+64*uint64(len(data)) {
			t.Errorf("%q: %d bytes allocated", data, used)
		}
		if err != nil || !s.Complete || got.Records() != int64(s.Records) {
			t.Fatalf("%q: %d records, %v; sample %d", data, got.Records(), err, s.Records)
		}
		bad := int64(0)
		for _, note := range s.Notes {
			fmt.Sscanf(note, "%d of the first", &bad)
		}
		// A text may have \u0000 in it, which is found by whoever asks for text.
		if got.Rejected != bad && !bytes.Contains(data, []byte("u0000")) && s.Dialect.Compression == "" {
			t.Errorf("%q: %d rejected, %d in the sample: %q", data, got.Rejected, bad, got.Reasons)
		}
		req.BatchBytes = 0
		whole, err := read(t, req)
		if diff := readertest.Diff(got.Rows, whole.Rows); diff != "" || err != nil || whole.Rejected != got.Rejected {
			t.Errorf("%q in blocks of %d bytes: %s, %v", data, size, diff, err)
		}
	})
}

// FuzzJ14AgreesWithEncodingJSON compares every line's rows with what the
// standard library makes of it, where the rules are the same.
func FuzzJ14AgreesWithEncodingJSON(f *testing.F) {
	for _, s := range seeds {
		for line := range strings.Lines(s) {
			f.Add([]byte(line))
		}
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		if len(line) > 4096 || bytes.IndexByte(line, '\n') >= 0 || !utf8.Valid(line) || bytes.HasPrefix(line, []byte(reader.BOM)) {
			return
		}
		w := newSampler().walker
		in := newLines(reader.Block{Data: bytes.Clone(line), Offset: 1}, reader.Dialect{}) // it writes behind the data
		first, ok := in.next()
		if !ok {
			return
		}
		reason := in.read(&w, first)
		var want map[string]stdjson.RawMessage
		err := stdjson.Unmarshal(line, &want)
		if err == nil && want == nil {
			return // null
		}
		if reason != "" {
			// Stricter by a stated rule, or not JSON there either.
			for _, rule := range []string{"twice", "same column", "surrogate", "1024 levels", "empty", "NUL"} {
				if strings.Contains(reason, rule) {
					return
				}
			}
			if err == nil {
				t.Errorf("%q: %s; encoding/json takes it", line, reason)
			}
			return
		}
		if err != nil || len(w.fields) != len(want) {
			t.Fatalf("%q: %d fields; encoding/json %d, %v", line, len(w.fields), len(want), err)
		}
		for _, field := range w.fields {
			value, ok := want[field.as.name]
			if !ok {
				t.Errorf("%q: key %q", line, field.as.name)
			}
			if got := in.data[field.at:field.end]; field.kind != 4 && field.kind != 5 && !bytes.Equal(got, value) {
				t.Errorf("%q: %q is %q, encoding/json %q", line, field.as.name, got, value)
			}
		}
	})
}

package jsonl

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
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
		alloctest.Check(t, 2*len(data), func() { sampleThenRead(t, data, int64(size)) })
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
}

package jsonl

import (
	"bytes"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// inMemory is a file with that content.
func inMemory(data string) reader.File { return readertest.InMemory("f.jsonl", data) }

// mustSample samples a file.
func mustSample(t testing.TB, data string) reader.Sample {
	t.Helper()
	s, err := New().Sample(t.Context(), inMemory(data), reader.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// request asks for all of a file in a table of those columns, each written
// name=type.
func request(data string, columns ...string) reader.Request {
	return reader.Request{
		File: inMemory(data), Dialect: reader.Dialect{Format: Name}, Schema: readertest.Table(columns...), Table: "t",
		Limits: reader.NewLimits(0, 2),
	}
}

// read reads to the end or to an error.
func read(t testing.TB, req reader.Request) (*readertest.Result, error) {
	t.Helper()
	return readertest.Read(t.Context(), t, New(), req, nil)
}

func gz(parts ...string) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		w := gzip.NewWriter(&b)
		w.Write([]byte(p))
		w.Close()
	}
	return b.Bytes()
}

func zst(text string) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll([]byte(text), nil)
}

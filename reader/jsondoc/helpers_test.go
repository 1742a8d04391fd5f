package jsondoc

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// inMemory is a file with that content.
func inMemory(data string) reader.File { return readertest.InMemory("f.json", data) }

// at is the hints for records at that path, of which the keys have no dots.
func at(path string) reader.Hints {
	if path == "" {
		return reader.Hints{}
	}
	return reader.Hints{RecordsPath: strings.Split(path, ".")}
}

// request asks for all of a document with its records at that path.
func request(data, path string, columns ...string) reader.Request {
	return reader.Request{
		File: inMemory(data), Dialect: reader.Dialect{Format: Name, RecordsPath: at(path).RecordsPath},
		Schema: readertest.Table(columns...), Table: "t", Limits: reader.NewLimits(0, 2),
	}
}

// read reads to the end or to an error.
func read(t testing.TB, req reader.Request) (*readertest.Result, error) {
	t.Helper()
	return readertest.Read(t.Context(), t, New(), req, nil)
}

func gz(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

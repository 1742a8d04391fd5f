package accesslog

import (
	"bytes"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// inMemory is a file with that content.
func inMemory(data string) reader.File { return readertest.InMemory("access.log", data) }

// natural is the table that a format suggests.
func natural(t testing.TB, format string) abstract.Schema {
	t.Helper()
	p, err := compile(format)
	if err != nil {
		t.Fatal(err)
	}
	schema := abstract.Schema{}
	for i, name := range p.columns {
		schema = append(schema, abstract.Column{Name: name, Type: p.types[i]})
	}
	return schema
}

// readAs reads lines of that format into a table of those columns, or of the
// format's own if there are none.
func readAs(t testing.TB, format, data string, columns ...string) (*readertest.Result, error) {
	t.Helper()
	req := reader.Request{
		File: inMemory(data), Dialect: reader.Dialect{Format: Name, AccessFormat: format},
		Schema: natural(t, format), Table: "t", Limits: reader.NewLimits(0, 2),
	}
	if len(columns) > 0 {
		req.Schema = readertest.Table(columns...)
	}
	return readertest.Read(t.Context(), t, New(), req, nil)
}

func at(text string) time.Time {
	when, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return when.UTC()
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

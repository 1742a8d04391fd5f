package csv

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// inMemory is a file with that content.
func inMemory(data string) reader.File { return readertest.InMemory("f.csv", data) }

// mustSample samples a file.
func mustSample(t testing.TB, data string, hints reader.Hints) reader.Sample {
	t.Helper()
	s, err := New().Sample(t.Context(), inMemory(data), hints)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// request asks for all of a file, as its sample says.
func request(t testing.TB, data string) reader.Request {
	t.Helper()
	s := mustSample(t, data, reader.Hints{})
	return reader.Request{
		File: inMemory(data), Dialect: s.Dialect, Schema: readertest.Suggested(s), Table: "t",
		Limits: reader.NewLimits(0, 2),
	}
}

// texts asks for all columns as text.
func texts(req reader.Request) reader.Request {
	schema := abstract.Schema{}
	for _, name := range req.Dialect.Columns {
		schema = append(schema, abstract.Column{Name: name, Type: abstract.Text})
	}
	req.Schema = schema
	return req
}

// read reads to the end or to an error.
func read(t testing.TB, req reader.Request) (*readertest.Result, error) {
	t.Helper()
	return readertest.Read(t.Context(), t, New(), req, nil)
}

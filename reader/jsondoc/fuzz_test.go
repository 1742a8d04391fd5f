package jsondoc

import (
	stdjson "encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

var seeds = []string{
	pretty, `[{"a":1},{"a":2}]`, `[]`, `{"r":[{"a":1},{"b":[1,{}]}],"x":"\ud83d\ude00é"}`, `{"r":{"a":1}}`, `{"r":null}`, `{"x":{"r":1},"r":[1,"]",null]}`,
	"{\n\"a\":1}{\"a\":2}\n", `[{"a":1},{"a":2]`, `[{"a":1},]`, `{"r":[],"r":[]}`, `{"\u0072":[{}]}`, reader.BOM + " [ {} ]", `{"x":-1.5e+3,"y":tru`, `{"r":[],"r"0`, `{"r":[{}{}]}`, "{\"a\":1}\n{\"a\":2}\n",
}

// FuzzSampleThenRead: what the sample says of a whole file holds when it is
// read, however it is cut into blocks and from wherever it is read on; what is
// read agrees with encoding/json; and nothing takes more memory than such a file
// may.
func FuzzSampleThenRead(f *testing.F) {
	for _, s := range append(seeds, string(gz(`[{"a":1}]`))) {
		f.Add([]byte(s), byte(1), false)
		f.Add([]byte(s), byte(3), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, size byte, path bool) {
		if len(data) > 4096 {
			return
		}
		hints := at("")
		if path {
			hints = at("r")
		}
		for _, format := range []reader.Format{New(), Auto(jsonl.New())} {
			alloctest.Check(t, len(data), func() { sampleThenRead(t, format, data, hints, int64(size)) })
		}
		agrees(t, data, hints.RecordsPath, int64(size))
	})
}

func sampleThenRead(t *testing.T, format reader.Format, data []byte, hints reader.Hints, size int64) {
	file := inMemory(string(data))
	s, err := format.Sample(t.Context(), file, hints)
	if err != nil {
		if abstract.ClassOf(err) != abstract.FileOnly {
			t.Fatalf("%q: %v (%v)", data, err, abstract.ClassOf(err))
		}
		return
	}
	req := reader.Request{File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), OnBadRow: reader.SkipRow,
		Limits: reader.NewLimits(1<<20, 2), BatchBytes: size}
	got, err := readertest.Read(t.Context(), t, format, req, nil)
	if (err == nil) != s.Complete || got.Records() != int64(s.Records) {
		t.Fatalf("%q: %d records, %v; sample %d", data, got.Records(), err, s.Records)
	}
}

// agrees reads a document without looking at it first, and compares.
func agrees(t *testing.T, data []byte, path []string, size int64) {
	req := request(string(data), "", "a=json", "b=json")
	req.Dialect.RecordsPath, req.OnBadRow, req.BatchBytes = path, reader.SkipRow, size
	got, err := read(t, req)
	if err != nil && abstract.ClassOf(err) != abstract.FileOnly {
		t.Fatalf("%q: %v (%v)", data, err, abstract.ClassOf(err))
	}
	req.BatchBytes = 0
	whole, errWhole := read(t, req)
	if diff := readertest.Diff(got.Rows, whole.Rows); diff != "" || got.Rejected != whole.Rejected || (err == nil) != (errWhole == nil) || err != nil && err.Error() != errWhole.Error() {
		t.Errorf("%q in blocks of %d bytes: %s, %d rejected, %v; in one: %d, %v", data, size, diff, got.Rejected, err, whole.Rejected, errWhole)
	}
	for _, stop := range got.Stops {
		req.Offset, req.Records = stop.Offset, stop.Records
		if rest, again := read(t, req); rest.Records() != got.Records()-stop.Records || (again == nil) != (err == nil) || err != nil && again.Error() != err.Error() {
			t.Errorf("%q from byte %d: %d records, %v; in one go %d, %v", data, stop.Offset, rest.Records(), again, got.Records(), err)
		}
	}
	text := strings.TrimPrefix(string(data), reader.BOM)
	if !stdjson.Valid([]byte(text)) || !utf8.ValidString(text) {
		// A file of values one after another may be good all the same.
		if first := strings.TrimLeft(text, " \t\r\n"); err == nil && got.Rejected == 0 && len(first) > 0 && (path != nil || first[0] == '[') && !strings.HasPrefix(first, "\x1f\x8b") {
			t.Errorf("%q: read, and it is no JSON", data)
		}
		return
	}
	if err != nil {
		for _, rule := range []string{"--records-path", "is there twice", "records are the elements", "begins in an object", "surrogate", "1024 levels"} {
			if strings.Contains(err.Error(), rule) {
				return
			}
		}
		t.Fatalf("%q: %v; encoding/json takes it", data, err)
	}
	if want := records(text, path); got.Records() != int64(want) {
		t.Errorf("%q: %d records, encoding/json %d", data, got.Records(), want)
	}
}

// records counts the records of a document, as the standard library has it.
func records(text string, path []string) int {
	value := stdjson.RawMessage(text)
	for _, key := range path {
		var object map[string]stdjson.RawMessage
		stdjson.Unmarshal(value, &object)
		value = object[key]
	}
	var list []stdjson.RawMessage
	switch {
	case strings.TrimSpace(string(value)) == "null" && path != nil:
		return 0
	case stdjson.Unmarshal(value, &list) == nil && list != nil:
		return len(list)
	}
	return 1
}

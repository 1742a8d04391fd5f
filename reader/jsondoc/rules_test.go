package jsondoc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// failing reads a document that fails, and checks that it says so again when it
// is read on from every place that was reached.
func failing(t *testing.T, data, path, want string, rows int) {
	t.Helper()
	req := request(data, path, "a=int64")
	req.BatchRows, req.OnBadRow = 1, reader.SkipRow
	got, err := read(t, req)
	if err == nil || !strings.Contains(err.Error(), want) || abstract.ClassOf(err) != abstract.FileOnly || got.Completed {
		t.Errorf("%.60q at %q: %.300v (%v), want …%s", data, path, err, abstract.ClassOf(err), want)
		return
	}
	if len(got.Rows) != rows {
		t.Errorf("%.60q at %q: %d rows before the error, want %d", data, path, len(got.Rows), rows)
	}
	for _, stop := range got.Stops {
		req.Offset, req.Records = stop.Offset, stop.Records
		if rest, again := read(t, req); again == nil || again.Error() != err.Error() || rest.Records() != got.Records()-stop.Records {
			t.Errorf("%.60q resumed at byte %d: %v, %d records; in one go: %v", data, stop.Offset, again, rest.Records(), err)
		}
	}
}

// Damage between records, or that leaves open where one ends, fails the file there.
func TestJ06J07DamageFailsTheFile(t *testing.T) {
	for _, test := range []struct {
		data, path, want string
		rows             int
	}{
		{`[{"a":1} {"a":2}]`, "", `at byte 9, "{": a comma or ] is expected behind a record`, 1},
		{`[{"a":1}{"a":2}]`, "", `at byte 8, `, 1},
		{`[{"a":1},,{"a":2}]`, "", `at byte 9, ",": a record is expected`, 1},
		{`[{"a":1},]`, "", `at byte 9, "]": a record is expected`, 1},
		{`[,{"a":1}]`, "", `at byte 1, `, 0},
		{`[{"a":1}}`, "", `at byte 8, "}": a comma or ] is expected behind a record`, 1},
		{`[{"a":1},:]`, "", `at byte 9, ":": a record is expected`, 1},
		{"[{\"a\":1},\n// comment\n{\"a\":2}]", "", `at byte 13, "c": a comma or ] is expected`, 1},
		{"[{\"a\":1}\x00]", "", `at byte 8, "\x00": a comma or ]`, 1},
		{`[{"a":1}]]`, "", `at byte 9, "]": nothing is expected behind the document`, 1},
		{`[{"a":1}] [{"a":2}]`, "", `at byte 10, `, 1},
		{`[{"a":1}` + " \n", "", `at byte 10: the file ends, and the document does not`, 1},
		{`[{"a":1}, `, "", `at byte 10: the file ends, and the document does not`, 1},
		{`[{"a":1},{"a":`, "", `at byte 14: the file ends inside a record, 5 bytes after its beginning`, 1},
		{`[{"a":1},{"a":"x},{"a":2}]`, "", `the file ends inside a record`, 1},
		{`[{"a":1},{"a":[}]`, "", `at byte 15, "}": it is not JSON: a bracket closes what another kind of bracket opened`, 1},
		{`[{"a":1},{"a":2]`, "", `at byte 15, "]": it is not JSON: a bracket`, 1},
		{"{\"a\":1}\n{\"a\":2}\n]", "", `at byte 16, "]": a record is expected`, 2},
		{`{"a":1},{"a":2}`, "", `at byte 7, `, 1},
		{"{\"a\":1}\n{\"a\":2", "", `the file ends inside a record`, 1},
		{`{"r":[{"a":1}]`, "r", `at byte 14: the file ends, and the document does not`, 1},
		{`{"r":[{"a":1}]]`, "r", `at byte 14, "]": it is not JSON: a bracket closes`, 1},
		{`{"r":[{"a":1}]} x`, "r", `at byte 16, "x": nothing is expected behind the document`, 1},
		{`{"r":[{"a":1}]}{"r":[{"a":2}]}`, "r", `at byte 15, `, 1},
		{`{"r":{"a":1}]}`, "r", `at byte 12, "]": it is not JSON`, 1},
		{`{"r":[{"a":1}],}`, "r", `a key in double quotes is expected`, 1},
		{`{"r":[{"a":1}],"x":tru}`, "r", `the words are true, false and null`, 1},
		{`{"r":[{"a":1}],"x":truE}`, "r", `the words are true, false and null`, 1},
		{`{"r":[{"a":1}],"x":truely}`, "r", `a comma or a closing bracket`, 1},
		{`{"r":[{"a":1}],"x":01}`, "r", `a number must not begin with a zero`, 1},
		{`{"r":[{"a":1}],"x":1.}`, "r", `a digit is expected`, 1},
		{`{"r":[{"a":1}],"x":NaN}`, "r", `the words are true, false and null`, 1},
		{"{\"r\":[{\"a\":1}],\"x\":\"\xff\"}", "r", `a string is not valid UTF-8`, 1},
		{`{"r":[{"a":1}],"x":"\ud800"}`, "r", `half of a surrogate pair`, 1},
		{`{"r":[{"a":1}],"x":"\q"}`, "r", `an escape that does not exist`, 1},
		{"{\"r\":[{\"a\":1}],\"x\":\"\t\"}", "r", `control character`, 1},
		{`{"r":[{"a":1}],"x":"open`, "r", `a string is not closed`, 1},
		{`{"r":[{"a":1}],"x":[1,]}`, "r", `a value is expected`, 1},
		{`{"r":[{"a":1}],"x" 1}`, "r", `a colon is expected`, 1},
		{`{"r":[{"a":1}],"x":` + strings.Repeat("[", 100_000), "r", `nested more than 1024 levels`, 1},
		{`{"x":[1 2],"r":[{"a":1}]}`, "r", `at byte 8, "2"`, 0},
		{`{x:1,"r":[{"a":1}]}`, "r", `a key in double quotes`, 0},
		{`{"x":` + strings.Repeat(`{"x":`, 2000), "r", `nested more than 1024 levels`, 0},
	} {
		failing(t, test.data, test.path, test.want, test.rows)
	}
}

func TestJ15Paths(t *testing.T) {
	for _, test := range []struct{ data, path, want string }{
		{`{"Meta":1,"b":{"Records":[]}}`, "Records", `--records-path: the document has no key "Records": its keys are "Meta", "b"`},
		{`{}`, "Records", `the document has no key "Records": it has no keys`},
		{`{"a":{"c":[{"b":1}],"d":1},"b":[]}`, "a.b", `"a" has no key "b": its keys are "c", "d"`},
		{`{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"10":0,"11":0}`, "x", `"9", "10" …`},
		{`{"a":[{"b":[]}]}`, "a.b", `"a" is an array, and "b" is looked for in it`},
		{`{"a":null}`, "a.b", `"a" is null, and "b" is looked for in it`},
		{`{"a":{"b":{"c":"x"}}}`, "a.b.c", `"a.b.c" is a string: records are the elements of an array, or one object`},
		{`{"a":1}`, "a", `"a" is a number`},
		{`{"a":true}`, "a", `"a" is a bool`},
		{`[{"a":1}]`, "a", `at byte 0, "[": a records path begins in an object`},
		{`"a"`, "a", `a records path begins in an object`},
	} {
		failing(t, test.data, test.path, test.want, 0)
		if _, err := New().Sample(t.Context(), inMemory(test.data), at(test.path)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s at %s: sample: %v", test.data, test.path, err)
		}
	}
	// A key that is there twice leads to one of two places, wherever it is seen.
	failing(t, `{"r":[{"a":1}],"r":[]}`, "r", `at byte 17, "\"": key "r", which leads to the records, is there twice`, 1)
	failing(t, `{"a":{"b":[{"a":1}]},"\u0061":{}}`, "a.b", `key "a", which leads to the records, is there twice`, 1)
	failing(t, `{"a":{"b":[{"a":1}],"b":1}}`, "a.b", `key "b", which leads`, 1)
	failing(t, `{"r":null,"r":[{"a":1}]}`, "r", `key "r", which leads`, 0)
	// Elsewhere the same keys mean nothing.
	got, err := read(t, request(`{"x":{"b":{"b":1}},"y":[{"a":{"b":[]}}],"a":{"a":{"b":[]},"b":[{"a":7}],"c":{"b":1}},"b":{"a":1}}`, "a.b", "a=int64"))
	if diff := readertest.Diff(got.Rows, [][]any{{int64(7)}}); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	// Keys that are long, escaped, empty or have dots.
	long := strings.Repeat("k", 1024)
	for _, key := range []string{"a.b", "", long, `q"\`, "é"} {
		for _, spelled := range []string{fmt.Sprintf("%+q", key), escaped(key)} {
			req := request(`{"`+long+`k":0,`+spelled+`:[{"a":1}]}`, "", "a=int64")
			req.Dialect.RecordsPath = []string{key}
			if got, err := read(t, req); err != nil || len(got.Rows) != 1 {
				t.Errorf("key %.20q spelled %.20s: %d rows, %v", key, spelled, len(got.Rows), err)
			}
		}
	}
}

// escaped spells a string in escapes alone.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return `"` + b.String() + `"`
}

// A document that ends early never looks complete, and its rows stay.
func TestJ06EveryCut(t *testing.T) {
	rows := func(data, path string) int {
		req := request(data, path, "a=int64", "s=text", "j=json")
		req.BatchBytes = 1
		got, err := read(t, req)
		if err == nil {
			t.Fatalf("%q at %q is complete", data, path)
		}
		if abstract.ClassOf(err) != abstract.FileOnly || got.Completed {
			t.Fatalf("%q at %q: %v (%v)", data, path, err, abstract.ClassOf(err))
		}
		return len(got.Rows)
	}
	for _, doc := range []struct{ data, path string }{{strings.TrimSpace(pretty), "detail.items"}, {`[{"a":1},{"a":2,"s":"]"},{}]`, ""}, {`{"b":{"a":1},"c":0}`, "b"}} {
		before := 0
		for at := 1; at < len(doc.data); at++ {
			n := rows(doc.data[:at], doc.path)
			if n < before || n > before+1 {
				t.Fatalf("%q cut at byte %d: %d rows, %d before", doc.data, at, n, before)
			}
			before = n
		}
	}
}

// What is around the records is not kept, be it a string, a key or a number of
// things, and a record is as long as it may be and no longer.
func TestJ08BoundedMemory(t *testing.T) {
	const size = 3 << 20
	for name, filler := range map[string]string{
		"string": `"x":"` + strings.Repeat(`é\n"`[:4], size/4) + `"`,
		"key":    `"` + strings.Repeat("k", size) + `":1`,
		"array":  `"x":[` + strings.Repeat("1,", size/2) + `1]`,
		"spaces": strings.Repeat(" ", size) + `"x":1`,
	} {
		data := `{` + filler + `,"r":[` + strings.Repeat(" ", size) + `{"a":1},{"a":2}],` + filler + `}`
		req := request(data, "r", "a=int64")
		req.Limits = reader.NewLimits(1<<20, 1)
		req.BatchRows = 1
		most := int64(0)
		got, err := readertest.Read(t.Context(), t, New(), req, func(int) error {
			most = max(most, req.Limits.InUse())
			return nil
		})
		if err != nil || len(got.Rows) != 2 || most > 1<<20 {
			t.Errorf("%s: %d rows, %d bytes in use, %v", name, len(got.Rows), most, err)
		}
		req.Offset, req.Records = got.Stops[0].Offset, 1
		if got, err = read(t, req); err != nil || len(got.Rows) != 1 {
			t.Errorf("%s: resumed: %d rows, %v", name, len(got.Rows), err)
		}
	}
	req := request(`[{"a":1},{"a":"`+strings.Repeat("x", size)+`"}]`, "", "a=text")
	req.Limits = reader.NewLimits(1<<20, 1)
	if got, err := read(t, req); err == nil || !strings.Contains(err.Error(), "record 2 at byte 9: it is longer than 262144 bytes") || len(got.Rows) != 1 {
		t.Errorf("%d rows, %v", len(got.Rows), err)
	}
}

// A record that nests too deep is bad, and no other.
func TestJ05Nesting(t *testing.T) {
	nested := func(n int) string { return `{"j":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	req := request("["+nested(1024)+","+nested(1025)+","+nested(100_000)+","+nested(1)+"]", "", "j=json")
	req.OnBadRow = reader.SkipRow
	got, err := read(t, req)
	if err != nil || len(got.Rows) != 2 || got.Rejected != 2 || !strings.Contains(got.Reasons[0], "record 2 at byte 2056: it is not JSON: it is nested more than 1024") {
		t.Errorf("%d rows, %d rejected %q, %v", len(got.Rows), got.Rejected, got.Reasons, err)
	}
}

// Where reading goes on must be behind a record of the document there is.
func TestResumeChecksTheFile(t *testing.T) {
	for _, test := range []struct {
		data   string
		offset int64
		want   string
	}{
		{`[{"a":1},{"a":2}]`, 3, "resume at byte 3: the first record ends at byte 8"},
		{`[{"a":1},{"a":2}]`, 9, "a comma or ] is expected behind a record"},
		{`[{"a":1},{"a":2}]`, 17, "the file ends, and the document does not"},
		{`[{"a":1},{"a":2}]`, 18, "the file has only 17"},
		{`[]`, 2, "the file has no records"},
		{`{}x`, 1, "the first record ends at byte 2"},
	} {
		req := request(test.data, "", "a=int64")
		req.Offset, req.Records = test.offset, 1
		if got, err := read(t, req); err == nil || !strings.Contains(err.Error(), test.want) || abstract.ClassOf(err) != abstract.FileOnly || len(got.Rows) > 0 {
			t.Errorf("%s from byte %d: %d rows, %v, want …%s", test.data, test.offset, len(got.Rows), err, test.want)
		}
	}
	req := request(string(gz(`[{"a":1}]`)), "", "a=int64")
	if _, err := read(t, req); err == nil || !strings.Contains(err.Error(), "compression") {
		t.Errorf("another compression: %v", err)
	}
	req = request(`[{"a":1}]`, "", "a=bytes")
	if _, err := read(t, req); err == nil || !strings.Contains(err.Error(), "no notation") {
		t.Errorf("bytes: %v", err)
	}
	req = request(`[{"a":1}]`, "", "a=int64")
	req.Dialect.Format = "csv"
	if _, err := read(t, req); err == nil || abstract.ClassOf(err) != abstract.Permanent {
		t.Errorf("another format: %v", err)
	}
}

// The name json says neither; the content does, and the ledger remembers.
func TestJ09J10Auto(t *testing.T) {
	auto := Auto(jsonl.New())
	for data, want := range map[string]string{
		"":                                   jsonl.Name,
		"{\"a\":1}\n{\"a\":2}\n":             jsonl.Name,
		"{\"a\":1}":                          jsonl.Name,
		"\n{\"a\":1}\n":                      jsonl.Name,
		"{\"a\":1,\n{\"a\":2}\n":             jsonl.Name, // a line that was cut
		"{\"a\":[\n{\"a\":2}\n{\"a\":2}\n":   jsonl.Name,
		"{\"a\":\"x\n{\"a\":2}\n":            jsonl.Name,
		"{\"a\":NaN\n{\"a\":2}\n":            jsonl.Name,
		"{\"a\":1}{\"a\":2}\n{\"a\":2}\n":    jsonl.Name,
		"[{\"a\":1}]":                        Name,
		reader.BOM + " \r\n [\n{\"a\":1}\n]": Name,
		"[]":                                 Name,
		"\xff\xfe[\x00{\x00}\x00]\x00":       Name, // UTF-16
		"\xff\xfe{\x00}\x00\n\x00{\x00}\x00": jsonl.Name,
		"{\n \"a\": 1\n}\n":                  Name,
		"{\n}\n":                             Name,
		"{\"a\":[\n{\"a\":2}\n]}":            Name,
		"{\"a\":1,\n\"b\":2}\n{\"a\":3,\n\"b\":4}\n":                    Name,
		"{\"a\":[\n" + strings.Repeat("{\"a\":2},\n", 100_000) + "{}]}": Name,
		"{\n\"a\":\"" + strings.Repeat("x", 3<<20) + "\"}":              Name,
		"{\"a\":\"" + strings.Repeat("x", 3<<20) + "\"}\n":              jsonl.Name,
	} {
		s, err := auto.Sample(t.Context(), inMemory(data), reader.Hints{})
		only, errOnly := auto.Sample(t.Context(), inMemory(data), reader.Hints{DialectOnly: true})
		if err != nil || errOnly != nil || s.Dialect.Format != want || only.Dialect.Format != want {
			t.Errorf("%.40q: %q %v, dialect only %q %v, want %q", data, s.Dialect.Format, err, only.Dialect.Format, errOnly, want)
			continue
		}
		// What was found is how it is read.
		req := request(data, "")
		req.Dialect, req.Schema, req.OnBadRow = s.Dialect, readertest.Suggested(s), reader.SkipRow
		got, err := readertest.Read(t.Context(), t, auto, req, nil)
		if err != nil || got.Records() != int64(s.Records) {
			t.Errorf("%.40q: %d records, %d in the sample, %v", data, got.Records(), s.Records, err)
		}
	}
	s, err := auto.Sample(t.Context(), inMemory(`{"r":[{"a":1}]}`+"\n"), at("r"))
	if err != nil || s.Dialect.Format != Name || s.Records != 1 || s.Columns[0].Name != "a" {
		t.Errorf("with a path: %+v, %v", s, err)
	}
	if _, err := jsonl.New().Sample(t.Context(), inMemory(`{"r":[{"a":1}]}`+"\n"), at("r")); err == nil || !strings.Contains(err.Error(), "use --format json") {
		t.Errorf("lines with a path: %v", err)
	}
}

// A document that seems to have its records inside is remarked on.
func TestJ15Note(t *testing.T) {
	for data, want := range map[string]string{
		`{"n":[1],"Records":[{"a":1}]}`: `an array of objects in "Records": to load those, use --format json --records-path Records`,
		"{\"a/b.c\":[\n{\"a\":1}\n]}":   `--records-path /a~1b.c`,
		`{"n":[1],"Records":[]}`:        "",
		"{\"r\":[{}]}\n{\"r\":[{}]}\n":  "",
	} {
		for _, f := range []reader.Format{New(), Auto(jsonl.New())} {
			s, err := f.Sample(t.Context(), inMemory(data), reader.Hints{})
			if notes := strings.Join(s.Notes, ";"); err != nil || (notes == "") != (want == "") || !strings.Contains(notes, want) {
				t.Errorf("%s: %q, %v, want …%s", data, notes, err, want)
			}
		}
	}
	// What fails behind good records has their columns.
	s, err := New().Sample(t.Context(), inMemory(`[{"a":1},{"b"`), reader.Hints{})
	if err != nil || s.Records != 1 || s.Complete || len(s.Columns) != 1 || len(s.Notes) != 1 || !strings.HasPrefix(s.Notes[0], "it will fail after 1 records, at byte 13: the file ends inside a record") {
		t.Errorf("a cut file: %+v, %v", s, err)
	}
	// All bad is another kind of file.
	if _, err := New().Sample(t.Context(), inMemory(`[1,2]`), reader.Hints{}); err == nil ||
		!strings.Contains(err.Error(), "none of its first 2 records can be read, the first bad one is record 1: it is a number, not an object") {
		t.Errorf("numbers: %v", err)
	}
}

// The dialect alone costs no more than the beginning.
func TestDialectOnly(t *testing.T) {
	data := "[" + strings.Repeat("{\"a\":1},\n", 1<<20) + "{}]"
	for _, f := range []reader.Format{New(), Auto(jsonl.New())} {
		read := int64(0)
		b := &readertest.Bucket{Files: map[string][]byte{"f": []byte(data)}, BeforeRead: func(at int64) { read = at }}
		s, err := f.Sample(t.Context(), reader.File{Bucket: b, Info: b.Info("f")}, reader.Hints{DialectOnly: true})
		if err != nil || s.Dialect.Format != Name || read > 1<<20 {
			t.Errorf("%+v, %v, read %d bytes", s.Dialect, err, read)
		}
	}
}

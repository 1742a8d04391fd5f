package jsonl

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// A bad record fails the file after the rows before it, and says where and why.
func TestJ02J03J09J10BadRecordFailsTheFile(t *testing.T) {
	for record, want := range map[string]string{
		`{"a":1,"a":2}`:             `key "a" is there twice`,
		`{"a":1,"\u0061":2}`:        `key "a" is there twice`,
		`{"a":1,"A":2}`:             `keys "a" and "A" are the same column`,
		`{"x":null,"\u0078":null}`:  `key "x" is there twice`,
		`{"s":"\ud800"}`:            `half of a surrogate pair, 7 bytes on at "ud800\"}"`,
		`{"s":"\udc00\ud800"}`:      `half of a surrogate pair`,
		`{"j":["\ud800"]}`:          `half of a surrogate pair`,
		"{\"s\":\"\xff\"}":          `it is not valid UTF-8`,
		"{\"s\xff\":null}":          `it is not valid UTF-8`,
		`{"s":"a\u0000b"}`:          `column "s": "a\x00b" has a NUL character`,
		"{\"s\":\"a\x00b\"}":        `a string is not closed`,
		"{\"s\":\"a\tb\"}":          `control character, which must be escaped`,
		`[1]`:                       `it is an array, not an object`,
		`7`:                         `it is a number, not an object`,
		`"x"`:                       `it is a string, not an object`,
		`true`:                      `it is a bool, not an object`,
		`null`:                      `it is null, not an object`,
		`a,b`:                       `it is not JSON: an object is expected, 0 bytes on at "a,b"`,
		`// {"a":1}`:                `it is not JSON: an object is expected`,
		`{"a":1}{"a":2}`:            `a second document follows on the same line, 7 bytes on`,
		`{"a":1} [2]`:               `a second document follows on the same line, 8 bytes on`,
		`{"a":1},`:                  `the line must end after its object, 7 bytes on at ","`,
		`{"a":1} x`:                 `the line must end after its object, 8 bytes on at "x"`,
		`{"a":`:                     `the line ends 5 bytes on, inside the object: a value is expected`,
		"{\"a\":1,\n\"i\":2}":       `the line ends 7 bytes on, inside the object: a key in double quotes is expected`,
		`{"s":"open`:                `the line ends 10 bytes on, inside the object: a string is not closed`,
		`{"a":1,}`:                  `a key in double quotes is expected, 7 bytes on at "}"`,
		`{"a":NaN}`:                 `the words are true, false and null, 5 bytes on at "NaN}"`,
		`{"a":01}`:                  `a number must not begin with a zero`,
		`{"a" 1}`:                   `a colon is expected after a key, 5 bytes on`,
		`{"a":1 "s":"x"}`:           `a comma or } is expected after a value, 7 bytes on at "\"s\":\"x\"}"`,
		`{"":1}`:                    `a key is empty`,
		`{"\u0000":1}`:              `key "\x00" has a NUL character`,
		`{"a":1.5}`:                 `column "a": "1.5" is not an int64`,
		`{"a":9223372036854775808}`: `column "a": "9223372036854775808" is not an int64`,
		`{"a":true}`:                `column "a": "true" is not an int64`,
		`{"a":""}`:                  `column "a": "" is not an int64`,
		`{"a":{"b":1}}`:             `column "a": an object is not an int64`,
		`{"f":9007199254740993}`:    `column "f": "9007199254740993" is not a float64`,
		`{"f":1e400}`:               `column "f": "1e400" is not a float64`,
		`{"f":[1]}`:                 `column "f": an array is not a float64`,
		`{"b":1}`:                   `column "b": "1" is not a bool`,
		`{"d":20240101}`:            `column "d": "20240101" is not a date`,
		`{"x":1}`:                   `column "x" of the file is not in the table: add it`,
		`{"tW":1}`:                  `column "tW" of the file may be any of the table's "tw", "TW"`,
		`{"` + strings.Repeat("k", 10<<10) + `":1}`: `… (10240 bytes) of the file is not in the table`,
		`{"j":` + strings.Repeat("[", 100_000):      `nested more than 1024 levels`,
	} {
		data := "{\"a\":1}\n\n" + record + "\n{\"a\":2}\n"
		req := request(data, "a=int64", "s=text", "j=json", "f=float64", "b=bool", "d=date", "tw=int64", "TW=int64")
		got, err := read(t, req)
		if err == nil || !strings.HasPrefix(err.Error(), "mem://test/f.jsonl: record 2 at byte 9") || !strings.Contains(err.Error(), want) {
			t.Errorf("%.50q: error %.300v, want …%s", record, err, want)
			continue
		}
		if abstract.ClassOf(err) != abstract.FileOnly || got.Completed || len(got.Rows) != 1 {
			t.Errorf("%.50q: class %v, completed %v, %d rows", record, abstract.ClassOf(err), got.Completed, len(got.Rows))
		}
		// The last chunk ends before the bad record: what follows is the same error.
		req.Offset, req.Records = got.Stops[len(got.Stops)-1].Offset, 1
		if rest, again := read(t, req); again == nil || again.Error() != err.Error() || len(rest.Rows) > 0 {
			t.Errorf("%.50q: resumed: %v, in one go: %v", record, again, err)
		}
	}
}

// A key that comes late is a bad record, located, or NULL if it is null: it is
// never dropped.
func TestJ11LateKey(t *testing.T) {
	var b strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&b, "{\"a\":%d,\"late\":null}\n", i)
	}
	at := b.Len()
	b.WriteString("{\"a\":1,\"late\":2}\n{\"a\":3}\n")
	req := request(b.String(), "a=int64")
	got, err := read(t, req)
	want := fmt.Sprintf(`record 30001 at byte %d: column "late" of the file is not in the table`, at)
	if err == nil || !strings.Contains(err.Error(), want) || len(got.Rows) != 30_000 {
		t.Errorf("%d rows, %v, want …%s", len(got.Rows), err, want)
	}
	req.OnBadRow = reader.SkipRow
	got, err = read(t, req)
	if err != nil || len(got.Rows) != 30_001 || got.Rejected != 1 || !strings.Contains(got.Reasons[0], want) {
		t.Errorf("%d rows, %d rejected, %q, %v", len(got.Rows), got.Rejected, got.Reasons, err)
	}
}

// What the sample finds to be another kind of JSON is refused with a way out.
func TestJ09J10OtherJSON(t *testing.T) {
	for data, want := range map[string]string{
		"[{\"a\":1},{\"a\":2}]":                                "the file is a JSON array, not JSON lines: ",
		reader.BOM + "\n [\n{\"a\":1}\n]\n":                    "the file is a JSON array, not JSON lines: ",
		"[1]\n[2]\n":                                           "its first line is an array: ",
		"[\n":                                                  "the file is a JSON array, not JSON lines: ",
		"[" + strings.Repeat(`{"a":1},`, 3<<20):                "the file is a JSON array, not JSON lines: ",
		"{\n  \"a\": 1,\n  \"b\": [\n1]\n}\n":                  "an object goes over several lines, which",
		"{\"a\":1,\n\"b\":2}\n{\"a\":3,\n\"b\":4}\n":           "an object goes over several lines, which",
		"{\"a\":[\n" + strings.Repeat("1,\n", 1<<20):           "an object goes over several lines, which",
		"{\"a\":" + strings.Repeat(" ", 17<<20) + "1}":         "it is longer than 16777216 bytes, the most a record may have (--max-record, and --memory): is it a JSON document that is not JSON lines?",
		"a,b\n1,2\n":                                           "none of its first 2 records can be read, the first bad one is record 1: it is not JSON",
		"{\"a\":1,\n{\"a\":2,\n":                               "none of its first 2 records can be read",
		"{\"a\":":                                              "none of its first 1 records can be read",
		"\xff\xfe\x00\x00{":                                    "UTF-32",
		string(gz("[1]")):                                      "the file is a JSON array, not JSON lines: ",
		manyKeys(0, 4000) + "\n" + manyKeys(2000, 4000) + "\n": "more than 4096 different keys",
		manyKeys(0, 5000) + "\n":                               "it has more than 4096 keys",
	} {
		_, err := New().Sample(t.Context(), inMemory(data), reader.Hints{})
		if err == nil || !strings.Contains(err.Error(), want) || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%.40q: %.300v (%v), want …%s", data, err, abstract.ClassOf(err), want)
		}
	}
	// What only looks like it is read, and its bad records are counted.
	for _, data := range []string{"{\"a\":1,\n{\"a\":2}\n", "{\"a\":\n{\"a\":2}\n{\"a\":3}\n", "{\"a\":1}\n[1]\n"} {
		s := mustSample(t, data)
		if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], fmt.Sprintf("1 of the first %d records are bad", strings.Count(data, "\n"))) {
			t.Errorf("%q: %d records, %q", data, s.Records, s.Notes)
		}
	}
}

// manyKeys is a record of n keys, from that number on.
func manyKeys(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":%d`, from+i, i)
	}
	return "{" + b.String()[1:] + "}"
}

func TestJ12Keys(t *testing.T) {
	long := strings.Repeat("k", 10<<10)
	s := mustSample(t, `{"b":1,"a.b":2,"`+long+`":3}`+"\n"+`{"a":1,"B":1.5,"\u0061":null}`+"\n"+`{"a":"\"","":null,"B":2.5,"x":[]}`+"\n"+`{"y":1,`+"\n")
	var names []string
	for _, c := range s.Columns {
		names = append(names, c.Name)
	}
	if want := []string{"b", "a.b", long, "a", "x"}; !slices.Equal(names, want) {
		t.Errorf("columns %.100q, want %.100q", names, want)
	}
	if b := s.Columns[0]; b.Type() != abstract.Float64 || b.Values != 2 || b.Nulls != 0 {
		t.Errorf("b: %+v", b)
	}
	// As many keys as columns may be, and a table without them.
	data := manyKeys(0, 4096) + "\n"
	s = mustSample(t, data)
	got, err := read(t, request(data, "none"))
	if len(s.Columns) != 4096 || err == nil || !strings.Contains(err.Error(), `column "k0" of the file is not in the table`) {
		t.Errorf("%d columns; %d rows, %v", len(s.Columns), len(got.Rows), err)
	}
	req := request(data)
	req.Schema = readertest.Suggested(s)
	if got, err := read(t, req); err != nil || len(got.Rows) != 1 || got.Rows[0][4095] != int64(4095) {
		t.Errorf("%d rows, %v", len(got.Rows), err)
	}
}

func TestJ01J11Inference(t *testing.T) {
	for _, test := range []struct {
		values string
		want   abstract.Type
	}{
		{`1 -9223372036854775808`, abstract.Int64},
		{`1 9223372036854775808`, abstract.Text},
		{`18446744073709551615`, abstract.Text},
		{`9007199254740993 1.5`, abstract.Text},
		{`9007199254740992 1.5`, abstract.Float64},
		{`-0`, abstract.Float64},
		{`1e2`, abstract.Float64},
		{`1e400`, abstract.Text},
		{`0.1 1234567890123456789012345678901234567890.5`, abstract.Float64},
		{`"5"`, abstract.Text},
		{`"true"`, abstract.Text},
		{`"1.5"`, abstract.Text},
		{`5 "5"`, abstract.Text},
		{`true 1`, abstract.Text},
		{`true false null`, abstract.Bool},
		{`"2024-01-01"`, abstract.Date},
		{`"2024\u002d01-01"`, abstract.Date},
		{`"2024-01-01" "2024-01-01T00:00"`, abstract.Text},
		{`"2024-01-01T00:00"`, abstract.Timestamp},
		{`"2024-01-01T00:00Z"`, abstract.TimestampTZ},
		{`""`, abstract.Text},
		{`null`, abstract.Text},
		{`{} 1`, abstract.JSON},
		{`1 "a" []`, abstract.JSON},
		{`"2024-01-01" {}`, abstract.JSON},
	} {
		data := ""
		for v := range strings.FieldsSeq(test.values) {
			data += `{"v":` + v + "}\n"
		}
		s := mustSample(t, data)
		if got := s.Columns[0].Type(); got != test.want {
			t.Errorf("%s: %s, want %s", test.values, got, test.want)
		}
		// What was inferred is what can be read.
		req := request(data)
		req.Schema = readertest.Suggested(s)
		if _, err := read(t, req); err != nil {
			t.Errorf("%s as %s: %v", test.values, s.Columns[0].Type(), err)
		}
	}
}

// Numbers are exact, whatever column they go to.
func TestJ01Numbers(t *testing.T) {
	const big = "-1234567890123456789012345678.0123456789"
	for typ, want := range map[string]any{"text": big, "json": big, "decimal(38,10)": big} {
		got, err := read(t, request(`{"v":`+big+`}`, "v="+typ))
		if diff := readertest.Diff(got.Rows, [][]any{{want}}); err != nil || diff != "" {
			t.Errorf("%s: %v, %s", typ, err, diff)
		}
	}
	if _, err := read(t, request(`{"v":1.005}`, "v=decimal(5,2)")); err == nil || !strings.Contains(err.Error(), `"1.005" is not a decimal(5,2)`) {
		t.Errorf("too many digits: %v", err)
	}
}

func TestJ08RecordTooLong(t *testing.T) {
	req := request("{\"a\":1}\n{\"a\":\""+strings.Repeat("x", 2<<20)+"\"}\n", "a")
	req.Limits = reader.NewLimits(1<<20, 2)
	got, err := read(t, req)
	if err == nil || !strings.Contains(err.Error(), "record 2 at byte 8: it is longer than 262144 bytes") || len(got.Rows) != 1 {
		t.Errorf("%d rows, %v", len(got.Rows), err)
	}
}

func TestResumeChecksTheFile(t *testing.T) {
	req := request(string(gz("{\"a\":1}\n")), "a=int64")
	if _, err := read(t, req); err == nil || !strings.Contains(err.Error(), "compression") || abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("another compression: %v", err)
	}
	req = request("{\"a\":1}\n", "a=bytes")
	if _, err := read(t, req); err == nil || !strings.Contains(err.Error(), "no notation") || abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("bytes: %v", err)
	}
	req = request("{\"a\":1}\n", "a=int64")
	req.Dialect.Format = "csv"
	if _, err := read(t, req); err == nil || abstract.ClassOf(err) != abstract.Permanent {
		t.Errorf("another format: %v", err)
	}
}

// The dialect alone costs no more than the beginning.
func TestDialectOnly(t *testing.T) {
	data := strings.Repeat("{\"a\":1}\n", 1<<20)
	read := int64(0)
	b := &readertest.Bucket{Files: map[string][]byte{"f": []byte(data)}, BeforeRead: func(at int64) { read = at }}
	s, err := New().Sample(t.Context(), reader.File{Bucket: b, Info: b.Info("f")}, reader.Hints{DialectOnly: true})
	if err != nil || s.Dialect.Format != Name || read > 1<<20 {
		t.Errorf("%+v, %v, read %d bytes", s.Dialect, err, read)
	}
}

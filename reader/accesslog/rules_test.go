package accesslog

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// A line that is not like the format fails the file after the rows before it, and
// says where and why.
func TestBadLineFailsTheFile(t *testing.T) {
	const good = `h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1` + "\n"
	for line, want := range map[string]string{
		`x`: `, column "host": " " is expected behind it, which begins at "x": is the log in another format?`,
		`h - u 10/Oct/2000:13:55:36 -0700 "GET / HTTP/1.0" 200 1`:           `, column "user": " [" is expected behind it`,
		`h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0 200 1`:          `, column "request": "\" " is expected behind it, which begins at "GET / HTTP/1.0 200 1"`,
		`h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0\" 200 1`:        `, column "request": "\" " is expected behind it`,
		`h - - [32/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1`:         `, column "time": "32/Oct/2000:13:55:36 -0700" is not a timestamptz`,
		`h - - [10/Okt/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1`:         `, column "time": "10/Okt/2000:13:55:36 -0700" is not a timestamptz`,
		`h - - [10/anF/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1`:         `, column "time": "10/anF/2000:13:55:36 -0700" is not a timestamptz`,
		`h - - [10/Oct/2000:13:55:36] "GET / HTTP/1.0" 200 1`:               `, column "time": "10/Oct/2000:13:55:36" is not a timestamptz`,
		`h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" abc 1`:         `, column "status": "abc" is not an int64`,
		`h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 01`:        `, column "bytes": "01" is not an int64`,
		`h - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1 "-" "x"`: `, column "bytes": "1 \"-\" \"x\"" is not an int64`,
		"h - - [10/Oct/2000:13:55:36 -0700] \"GET /\xff HTTP/1.0\" 200 1":   `: "h - - [10/Oct/2000:13:55:36 -0700] \"GET /\xff HTTP/1.0\" 200 1" is not valid UTF-8`,
		"h - - [10/Oct/2000:13:55:36 -0700] \"GET /\x00 HTTP/1.0\" 200 1":   ` has a NUL byte`,
	} {
		got, err := readAs(t, "common", good+"\n"+line+"\n"+good)
		place := "mem://test/access.log: record 2 at byte 59"
		if err == nil || !strings.HasPrefix(err.Error(), place) || !strings.Contains(err.Error(), want) || abstract.ClassOf(err) != abstract.FileOnly || len(got.Rows) != 1 {
			t.Errorf("%q: error %v, want %s…%s; %d rows", line, err, place, want, len(got.Rows))
		}
	}
	for line, want := range map[string]string{"b=1 e": `it does not begin with "a="`, "a=1": `column "user": " e" is expected behind it`, "a=1 e2": `more follows behind the last value, at "2"`} {
		if _, err := readAs(t, "a=%u e", line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", line, err, want)
		}
	}
}

// cells is what a line of one or two values is, with | between them.
func cells(t *testing.T, format, line string) string {
	t.Helper()
	got, err := readAs(t, format, line)
	if err != nil {
		return err.Error()
	}
	var list []string
	for _, v := range got.Rows[0] {
		text, ok := v.(string)
		if !ok {
			text = "NULL"
		}
		list = append(list, text)
	}
	return strings.Join(list, "|")
}

func TestWhereValuesEnd(t *testing.T) {
	for _, c := range []struct{ format, line, want string }{
		{`$a $b`, `x y z`, "x|y z"},
		{`$a [$b]`, `x y [z]`, "x y|z"},
		{`"$a" "$b"`, `"x\" y" "\\"`, `x" y|\`},
		{`"$a" "$b"`, `"x\\" "y\\\"z"`, `x\|y\"z`},
		{`"$a" "$b"`, `"x"y" "z"`, `x"y|z`},
		{`$a $b`, `10.0.0.1, 10.0.0.2 x`, "10.0.0.1, 10.0.0.2|x"},
		{`$upstream_addr $b`, `10.0.0.1:80, unix:/x : 10.0.0.2:80 x`, "10.0.0.1:80, unix:/x : 10.0.0.2:80|x"},
		{`$upstream_addr $b`, `- x`, "NULL|x"},
		{`$a $b`, `x : y`, "x|: y"},
		{`$a;$b;`, `;-;`, "|NULL"},
		{`$a, $b`, `1, 2`, "1|2"},
		{`- $a --`, `- -- --`, "--"},
	} {
		if got := cells(t, c.format, c.line); got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.format, c.line, got, c.want)
		}
	}
}

func TestEscapes(t *testing.T) {
	for text, want := range map[string]string{
		`\x41\x7A\x7a`:         "Azz",
		`\xd0\x9f\xD1\x80`:     "Пр",
		`\"\\\t\n\r\b\f\v`:     "\"\\\t\n\r\b\f\v",
		`\x16\x03\x01`:         "\x16\x03\x01",
		`\x16\x03\x01\x00\xf5`: `\x16\x03\x01\x00\xf5`, // no text
		`\x41\xff`:             `\x41\xff`,
		`a\x00b`:               `a\x00b`,
		`\x4`:                  `\x4`,
		`\xg1\q\u0041`:         `\xg1\q\u0041`,
		`\`:                    `\`,
		`\x2d`:                 `-`, // what is written is not "-", so it is no NULL
	} {
		if got := cells(t, "<$a>", "<"+text+">"); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestRequests(t *testing.T) {
	for text, want := range map[string]string{
		`GET / HTTP/1.1`:            "GET / HTTP/1.1|GET|/|HTTP/1.1",
		`GET /a b?c=\x22 HTTP/1.1`:  `GET /a b?c=" HTTP/1.1|GET|/a b?c="|HTTP/1.1`,
		`M-SEARCH * HTTP/1.1`:       "M-SEARCH * HTTP/1.1|M-SEARCH|*|HTTP/1.1",
		`GET /`:                     "GET /|NULL|NULL|NULL",
		`GET  HTTP/1.1`:             "GET  HTTP/1.1|NULL|NULL|NULL",
		`GET HTTP/1.1`:              "GET HTTP/1.1|NULL|NULL|NULL",
		` / HTTP/1.1`:               " / HTTP/1.1|NULL|NULL|NULL",
		`GET / HTTQ/1.1`:            "GET / HTTQ/1.1|NULL|NULL|NULL",
		`G=T / HTTP/1.1`:            "G=T / HTTP/1.1|NULL|NULL|NULL",
		`\x16\x03\x01\x00 / HTTP/1`: `\x16\x03\x01\x00 / HTTP/1|NULL|NULL|NULL`,
		`-`:                         "NULL|NULL|NULL|NULL",
		``:                          "|NULL|NULL|NULL",
	} {
		if got := cells(t, `"$request"`, `"`+text+`"`); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	got, err := readAs(t, `"$request"`, "\"GET /7 HTTP/1.0\"\n\"\"", "request=json", "method=text", "path=text", "protocol=text")
	if err == nil || !strings.Contains(err.Error(), `column "request": "GET /7 HTTP/1.0" is not a json`) || len(got.Rows) != 0 {
		t.Errorf("into a json column: %v", err)
	}
}

// A time is stored as it is written in a text column, and normalised elsewhere.
func TestTimes(t *testing.T) {
	got, err := readAs(t, "[$time_local] $time_iso8601", "[01/Dec/2024:23:59:59 +0000] 2024-12-01T23:59:59+00:00", "time_local=text", "time_iso8601=text")
	if diff := readertest.Diff(got.Rows, [][]any{{"01/Dec/2024:23:59:59 +0000", "2024-12-01T23:59:59+00:00"}}); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err = readAs(t, "[$time_local]", "[01/Dec/2024:23:59:59 +0000]", "time_local=timestamp"); err == nil ||
		!strings.Contains(err.Error(), `"01/Dec/2024:23:59:59 +0000" is not a timestamp`) {
		t.Errorf("into a timestamp: %v", err)
	}
	for i, month := range []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"} {
		got, err := readAs(t, "%t", "[02/"+month+"/2024:03:04:05 -0100]")
		if err != nil || got.Rows[0][0] != at("2024-01-02T04:04:05Z").AddDate(0, i, 0) {
			t.Errorf("%s: %v, %v", month, got.Rows, err)
		}
	}
}

// What is left out is the natural schema's business alone: a table may have other
// columns, and must have those of the format.
func TestTableWithoutAColumn(t *testing.T) {
	if _, err := readAs(t, "%h %u", "a b", "host=text"); err == nil || !strings.Contains(err.Error(), `column "user" of the file is not in the table`) {
		t.Error(err)
	}
}

func TestSampleTellsOfBadLines(t *testing.T) {
	s, err := New().Sample(t.Context(), inMemory("a b\nx\n\na \xff\n"), reader.Hints{AccessFormat: "%h %u"})
	want := `2 of the first 3 records are bad, the first bad one is record 2: column "host": " " is expected behind it, which begins at "x": is the log in another format?`
	if err != nil || len(s.Notes) != 1 || s.Notes[0] != want || s.Dialect.AccessFormat != "%h %u" {
		t.Errorf("%q, %v", s.Notes, err)
	}
	if _, err = New().Sample(t.Context(), inMemory("{\"json\": 1}\n"), reader.Hints{}); err == nil || !strings.Contains(err.Error(), "none of its first 1 records can be read") {
		t.Error(err)
	}
}

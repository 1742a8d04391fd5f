package csv

import (
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// A bad record fails the file after the rows before it, and says where and why.
func TestV10BadRecordFailsTheFile(t *testing.T) {
	schema := abstract.Schema{{Name: "id", Type: abstract.Int64}, {Name: "price", Type: abstract.Float64}}
	for _, test := range []struct{ records, rows, want string }{
		{"1,2\n2,abc\n3,4\n", "1", `record 2 at byte 13, column "price": "abc" is not a float64`},
		{"1,2\n2\n", "1", "record 2 at byte 13: it has 1 fields, the file has 2 columns"},
		{"1,2,3\n", "0", "record 1 at byte 9: it has 3 fields, the file has 2 columns"},
		{"\n1,2\n\nx,y\n", "1", `record 2 at byte 15, column "id": "x" is not an int64`},
		{"1,\"2\"3\n", "0", `record 1 at byte 9: "3" follows a closing quote`},
		{"1,2\n3,\"4\n5,6\n", "1", "record 2 at byte 13: its quote is never closed"},
		{"9007199254740993,9007199254740993\n", "0", `record 1 at byte 9, column "price": "9007199254740993" is not a float64`},
		{"1,NaN\n", "0", `record 1 at byte 9, column "price": "NaN" is not a float64`},
		{"1,1e400\n", "0", `column "price": "1e400" is not a float64`},
		{"1,2\n1," + strings.Repeat("é", 100) + "\n", "1", `"` + strings.Repeat("é", 30) + `"… (200 bytes) is not a float64`},
	} {
		req := request(t, "id,price\n")
		req.Schema, req.File = schema, inMemory("id,price\n"+test.records)
		got, err := read(t, req)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "mem://test/f.csv: ") {
			t.Errorf("%q: error %v, want …%s", test.records, err, test.want)
		}
		if abstract.ClassOf(err) != abstract.FileOnly || got.Completed {
			t.Errorf("%q: class %v, completed %v", test.records, abstract.ClassOf(err), got.Completed)
		}
		if want := int(test.rows[0] - '0'); len(got.Rows) != want {
			t.Errorf("%q: %d rows before the bad one, want %d", test.records, len(got.Rows), want)
		}
		// The last chunk ends exactly before the bad record: what follows it is
		// the same error.
		if n := len(got.Stops); n > 0 {
			req.Offset, req.Records = got.Stops[n-1].Offset, got.Stops[n-1].Records
			rest, again := read(t, req)
			if again == nil || again.Error() != err.Error() || len(rest.Rows) > 0 {
				t.Errorf("%q: resumed: %v, in one go: %v", test.records, again, err)
			}
		}
	}
}

func TestP11RejectedRecordsAreCounted(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,b\n")
	for range 30_000 { // more than one stretch of the index
		b.WriteString("1,x\n\nz,y\n2\n3,w\n")
	}
	req := request(t, b.String())
	req.Schema, req.OnBadRow = abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Text}}, reader.SkipRow
	got, err := read(t, req)
	if err != nil || len(got.Rows) != 60_000 || got.Rejected != 60_000 {
		t.Fatalf("%d rows, %d rejected, %v", len(got.Rows), got.Rejected, err)
	}
	if want := `record 2 at byte 9, column "a": "z" is not an int64`; got.Reasons[0] != want {
		t.Errorf("reason %q, want %q", got.Reasons[0], want)
	}
}

func TestV11HeaderNames(t *testing.T) {
	for header, want := range map[string][]string{
		"a,A,a":            {"a", "A_2", "a_3"},
		"a,a,a_2":          {"a", "a_3", "a_2"},
		",x,,column1":      {"column1", "x", "column3", "column1_2"},
		" a ,\"b\n\"\"c\"": {" a ", "b\n\"c"},
		"\n\r\n\nx,y":      {"x", "y"},
	} {
		if got := mustSample(t, header+"\n", reader.Hints{}).Dialect.Columns; !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
	if got := mustSample(t, "x,x,\n", reader.Hints{NoHeader: true}).Dialect.Columns; !slices.Equal(got, []string{"column1", "column2", "column3"}) {
		t.Errorf("without a header: %q", got)
	}
}

func TestV08V09V11RefusedFiles(t *testing.T) {
	for data, want := range map[string]string{
		"a\x00,b\n":                        "has a NUL byte",
		"\xe9t\xe9\n":                      "is not valid UTF-8",
		"\xff\xfea\x00\n":                  "the middle of a character of utf-16le, with 0a",
		"\xfe\xff\x00a\x00":                "the middle of a character of utf-16be, with 00",
		"\xff\xfea\x00\x00\xd8\n\x00":      "is not valid UTF-16LE",
		"a\x00,\x00b\x00\n\x00":            "--encoding",
		"\xff\xfe\x00\x00a\x00\x00\x00":    "UTF-32",
		"a,\"b\"c\n":                       "follows a closing quote",
		strings.Repeat(",", 5000) + "\n":   "5001 fields",
		"PK\x03\x04....":                   "a zip archive, which may hold several files: unpack it",
		"BZh91AY&SY...":                    "bzip2",
		"\xfd7zXZ\x00..":                   "xz",
		"7z\xbc\xaf\x27\x1c":               "7z",
		"\xff\x06\x00\x00sNaPpYx":          "snappy",
		"\xff\x06\x00\x00sNa":              "within the first bytes of snappy",
		"\x02\x21\x4c\x18....":             "lz4's legacy format",
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "save each sheet as CSV",
		"PK\x03\x04" + strings.Repeat(".", 26) + "[Content_Types].xml": "save each sheet as CSV",
		"\x04\x22\x4d\x18....":                            "lz4",
		"a" + strings.Repeat("\x00", 256) + "ustar\x0000": "tar",
		string(gz("BZh91AY&SY...")):                       "bzip2",
		string(gz(string(gz("a\n1\n")))):                  "twice",
		string(gz("a\n1\n")) + "\x00\x00":                 "gzip",
		string(gz("a\n1\n")) + "garbage..":                "gzip",
		string(zst("a\n1\n")) + "garbage..":               "zstd",
	} {
		_, err := New().Sample(t.Context(), inMemory(data), reader.Hints{})
		if err == nil || !strings.Contains(err.Error(), want) || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("%.20q: %v (%v), want …%s", data, err, abstract.ClassOf(err), want)
		}
	}
	// Letters that happen to be magic are letters.
	for _, data := range []string{"BZh,PK\n1,2\n", "PK\n1\n", "7z\n1\n"} {
		mustSample(t, data, reader.Hints{})
	}
}

func TestV14EmptyAndNull(t *testing.T) {
	const data = "s,n\n,\n\"\",\"\"\nNULL,NULL\n\"NULL\",1\n"
	s := mustSample(t, data, reader.Hints{Null: []string{"NULL"}})
	req := request(t, data)
	req.Dialect, req.Schema = s.Dialect, readertest.Suggested(s)
	got, err := read(t, req)
	want := [][]any{{nil, nil}, {"", nil}, {nil, nil}, {"NULL", int64(1)}}
	if diff := readertest.Diff(got.Rows, want); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// A record beyond the limit is refused without buffering the rest.
func TestV15RecordTooLong(t *testing.T) {
	long := "a,b\n1,2\n3,\"" + strings.Repeat("x,\n", 1<<20)
	req := texts(request(t, "a,b\n"))
	req.File, req.Limits = inMemory(long), reader.NewLimits(1<<20, 2)
	most := int64(0)
	got, err := readertest.Read(t.Context(), t, New(), req, func(int) error {
		most = max(most, req.Limits.InUse())
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "record 2 at byte 8: it is longer than 262144 bytes") || abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("error %v", err)
	}
	if len(got.Rows) != 1 || most > 2<<20 {
		t.Errorf("%d rows, %d bytes in use", len(got.Rows), most)
	}
	if _, err := New().Sample(t.Context(), inMemory(strings.Repeat("x", 17<<20)), reader.Hints{}); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a line without end: %v", err)
	}
}

func TestV13V19Verbatim(t *testing.T) {
	got, err := read(t, request(t, "a;b\n# x\n=cmd()\n c \n'q'\n"))
	want := [][]any{{"# x"}, {"=cmd()"}, {" c "}, {"'q'"}}
	if diff := readertest.Diff(got.Rows, want); err != nil || diff != "" {
		t.Error(err, diff)
	}
	s := mustSample(t, "a;b\n1;2\n", reader.Hints{})
	if len(s.Notes) != 1 || !strings.Contains(s.Notes[0], `';'`) {
		t.Errorf("notes %q", s.Notes)
	}
	s = mustSample(t, "a;b\n1;2\n", reader.Hints{Delimiter: ';'})
	if len(s.Columns) != 2 || s.Columns[1].Type() != abstract.Int64 {
		t.Errorf("columns %v", s.Columns)
	}
}

// A sample of part of a file must not be the last word: a later value that
// does not fit is bad, not NULL.
func TestV17LaterValueDiffers(t *testing.T) {
	data := "a\n" + strings.Repeat("1\n", 2*SampleRecords) + "x\n"
	s := mustSample(t, data, reader.Hints{})
	if s.Complete || s.Records < SampleRecords || s.Columns[0].Type() != abstract.Int64 {
		t.Fatalf("sample of %d records, complete %v, %v", s.Records, s.Complete, s.Columns)
	}
	got, err := read(t, request(t, data))
	if err == nil || !strings.Contains(err.Error(), `record 40961 at byte 81922, column "a": "x" is not an int64`) {
		t.Errorf("error %v", err)
	}
	if len(got.Rows) != 2*SampleRecords {
		t.Errorf("%d rows", len(got.Rows))
	}
}

func TestV12ResumeChecksTheHeader(t *testing.T) {
	req := texts(request(t, "a,b\n1,2\n3,4\n"))
	req.Offset, req.Records = 8, 1
	req.File = inMemory("a,c\n1,2\n3,4\n")
	if _, err := read(t, req); err == nil || !strings.Contains(err.Error(), "header") || abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("another header: %v", err)
	}
	req.File = inMemory(string(gz("a,b\n1,2\n3,4\n")))
	if _, err := read(t, req); err == nil || !strings.Contains(err.Error(), "compression") || abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("another compression: %v", err)
	}
	for _, offset := range []int64{2, 13} {
		req.File, req.Offset = inMemory("a,b\n1,2\n3,4\n"), offset
		if _, err := read(t, req); err == nil || abstract.ClassOf(err) != abstract.FileOnly {
			t.Errorf("offset %d: %v", offset, err)
		}
	}
}

// An error of the caller's own is not the file's fault.
func TestBadRequests(t *testing.T) {
	for _, hints := range []reader.Hints{{Delimiter: '"'}, {Delimiter: '\n'}, {Quote: 0xff}, {Escape: '"'}, {Escape: '\r'}, {Escape: ','}, {Comment: "#\n"}, {SkipLines: -1}} {
		if _, err := New().Sample(t.Context(), inMemory("a\n"), hints); err == nil || abstract.ClassOf(err) != abstract.Permanent {
			t.Errorf("%+v: %v", hints, err)
		}
	}
	if _, err := read(t, reader.Request{File: inMemory("a\n"), Limits: reader.NewLimits(0, 0)}); err == nil {
		t.Error("no dialect, no error")
	}
}

// What is JSON in a CSV file is what is JSON in JSON lines; white space may
// have line ends in it.
func TestJ03J05JSONColumn(t *testing.T) {
	for cell, ok := range map[string]bool{
		`"{""a"":` + "\r\n" + `[1, null]}"`: true,
		`null`:                              true,
		`"""\ud83d\ude00"""`:                true,
		`"""\ud83d"""`:                      false,
		`[1`:                                false,
		"\"\"\"\x00\"\"\"":                  false,
		"\"\"\"\xff\"\"\"":                  false,
		strings.Repeat("[", 1024) + strings.Repeat("]", 1024): true,
		strings.Repeat("[", 1025) + strings.Repeat("]", 1025): false,
	} {
		req := request(t, "a,b\n")
		req.Schema = abstract.Schema{{Name: "a", Type: abstract.JSON}, {Name: "b", Type: abstract.Int64}}
		req.File = inMemory("a,b\n" + cell + ",1\n")
		_, err := read(t, req)
		if ok != (err == nil) || err != nil && !strings.Contains(err.Error(), `column "a": `) {
			t.Errorf("%.30q: %v", cell, err)
		}
	}
}

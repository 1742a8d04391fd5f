package csv

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// What is detected, as the flags that ask for it.
func TestDetect(t *testing.T) {
	for _, test := range []struct {
		data  string
		hints reader.Hints
		flags string
	}{
		{data: "", flags: ""},
		{data: "\n \n", flags: ""},
		{data: "a,b\n1,x\n", flags: ""},
		{data: "a;b\n1;x\n", flags: "--delimiter ;"},
		{data: "a\tb\n1\tx\n", flags: "--delimiter tab"},
		{data: "a|b\n1|x, y\n2|z\n", flags: "--delimiter |"},
		{data: "a\x01b\n1\x01x\n", flags: "--delimiter \x01"},
		{data: "a b\n1 2\n3 4\n", flags: "--delimiter  "},
		{data: "a:b\nx:y\nz:u\n", flags: "--delimiter :"},
		// What is in cells is no delimiter.
		{data: "t\n01:02:03\n04:05:06\n", flags: ""},
		{data: "n;s\n1,5;2,5\n3,5;4,5\n", flags: "--delimiter ;"},
		{data: "1,5;2,5\n3,5;4,5\n", flags: "--delimiter ; --no-header"},
		{data: "t,n\n2020-01-01 10:00:00,1\n2020-01-02 10:00:00,2\n", flags: ""},
		{data: "\"Dec 8, 2022\"\n\"Sep 26, 2022\"\n", flags: ""},
		{data: "a long line of words\nor two of them\nand so on and on\n", flags: ""},
		{data: "{\"a\":1,\"b\":2}\n", flags: "--quote none"},
		// Quotes and escapes.
		{data: "a,b\n1,'x, y'\n2,'z'\n", flags: "--quote '"},
		{data: "a,b\n1,it's\n2,'twas\n", flags: ""},
		{data: "a,b\n1,5\" disk\n2,\"3\" disk\n", flags: "--quote none"},
		{data: "a,b\n1,\"x\\\",y\"\n2,\"z\"\n", flags: `--escape \`},
		{data: "a,b\n1,C:\\x\n2,D:\\y\n", flags: ""},
		{data: "a,b\n1,x\\,y\n2,z\n3,u\n", flags: `--escape \`},
		// Headers.
		{data: "1,x\n2,y\n", flags: "--no-header"},
		{data: "2020-01-01\n", flags: "--no-header"},
		{data: "a,b\nx,y\n", flags: ""},
		{data: "a,b\nx,y\na,z\n", flags: "--no-header"},
		{data: "a,b\n1,y\n2,b\n", flags: ""},
		{data: "a,2019,2020\nx,1,2\ny,3,4\n", flags: "--no-header"}, // years are values
		{data: "id,1,2\n5,6,7\n", flags: "--no-header"},
		// Preambles and comments.
		{data: "t;u\nv;w\na;b;c;d\n1;2;3;4\n", flags: "--delimiter ; --skip-lines 2"},
		{data: "Report\nof all\n\na,b,c\n1,2,3\n4,5,6\n", flags: "--skip-lines 3"},
		{data: "Report,,\n,,\na,b,c\n1,2,3\n", flags: "--skip-lines 2"},
		{data: "alice,\nbob,1\ncarl,2\n", flags: ""}, // may be a row
		{data: "# made by x, y and z\na,b\n1,2\n# end\n", flags: "--comment #"},
		{data: "#a,b\n1,2\n3,4\n", flags: ""},
		{data: "a,b\n#1,2\n#3,4\n", flags: ""},
		{data: "a,b\n1,2\n#\n#3,4\n", flags: ""},
		// Words for NULL.
		{data: "a,b\n1,NA\nNA,x\n", flags: "--null NA"},
		{data: "a,b\n1,\\N\n2,x\n", flags: `--null \N`},
		{data: "a,b\n1,\"-\"\n-,x\n", flags: "--null -"},
		{data: "a,b\n1,NA\n2,x\n", flags: ""}, // among text it is text
		// What the user says stands.
		{data: "a;b\n1;x\n", hints: reader.Hints{Delimiter: '|'}, flags: ""},
		{data: "a;b\n1;x\n", hints: reader.Hints{Delimiter: ';'}, flags: ""},
		{data: "1;'x'\n2;'y'\n", hints: reader.Hints{NoHeader: true, Quote: '"'}, flags: "--delimiter ;"},
		{data: "a,b\n1,NA\nNA,x\n", hints: reader.Hints{Null: []string{"x"}}, flags: ""},
		{data: "x\na;b\n1;2\n", hints: reader.Hints{SkipLines: 1}, flags: "--delimiter ;"},
		{data: "%\na,b\n%,;\n1,2\n", hints: reader.Hints{Comment: "%"}, flags: ""},
		{data: "a,b\n1,\"x\\\",y\"\n", hints: reader.Hints{Escape: '^'}, flags: ""},
		{data: "a,b\n1,'x, y'\n2,'z'\n", hints: reader.Hints{NoQuote: true}, flags: ""},
	} {
		test.hints.Detect = reader.DetectToTell
		s, err := New().Sample(t.Context(), inMemory(test.data), test.hints)
		var got []string
		if s.Detected != nil {
			got = s.Detected.Flags
		}
		if text := strings.Join(got, " "); err != nil && !strings.Contains(err.Error(), "follows a closing quote") || err == nil && text != test.flags {
			t.Errorf("%q with %+v: %q, want %q, %v", test.data, test.hints, text, test.flags, err)
		}
	}
}

// Detection changes what a file is read as only where it is asked to.
func TestDetectOnlyIfAsked(t *testing.T) {
	const data = "a;b\n1;NA\n2;3\n"
	for _, test := range []struct {
		hints     reader.Hints
		delimiter string
		detected  bool
	}{
		{reader.Hints{}, ",", false},
		{reader.Hints{Detect: reader.DetectToTell}, ",", true},
		{reader.Hints{Detect: reader.DetectToTell, DialectOnly: true}, ",", false},
		{reader.Hints{Detect: reader.DetectToUse}, ";", true},
		{reader.Hints{Detect: reader.DetectToUse, DialectOnly: true}, ";", true},
	} {
		s := mustSample(t, data, test.hints)
		if s.Dialect.Delimiter != test.delimiter || (s.Detected != nil) != test.detected {
			t.Errorf("%+v: %+v, %+v", test.hints, s.Dialect, s.Detected)
		}
		if use := test.hints.Detect == reader.DetectToUse; use && (len(s.Detected.Flags) > 0 || !slices.Equal(s.Dialect.Null, []string{"NA"})) {
			t.Errorf("%+v: %+v, %+v", test.hints, s.Dialect, s.Detected)
		}
	}
}

// However nasty a text is, it takes little time, and no more of it is looked at than
// so much.
func TestDetectIsBounded(t *testing.T) {
	for name, data := range map[string]string{
		"delimiters": strings.Repeat(",;\t|:~^ #\n", 1<<17), "quotes": strings.Repeat(`"'\`, 1<<19), "one row": strings.Repeat("a,", 1<<12) + "\n",
		"same rows": strings.Repeat(strings.Repeat("a,", 2000)+"\n", 200), "comments": strings.Repeat("#\n", 1<<18), "empty": strings.Repeat("\n", 1<<20),
		"NUL": strings.Repeat("\x00", 1<<20), "opened": "a,b\n1,\"" + strings.Repeat("x,'\\\n", 1<<18),
	} {
		began := time.Now()
		_, _, err := New().(format).find(t.Context(), inMemory(data), reader.Hints{})
		if took := time.Since(began); err != nil || took > 10*time.Second {
			t.Errorf("%s: %v, %v", name, took, err)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
	data := "a,b\n" + strings.Repeat("1,x\n", detectBytes/4)
	s := mustSample(t, data+strings.Repeat("1;x\n", detectBytes), reader.Hints{Detect: reader.DetectToTell})
	if len(s.Detected.Flags) > 0 {
		t.Errorf("what is far behind counts: %q", s.Detected.Flags)
	}
}

// FuzzDetect: whatever is detected can be read, and the sample is what is read.
func FuzzDetect(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	for _, file := range dialectFiles() {
		f.Add(file.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := inMemory(string(data))
		s, err := New().Sample(t.Context(), file, reader.Hints{Detect: reader.DetectToUse})
		if err != nil || !s.Complete {
			return
		}
		got, err := read(t, reader.Request{File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), OnBadRow: reader.SkipRow, Limits: reader.NewLimits(1<<20, 2), BatchBytes: 16})
		if err != nil || got.Records() != int64(s.Records) {
			t.Fatalf("%q as %+v: %d records, %v; sample %d", data, s.Dialect, got.Records(), err, s.Records)
		}
	})
}

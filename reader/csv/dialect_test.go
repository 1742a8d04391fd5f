package csv

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// dialectFiles are files of the dialects that flags ask for.
func dialectFiles() []readertest.File {
	const preamble = "A \"report, of\r\n\n\"everything\n"
	ints := [][]any{{int64(1), "x"}, {int64(2), "y"}}
	two := abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Text}}
	return []readertest.File{
		{Name: "V13 escapes", Hints: reader.Hints{Escape: '\\', Null: []string{`\N`}},
			Data: []byte("a\\,b,c\r\n\"1\\\",\\\\\",x\\,y\\\n\r\n\\N,\\\\N\r\n\"\\\r\n\",\\\r\n\r\n\"\"\"\\\\\"\"\",\\n\\\\\r\n\"\\N\",z\\"),
			Rows: [][]any{{`1",\`, "x,y\n"}, {nil, `\N`}, {"\r\n", "\r\n"}, {`"\"`, `\n\`}, {`\N`, `z\`}}},
		{Name: "V13 escapes of CR lines", Hints: reader.Hints{Escape: '\\'}, Data: []byte("a,b\r1,\"x\\\r\"\r2,\\\r\r3,\\\n\r"),
			Rows: [][]any{{int64(1), "x\r"}, {int64(2), "\r"}, {int64(3), "\\\n"}}},
		{Name: "V10 escapes and bad records", Hints: reader.Hints{Escape: '\\'}, Schema: two, Rejected: 4,
			Data: []byte("a,b\n1\\,0,x\n1,\"x\"\\\n,y\n1,x\n\"\\\"\",y\n2,y\n3,\"x\\\"\n"), Rows: ints},
		{Name: "V13 no quotes", Hints: reader.Hints{NoQuote: true}, Rejected: 1, Schema: two,
			Data: []byte("a,b\r\n1,\"x\r\n2,\"y\",\r\n3,\"\"\r\n4,\"\r"), Rows: [][]any{{int64(1), `"x`}, {int64(3), `""`}, {int64(4), "\"\r"}}},
		{Name: "V13 no quotes, escapes", Hints: reader.Hints{NoQuote: true, Escape: '\\', Delimiter: '\t', Null: []string{`\N`}},
			Data: []byte("a\tb\n1\tx\\\t\"\\\\\n\\N\t\\\"\\\n\n"), Rows: [][]any{{int64(1), "x\t\"\\"}, {nil, "\\\"\n"}}},
		{Name: "V19 comments", Hints: reader.Hints{Comment: "#"},
			Data: []byte("# a,\"b\n\n#\n#\r\n\"a\",b\r\n1,x\n#,\"\n\n2,y\n# end"), Rows: ints},
		{Name: "V19 long comments of CR lines", Hints: reader.Hints{Comment: "//"},
			Data: []byte("//,\"\ra,b\r1,/\r//\r\"2\",//\r"), Rows: [][]any{{int64(1), "/"}, {int64(2), "//"}}},
		{Name: "V19 comments in one column", Hints: reader.Hints{Comment: "#", NoHeader: true},
			Data: []byte("#\n\n#\n\n1\n#2\n\n\"#3\"\n"), Rows: [][]any{{nil}, {nil}, {"1"}, {nil}, {"#3"}}},
		{Name: "V19 comments within quotes", Hints: reader.Hints{Comment: "#"}, Schema: two, Rejected: 1,
			Data: []byte("a,b\n1,\"x\n#y\"\n2,x\n #,\n"), Rows: [][]any{{int64(1), "x\n#y"}, {int64(2), "x"}}},
		{Name: "V19 quotes in comments", Hints: reader.Hints{Comment: "#"}, Schema: two,
			Data: []byte("#,\"\na,b\n#,\"\n1,\"x\ny\"\n2,\"\"\n"), Rows: [][]any{{int64(1), "x\ny"}, {int64(2), ""}}},
		{Name: "V13 quotes in an unquoted cell with escapes", Hints: reader.Hints{Escape: '\\'},
			Data: []byte("a,b\n1,x\"\"\\\"y\"\n"), Rows: [][]any{{int64(1), `x"""y"`}}},
		{Name: "V19 only comments", Hints: reader.Hints{Comment: "#"}, Data: []byte("#\n# a,\"b")},
		{Name: "preamble", Hints: reader.Hints{SkipLines: 3}, Data: []byte(preamble + "a,b\n1,x\n2,y\n"), Rows: ints},
		{Name: "preamble behind a byte order mark, no header", Hints: reader.Hints{SkipLines: 3, NoHeader: true},
			Data: []byte(reader.BOM + preamble + "1,x\n\n2,y\n"), Rows: ints},
		{Name: "preamble of comments", Hints: reader.Hints{SkipLines: 3, Comment: "#", NoHeader: true}, Data: []byte(preamble + "#\n1,x\n2,y\n"), Rows: ints},
		{Name: "preamble in gzip", Hints: reader.Hints{SkipLines: 3}, Data: gz(preamble + "a,b\n1,x\n2,y\n"), Rows: ints},
		{Name: "only a preamble", Hints: reader.Hints{SkipLines: 9}, Data: []byte(preamble)},
		{Name: "only a preamble, no header", Hints: reader.Hints{SkipLines: 3, NoHeader: true}, Data: []byte(preamble)},
		{Name: "detected", Hints: reader.Hints{Detect: reader.DetectToUse},
			Data: []byte("made on Monday\n\n'a';b\n1;'x\\'\n'\n2;'y;'\nNA;z\n"), Rows: [][]any{{int64(1), "x'\n"}, {int64(2), "y;"}, {nil, "z"}}},
		{Name: "all of it in UTF-16", Hints: reader.Hints{SkipLines: 1, Comment: "#", Escape: '\\'},
			Data: []byte(utf16le("\ufeffé\n#\na,b\n1,x\n2,\"y\\\"\"")), Rows: [][]any{{int64(1), "x"}, {int64(2), `y"`}}},
	}
}

func TestDialects(t *testing.T) {
	readertest.Run(t, readertest.Harness{Format: New(), Files: dialectFiles()})
}

// The simple way of finding records is another program than the fast one, and
// gives the same where the dialect asks nothing of it.
func TestSimpleIsTheSameAsFast(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		data := make([]byte, r.IntN(30))
		for i := range data {
			data[i] = ",,\n\n\r\"\"\"ax"[r.IntN(10)]
		}
		d := dialect{delimiter: ',', quote: '"', lineEnd: "\n\r"[r.IntN(2)]}
		columns, records, size := r.IntN(4)+1, r.IntN(3)+1, r.IntN(10)+1
		want, wantRejected := decodeAll(t, textDecoder(d, columns), data, 1<<30, len(data)+1)
		simple := textDecoder(d, columns)
		simple.dialect.simple = true
		got, rejected := decodeAll(t, simple, data, records, size)
		if diff := readertest.Diff(got, want); diff != "" || rejected != wantRejected {
			t.Fatalf("%q: %s; %d rejected, the fast way %d", data, diff, rejected, wantRejected)
		}
	}
}

// FuzzV03SimpleSplitAgreesWithParse is [FuzzV03SplitAgreesWithParse] with
// escapes, comments, lines to be skipped, and without quotes.
func FuzzV03SimpleSplitAgreesWithParse(f *testing.F) {
	for _, file := range dialectFiles() {
		for how := range byte(16) {
			f.Add(file.Data, byte(1), byte(0), how, how)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, columns, records, size, how byte) {
		if len(data) > 4096 {
			return
		}
		dec := textDecoder(dialect{delimiter: ',', quote: '"', lineEnd: "\n\r"[how>>4&1]}, int(columns%4)+1)
		d := &dec.dialect
		d.simple = true
		if how&1 != 0 {
			d.quote = 0
		}
		if how&2 != 0 {
			d.escape = '\\'
		}
		if how&4 != 0 {
			d.comment = []byte("##"[:1+how>>5&1])
		}
		d.skipLines = int(how >> 3 & 1 * 2)
		want, wantRejected := decodeAll(t, dec, data, 1<<30, len(data)+1)
		got, rejected := decodeAll(t, dec, data, int(records)+1, int(size)+1)
		if diff := readertest.Diff(got, want); diff != "" || rejected != wantRejected {
			t.Errorf("%q: %s; %d rejected, in one block %d", data, diff, rejected, wantRejected)
		}
	})
}

// A file that was begun in a dialect is read on in it, whatever the hints are by
// then: the dialect is all that Read is given.
func TestDialectIsDescribed(t *testing.T) {
	hints := reader.Hints{Delimiter: ';', Quote: '\'', Escape: '\\', Comment: "#", SkipLines: 2, NoHeader: true, Null: []string{"-"}}
	d := mustSample(t, "x\ny\n1;2\n", hints).Dialect
	if d.Delimiter != ";" || d.Quote != "'" || d.Escape != `\` || d.Comment != "#" || d.SkipLines != 2 || d.Header || len(d.Null) != 1 {
		t.Errorf("%+v", d)
	}
	if d := mustSample(t, "a\n", reader.Hints{NoQuote: true}).Dialect; d.Quote != "" {
		t.Errorf("no quotes: %+v", d)
	}
}

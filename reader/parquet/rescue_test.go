package parquet

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// misfits is a file with a column that fits, one of which some values do, one that
// the table cannot hold, and one that it lacks.
func misfits() testFile {
	return testFile{
		top: 4,
		elements: []element{
			leafOf("n", typeInt64, required), textLeaf("s", optional),
			groupOf("l", optional, 1, convertedList), groupOf("list", repeated, 1, -1), leafOf("element", typeInt32, optional),
			textLeaf("new", optional),
		},
		groups: []testGroup{{rows: 5, chunks: []testChunk{
			{pages: []testPage{{n: 5, values: le64(1, 2, 3, 4, 5)}}},
			{dict: texts("7", "x\"\n", "\xff"), size: 3, pages: []testPage{{def: []uint8{1, 1, 0, 1, 1}, encoding: encodingDictionary, values: places(0, 1, 2, 1)}}},
			{pages: []testPage{{rep: []uint8{0, 0, 0, 1, 0, 0}, def: []uint8{0, 1, 3, 2, 0, 0}, values: le32(5)}}},
			{pages: []testPage{{def: []uint8{0, 1, 0, 0, 1}, values: texts("", "é")}}},
		}}},
	}
}

var misfitSchema = abstract.Schema{
	{Name: "l", Type: abstract.Float64}, {Name: "R", Type: abstract.JSON}, {Name: "s", Type: abstract.Int64}, {Name: "n", Type: abstract.Int64}, {Name: "none", Type: abstract.Bool},
}

func misfitRows() [][]any {
	return [][]any{
		{nil, nil, int64(7), int64(1), nil},
		{nil, `{"s":"x\"\u000a","l":[],"new":""}`, nil, int64(2), nil},
		{nil, `{"l":[5,null]}`, nil, int64(3), nil},
		{nil, `{"s":"x\"\u000a","new":"é"}`, nil, int64(5), nil},
	}
}

// rescueOne reads a column of one value into a table that lacks it, and into one
// where it has another type.
func rescueOne(t *testing.T, e element, value []byte, typ abstract.Type) (lacking, other []any, reasons []string) {
	t.Helper()
	file := inMemory(testFile{
		elements: []element{e}, groups: []testGroup{{rows: 1, chunks: []testChunk{{pages: []testPage{{n: 1, values: value}}}}}},
	}.bytes())
	s, err := New().Sample(t.Context(), file, reader.Hints{Rescue: "r"})
	if err != nil || len(s.Columns) != 2 || s.Columns[1].Name != "r" || s.Columns[1].Type() != abstract.JSON {
		t.Fatalf("sampled %v, %v", s.Columns, err)
	}
	rescue := abstract.Column{Name: "r", Type: abstract.JSON}
	for i, schema := range []abstract.Schema{{rescue}, {rescue, {Name: "v", Type: typ}}} {
		got, err := readertest.Read(t.Context(), t, New(), reader.Request{
			File: file, Dialect: s.Dialect, Schema: schema, Limits: reader.NewLimits(1<<20, 2), OnBadRow: reader.SkipRow,
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		reasons = append(reasons, got.Reasons...)
		for _, row := range got.Rows {
			if i == 0 {
				lacking = row
			} else {
				other = row
			}
		}
	}
	return lacking, other, reasons
}

// Each kind of value has its form, which is JSON and has all of the value.
func TestRescueKinds(t *testing.T) {
	timestamp := func(unit int16, utc bool) annotation { return annotation{id: logicalTimestamp, unit: unit, utc: utc} }
	double := func(f float64) []byte { return le64(int64(math.Float64bits(f))) }
	for _, test := range []struct {
		name    string
		element element
		value   []byte
		typ     abstract.Type // of a column that cannot hold it
		want    string        // "": no JSON either
	}{
		{"int64", leafOf("v", typeInt64, required), le64(math.MinInt64), abstract.Date, "-9223372036854775808"},
		{"uint64", annotated(typeInt64, 0, annotation{id: logicalInteger, bits: 64}), le64(-1), abstract.Int64, "18446744073709551615"},
		{"decimal", annotated(typeFixed, 16, annotation{id: logicalDecimal, precision: 38, scale: 3}), append(make([]byte, 8), 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), abstract.Decimal(38, 2), "1152921504606846.975"},
		{"double", leafOf("v", typeDouble, required), double(0.1), abstract.Int64, "0.1"},
		{"NaN", leafOf("v", typeDouble, required), double(math.NaN()), abstract.Decimal(9, 2), `"NaN"`},
		{"infinity", leafOf("v", typeDouble, required), double(math.Inf(-1)), abstract.Int64, `"-Infinity"`},
		{"boolean", leafOf("v", typeBoolean, required), []byte{1}, abstract.UUID, "true"},
		{"date", withConverted(typeInt32, 0, convertedDate), le32(1), abstract.Int64, `"1970-01-02"`},
		{"timestamp", annotated(typeInt64, 0, timestamp(3, true)), le64(1), abstract.TimestampTZ, `"1970-01-01 00:00:00.000000001Z"`},
		{"time", annotated(typeInt64, 0, annotation{id: logicalTime, unit: 3}), le64(1001), abstract.Time, `"00:00:00.000001001"`},
		{"INT96", leafOf("v", typeInt96, required), int96Of(1<<31-1, 0), abstract.Timestamp, `"5874898-06-03 00:00:00"`},
		{"bytes", leafOf("v", typeByteArray, required), texts("\xff\x00"), abstract.Int64, `"/wA="`},
		{"UUID", annotated(typeFixed, 16, annotation{id: logicalUUID}), []byte("0123456789abcdef"), abstract.Bool, `"30313233-3435-3637-3839-616263646566"`},
		{"UUID as bytes", annotated(typeFixed, 16, annotation{id: logicalUUID}), []byte("0123456789abcdef"), abstract.Bytes, `"30313233-3435-3637-3839-616263646566"`},
		{"JSON", withConverted(typeByteArray, 0, convertedJSON), texts(`{"a": [1]}`), abstract.Int64, `{"a": [1]}`},
		{"JSON that is none", withConverted(typeByteArray, 0, convertedJSON), texts(`{"`), abstract.JSON, `"{\""`},
		{"text", textLeaf("v", required), texts("{\"\x1f"), abstract.JSON, `"{\"\u001f"`},
		{"text that is none", textLeaf("v", required), texts("\xff"), abstract.Int64, ""},
		{"text with a NUL", textLeaf("v", required), texts("\x00"), abstract.JSON, ""},
		{"time of day that is none", annotated(typeInt64, 0, annotation{id: logicalTime, unit: 2}), le64(-1), abstract.Time, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			lacking, other, reasons := rescueOne(t, test.element, test.value, test.typ)
			if test.want == "" {
				if len(reasons) != 2 || lacking != nil || other != nil {
					t.Errorf("%v, %v, %q", lacking, other, reasons)
				}
				return
			}
			want := `{"v":` + test.want + `}`
			if fmt.Sprint(lacking) != fmt.Sprint([]any{want}) || fmt.Sprint(other) != fmt.Sprint([]any{want, nil}) {
				t.Errorf("%v and %v, want %s; %q", lacking, other, want, reasons)
			}
			if !json.Valid([]byte(want)) {
				t.Errorf("%s is not JSON", want)
			}
		})
	}
}

// Whatever the budget and the batches are, every value is in its column or rescued.
func TestRescueRandomFiles(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	types := map[string][]abstract.Type{
		"n": {abstract.Int64, abstract.Bool, ""}, "s": {abstract.Text, abstract.Int64, abstract.JSON, ""}, "l": {abstract.JSON, abstract.Int64, ""},
	}
	for round := range 24 {
		groups, most := 1+r.IntN(4), 1+r.IntN(200)
		if round%10 == 0 {
			most = 4000
		}
		f, rows := randomFile(r, groups, most)
		file := inMemory(f.bytes())
		sample, err := New().Sample(t.Context(), file, reader.Hints{Rescue: "r"})
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			schema := abstract.Schema{{Name: "r", Type: []abstract.Type{abstract.JSON, abstract.Text}[r.IntN(2)]}}
			for _, c := range randomSchema {
				if c.Type = types[c.Name][r.IntN(len(types[c.Name]))]; c.Type != "" {
					schema = append(schema, c)
				}
			}
			checkRandomly(t, r, file, sample.Dialect, schema, rescuedRows(rows, schema))
		}
	}
}

// rescuedRows is what a table of those columns has of rows of randomSchema.
func rescuedRows(rows [][]any, schema abstract.Schema) (out [][]any) {
	for _, row := range rows {
		to, members := make([]any, len(schema)), []string(nil)
		for i, v := range row {
			name, place := randomSchema[i].Name, -1
			for p, c := range schema {
				if c.Name == name {
					place = p
				}
			}
			text := fmt.Sprint(v)
			switch {
			case v == nil:
			case place >= 0 && schema[place].Type == randomSchema[i].Type:
				to[place] = v
			case place >= 0 && name == "s" && text == "7" && schema[place].Type == abstract.Int64:
				to[place] = int64(7)
			case place >= 0 && name == "s" && text == "7":
				to[place] = "7"
			case place >= 0 && name == "n" && (text == "0" || text == "1"):
				to[place] = text == "1"
			case name == "s":
				members = append(members, `"s":"`+text+`"`)
			default:
				members = append(members, `"`+name+`":`+text)
			}
		}
		if members != nil {
			to[0] = "{" + strings.Join(members, ",") + "}"
		}
		out = append(out, to)
	}
	return out
}

// Values that do not fit are bounded as others are: a batch has no more of them than
// there is room for, even if a dictionary has one long value for all rows.
func TestRescueIsBounded(t *testing.T) {
	const n, long = 300, 100_000
	word := strings.Repeat("x", long)
	chunk := testChunk{codec: codecZstd, dict: texts(word), size: 1, pages: []testPage{{n: n, encoding: encodingDictionary, values: places(make([]uint8, n)...)}}}
	file := inMemory(testFile{
		elements: []element{textLeaf("s", required)}, groups: []testGroup{{rows: n, chunks: []testChunk{chunk}}},
	}.bytes())
	for _, budget := range []int64{1, 1 << 20, 4 << 20} {
		limits := reader.NewLimits(budget, 2)
		req := reader.Request{
			File: file, Dialect: reader.Dialect{Format: Name, Columns: []string{"s"}, Rescue: "r"},
			Schema: abstract.Schema{{Name: "s", Type: abstract.Int64}, {Name: "r", Type: abstract.JSON}}, Limits: limits,
		}
		got, err := readertest.Read(t.Context(), t, New(), req, nil)
		if err != nil || len(got.Rows) != n {
			t.Fatalf("budget %d: %d rows, %v", budget, len(got.Rows), err)
		}
		for _, row := range got.Rows {
			if row[0] != nil || row[1] != `{"s":"`+word+`"}` {
				t.Fatalf("budget %d: %.100v", budget, row)
			}
		}
		most := int64(0)
		for i, stop := range got.Stops {
			before := int64(0)
			if i > 0 {
				before = got.Stops[i-1].Records
			}
			most = max(most, (stop.Records-before)*long)
		}
		if most > max(limits.BlockCost(), long) {
			t.Errorf("budget %d: a batch of %d bytes", budget, most)
		}
	}
	file = inMemory(testFile{
		elements: []element{textLeaf("s", required), textLeaf("new", required)}, groups: []testGroup{{rows: n, chunks: []testChunk{chunk, chunk}}},
	}.bytes())
	limits := reader.NewLimits(1<<30, 2)
	limits.Bounds.Page = long + 1000
	got, err := readertest.Read(t.Context(), t, New(), reader.Request{
		File: file, Dialect: reader.Dialect{Format: Name, Columns: []string{"s", "new"}, Rescue: "r"}, OnBadRow: reader.SkipRow,
		Schema: abstract.Schema{{Name: "r", Type: abstract.JSON}}, Limits: limits,
	}, nil)
	if err != nil || got.Rejected != n || !strings.Contains(got.Reasons[0], "longer than 101000 bytes as JSON (--max-page)") {
		t.Errorf("%v, %d rejected, %q", err, got.Rejected, got.Reasons)
	}
}

// TestCorpusRescue: a table with nothing but the column for what does not fit gets each
// row as an object that has exactly the columns that are not NULL.
func TestCorpusRescue(t *testing.T) {
	dir := readertest.Corpus(t)
	files := 0
	eachParquet(t, dir, func(name, _ string) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		sample, plain, err := readAll(t.Context(), t, data, reader.NewLimits(32<<20, 2), reader.SkipRow)
		if err != nil || plain.Rejected > 0 || len(data) > 4<<20 {
			return // a value that does not fit its own type may have a form all the same
		}
		sample.Dialect.Rescue = "what does not fit"
		got, err := readertest.Read(t.Context(), t, New(), reader.Request{
			File: inMemory(data), Dialect: sample.Dialect, Limits: reader.NewLimits(32<<20, 2),
			Schema: abstract.Schema{{Name: sample.Dialect.Rescue, Type: abstract.JSON}},
		}, nil)
		if err != nil || len(got.Rows) != len(plain.Rows) {
			t.Errorf("%s: %d rows of %d, %v", name, len(got.Rows), len(plain.Rows), err)
			return
		}
		files++
		for i, row := range plain.Rows {
			members, want := map[string]json.RawMessage{}, 0
			if text, ok := got.Rows[i][0].(string); ok {
				err = json.Unmarshal([]byte(text), &members)
			}
			for c, v := range row {
				if _, has := members[sample.Columns[c].Name]; has != (v != nil) {
					t.Errorf("%s: row %d has %s: %v", name, i, sample.Columns[c].Name, has)
					return
				} else if has {
					want++
				}
			}
			if err != nil || len(members) != want {
				t.Errorf("%s: row %d is %v, %v", name, i, got.Rows[i][0], err)
				return
			}
		}
	})
	t.Logf("%d files", files)
}

// A bad row ends a file that it fails, with what is rescued of the rows before it.
func TestRescueBeforeBadRow(t *testing.T) {
	got, err := readertest.Read(t.Context(), t, New(), reader.Request{
		File: inMemory(misfits().bytes()), Dialect: reader.Dialect{Format: Name, Columns: []string{"n", "s", "l", "new"}, Rescue: "r"},
		Schema: misfitSchema, Limits: reader.NewLimits(1<<20, 2),
	}, nil)
	if err == nil || !strings.Contains(err.Error(), `record 4, column "s": "\xff"`) {
		t.Errorf("%v", err)
	}
	if diff := readertest.Diff(got.Rows, misfitRows()[:3]); diff != "" {
		t.Error(diff)
	}
}

// A column that is called as the one for what does not fit fails the file; so does one
// that the table lacks, with a name that no JSON can have.
func TestRescueNames(t *testing.T) {
	_, err := New().Sample(t.Context(), inMemory(misfits().bytes()), reader.Hints{Rescue: "NEW"})
	if err == nil || !strings.Contains(err.Error(), `column "new" of the file has the name of the one for what does not fit`) {
		t.Errorf("%v", err)
	}
	nul := testFile{elements: []element{textLeaf("a\x00b", required)}, groups: []testGroup{{rows: 1, chunks: []testChunk{{pages: []testPage{{n: 1, values: texts("x")}}}}}}}
	_, err = readertest.Read(t.Context(), t, New(), reader.Request{
		File: inMemory(nul.bytes()), Dialect: reader.Dialect{Format: Name, Columns: []string{"a\x00b"}, Rescue: "r"},
		Schema: abstract.Schema{{Name: "r", Type: abstract.JSON}}, Limits: reader.NewLimits(1<<20, 2),
	}, nil)
	if err == nil || !strings.Contains(err.Error(), `of the file is not in the table`) || abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("%v", err)
	}
}

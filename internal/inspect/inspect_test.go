package inspect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/parquet"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func inMemory(data string) reader.File { return readertest.InMemory("f", data) }

// texts are the rows, NULL as "-".
func texts(r *Report) (rows []string) {
	for _, row := range r.Rows {
		var cells []string
		for _, v := range row {
			if v.Null {
				v.Text = "-"
			}
			cells = append(cells, v.Text)
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	return rows
}

func TestFile(t *testing.T) {
	limits := reader.NewLimits(0, 2)
	got, err := File(t.Context(), csv.New(), inMemory("id,price,\"a \"\"b\"\"\"\n1,,x\n2,y,x\n3\n4,1.5,\n5,z,\n6,2,\n"), Config{
		Columns: abstract.Schema{{Name: "PRICE", Type: abstract.Decimal(5, 2)}, {Name: "more", Type: abstract.Date}}, Rows: 2, Bad: 2, Limits: limits,
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"1|-|x|-", "4|1.50|-|-"}; !slices.Equal(texts(got), want) {
		t.Errorf("rows %q", texts(got))
	}
	want := []Column{{"id", abstract.Int64, 0}, {"price", abstract.Decimal(5, 2), 1}, {`a "b"`, abstract.Text, 2}, {"more", abstract.Date, 3}}
	if !slices.Equal(got.Columns, want) || got.Records != 6 || got.RowCount != 3 || got.BadCount != 3 || !got.Complete {
		t.Errorf("%+v", got)
	}
	if len(got.Bad) != 2 || got.Bad[0].Record != 2 || *got.Bad[0].Offset != 24 || got.Bad[0].Column != "price" || got.Bad[0].Reason != `"y" is not a decimal(5,2)` ||
		got.Bad[1].Record != 3 || got.Bad[1].Column != "" || !strings.Contains(got.Bad[1].Reason, "it has 1 fields") {
		t.Errorf("bad %+v", got.Bad)
	}
	if got.Dialect.Format != "csv" || got.Detected == nil || len(got.Notes) != 1 {
		t.Errorf("%+v", got)
	}
	if limits.InUse() != 0 {
		t.Errorf("%d bytes in use", limits.InUse())
	}
}

// Of a long file no more is read than enough.
func TestFileIsReadInPart(t *testing.T) {
	for name, data := range map[string]string{
		"records": "a\n" + strings.Repeat("1\n", 300_000), "bytes": "a\n" + strings.Repeat(strings.Repeat("x", 100_000)+"\n", 400),
	} {
		limits := reader.NewLimits(32<<20, 2)
		file := inMemory(data)
		got, err := File(t.Context(), csv.New(), file, Config{Rows: 3, Limits: limits})
		if err != nil || got.Complete || len(got.Rows) != 3 || got.Records == 0 || got.Records > 2*MostRecords {
			t.Errorf("%s: %d records, %d rows, complete %v, %v", name, got.Records, len(got.Rows), got.Complete, err)
		}
		if name == "bytes" && (got.Records > 200 || !strings.HasSuffix(got.Rows[0][0].Text, "x…") || len(got.Rows[0][0].Text) != mostText+len("…")) {
			t.Errorf("%s: %d records, a value of %d bytes", name, got.Records, len(got.Rows[0][0].Text))
		}
		if limits.InUse() != 0 {
			t.Errorf("%s: %d bytes in use", name, limits.InUse())
		}
	}
}

// What fails is told with what was found until then.
func TestFileFails(t *testing.T) {
	_, err := File(t.Context(), csv.New(), inMemory("PK\x03\x04"), Config{Limits: reader.NewLimits(0, 2)})
	if err == nil || abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), "zip archive") {
		t.Error(err)
	}
	got, err := File(t.Context(), damaged{csv.New()}, inMemory("a,b\n1,2\n"), Config{Rows: 1, Limits: reader.NewLimits(0, 2)})
	if !errors.Is(err, errDamaged) || got == nil || got.Complete || len(got.Columns) != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = File(t.Context(), csv.New(), inMemory(""), Config{Limits: reader.NewLimits(0, 2)})
	if err != nil || !got.Complete || got.Records != 0 || len(got.Columns) != 0 {
		t.Errorf("empty: %+v, %v", got, err)
	}
}

// damaged is a format whose files are found to be damaged behind their beginning.
type damaged struct{ reader.Format }

var errDamaged = errors.New("damaged")

func (damaged) Read(context.Context, reader.Request, reader.Emit) error { return errDamaged }

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Values of every type are what they are in JSON and in text.
func TestValues(t *testing.T) {
	got, err := File(t.Context(), jsonl.New(), inMemory(`{"b":true,"i":1,"f":0.5,"d":"2024-02-29","t":"2024-01-02 03:04","z":"2024-01-02T03:04:05.5Z","s":"x\n\"","j":{"a":[1]},"n":null,`+
		`"c":"12:30","u":"01234567-89ab-cdef-0123-456789abcdef","m":1.5}`), Config{Rows: 1, Limits: reader.NewLimits(0, 2), Columns: abstract.Schema{
		{Name: "c", Type: abstract.Time}, {Name: "u", Type: abstract.UUID}, {Name: "m", Type: abstract.Decimal(3, 2)}}})
	if err != nil || len(got.Rows) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	text, err := json.Marshal(got.Rows[0])
	want := `[true,1,0.5,"2024-02-29","2024-01-02 03:04:00","2024-01-02 03:04:05.5Z","x\n\"",{"a":[1]},null,"12:30:00","01234567-89ab-cdef-0123-456789abcdef",1.50]`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v, want\n%s", text, err, want)
	}
	got, err = File(t.Context(), parquet.New(), inMemory(string(mustRead(t, "../cli/demo.parquet"))), Config{Rows: 1, Limits: reader.NewLimits(0, 2)})
	if err != nil || len(got.Rows) != 1 || got.Detected != nil || len(got.Columns) == 0 {
		t.Errorf("parquet: %+v, %v", got, err)
	}
}

func TestColumnOf(t *testing.T) {
	for reason, want := range map[string][2]string{
		`column "a": no`: {"a", "no"}, `column "a \"b\": c": no: "x"`: {`a "b": c`, `no: "x"`}, "it is bad": {"", "it is bad"},
		`column "a" is twice`: {"", `column "a" is twice`}, "column a: no": {"", "column a: no"}, `"a": no`: {"", `"a": no`},
	} {
		if column, rest := columnOf(reason); column != want[0] || rest != want[1] {
			t.Errorf("%s: %q, %q", reason, column, rest)
		}
	}
	bad := &reader.BadRecord{Column: "é\x00\"", Reason: "no"}
	if column, _ := columnOf(fmt.Sprintf("column %q: %s", bad.Column, bad.Reason)); column != bad.Column {
		t.Errorf("%q", column)
	}
}

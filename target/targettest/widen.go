package targettest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

func testWidening(t *testing.T, h Harness) {
	for from := range values {
		if from == abstract.Text || from == abstract.JSON || from == abstract.Bytes {
			continue
		}
		t.Run(string(from)+" to text", func(t *testing.T) { testWiden(h.start(t), from, abstract.Text, widened(from)) })
	}
	more := []any{int64(math.MinInt64), int64(math.MaxInt64), int64(0), int64(-7)}
	t.Run("int64 to decimal", func(t *testing.T) { testWiden(h.start(t), abstract.Int64, abstract.Decimal(22, 3), more) })
	t.Run("int64 to the longest decimal", func(t *testing.T) { testWiden(h.start(t), abstract.Int64, abstract.Decimal(38, 19), more) })
	t.Run("decimal to decimal", func(t *testing.T) {
		testWiden(h.start(t), abstract.Decimal(9, 2), abstract.Decimal(38, 20), []any{"0.01", "-9999999.99", "9999999.99", "0.00"})
	})
	h.cases(t, map[string]func(*env){
		"at once": testWidenAtOnce,
		"refused": testWidenRefused,
		"held":    testWidenHeld,
	})
}

// widened are the values of a type that are to be seen through a change of it.
// What the suite's values are to all targets alike, they are as text, but for -0.
func widened(typ abstract.Type) (list []any) {
	list = slices.Clone(values[typ])
	if typ != abstract.Float64 {
		return list
	}
	list = append(list, 100000.0, 999999.5, 1e6, -1e6, 1234567.0, -1234567.875, 12e9, 1e14, 1e15, 123456789012345.6, 1e16, 12345678901234567.0,
		1e17, 1e20, 1e22, 1e-4, 1e-5, 0.00012345, 1e100, -1e-100)
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		f := random.NormFloat64() * math.Pow10(random.IntN(50)-25)
		list = append(list, f, math.Round(f*1000)/1000)
	}
	list = slices.DeleteFunc(list, func(v any) bool { return v == 0.0 && math.Signbit(v.(float64)) })
	return append(list, math.Inf(1), math.Inf(-1), math.NaN())
}

// widenedTo is what a value is in a column of another type.
func widenedTo(value any, from, to abstract.Type) any {
	if _, scale, ok := to.Decimal(); ok {
		whole, behind, _ := strings.Cut(fmt.Sprint(value), ".")
		return whole + "." + behind + strings.Repeat("0", scale-len(behind))
	}
	switch v := value.(type) {
	case float64:
		switch {
		case math.IsInf(v, 0):
			return strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64), "+") + "inity"
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		switch from {
		case abstract.Date:
			return v.Format("2006-01-02")
		case abstract.TimestampTZ:
			return v.Format("2006-01-02 15:04:05.999999Z")
		}
		return v.Format("2006-01-02 15:04:05.999999")
	}
	return fmt.Sprint(value)
}

// testWiden: the values that are there, and those that are pushed as they were
// read before, are what they would be if they had been read as the new type.
func testWiden(e *env, from, to abstract.Type, list []any) {
	schema := abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: `a "c"`, Type: from}}
	wide := abstract.Schema{schema[0], {Name: schema[1].Name, Type: to}}
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: schema, FileID: true}))
	rows := [][]any{{int64(0), nil}}
	want := [][]any{{int64(0), nil}, {int64(0), nil}}
	for n, v := range list {
		rows = append(rows, []any{int64(n), v})
		row := []any{int64(n), widenedTo(v, from, to)}
		want = append(want, row, row)
	}
	f := e.file("a")
	item := func(schema abstract.Schema, rows [][]any, before int64) []abstract.ChangeItem {
		n := int64(len(rows))
		return []abstract.ChangeItem{{Table: table, Batch: e.batch(schema, rows), Origin: abstract.Origin{
			LedgerID: f.id, Object: f.object, Before: before, After: before + n, Rows: n, Opening: &abstract.Opening{Schema: schema}}}}
	}
	s := e.session()
	e.must(s.Push(item(schema, rows, 0)))
	e.must(s.Flush())
	change := []target.Widening{{Column: schema[1].Name, From: from, To: to}}
	if sql := e.db.WidenColumnsSQL(table, change); sql == "" {
		e.Error("there is no statement")
	}
	for range 2 { // the second time it has another type already
		e.must(e.db.WidenColumns(e.Context(), table, change))
		e.wantSchema(table, wide)
	}
	at := int64(len(rows))
	e.must(s.Push(item(schema, rows, at)))
	last := []any{int64(-1), "1"}
	if _, scale, ok := to.Decimal(); ok {
		last[1] = "1." + strings.Repeat("0", scale)
	}
	e.must(s.Push(item(wide, [][]any{last}, 2*at)))
	e.must(s.Flush())
	e.wantRows(table, wide, append(want, last))
	e.reopen()
	e.wantRows(table, wide, append(want, last))
}

// testWidenAtOnce: several widen the same column, and different ones. Each comes
// to a type that holds what it is for.
func testWidenAtOnce(e *env) {
	schema := abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "b", Type: abstract.Bool}}
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: schema, FileID: true}))
	f := e.file("a")
	s := e.session()
	item := e.stretch(f, 0, 0)
	item.Origin.After, item.Origin.Rows, item.Batch = 1, 1, e.batch(schema, [][]any{{int64(7), true}})
	e.must(s.Push([]abstract.ChangeItem{item}))
	e.must(s.Flush())
	var all sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		all.Go(func() {
			to := []abstract.Type{abstract.Decimal(21, 2), abstract.Text}[n%2]
			errs[n] = e.db.WidenColumns(e.Context(), table, []target.Widening{
				{Column: "a", From: abstract.Int64, To: to}, {Column: "b", From: abstract.Bool, To: abstract.Text},
			})
		})
	}
	all.Wait()
	for _, err := range errs {
		e.must(err)
	}
	described, err := e.db.Describe(e.Context(), table)
	e.must(err)
	a := described.Schema[0].Type
	if a != abstract.Text && a != abstract.Decimal(21, 2) || described.Schema[1].Type != abstract.Text {
		e.Fatalf("the table is described as %v", described.Schema)
	}
	want := "7"
	if a != abstract.Text {
		want = "7.00"
	}
	e.wantRows(table, described.Schema, [][]any{{want, "true"}})
}

// testWidenRefused: what cannot be changes nothing.
func testWidenRefused(e *env) {
	e.create()
	e.must(e.db.WidenColumns(e.Context(), table, nil))
	e.must(e.db.WidenColumns(e.Context(), table, []target.Widening{{Column: "missing", From: abstract.Int64, To: abstract.Text}}))
	if err := e.db.WidenColumns(e.Context(), "missing", []target.Widening{{Column: "id", From: abstract.Int64, To: abstract.Text}}); err == nil {
		e.Error("a table that does not exist was changed")
	}
	e.wantSchema(table, simple)
}

// testWidenHeld is [testAddHeld] of a column that is widened.
func testWidenHeld(e *env) {
	e.create()
	s := e.session()
	f := e.file("a")
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 0, 10)}))
	change := []target.Widening{{Column: "id", From: abstract.Int64, To: abstract.Text}}
	err := e.db.WidenColumns(e.Context(), table, change)
	if err != nil && abstract.ClassOf(err) != abstract.Transient {
		e.Fatal(err)
	}
	e.must(s.Flush())
	if err != nil {
		e.wantSchema(table, simple)
		e.must(e.db.WidenColumns(e.Context(), table, change))
	}
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 10, 20)}))
	e.must(s.Flush())
	var want [][]any
	for n := range int64(20) {
		row := f.row(n)
		row[0] = fmt.Sprint(row[0])
		want = append(want, row)
	}
	e.wantRows(table, abstract.Schema{{Name: "id", Type: abstract.Text}, simple[1]}, want)
}

package targettest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// grown is the simple table with two columns more.
var (
	added = abstract.Schema{{Name: `a "b", c`, Type: abstract.Decimal(9, 2)}, {Name: "json", Type: abstract.JSON}}
	grown = append(slices.Clip(slices.Clone(simple)), added...)
)

func testColumns(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"add":        testAddColumns,
		"types":      testAddTypes,
		"at once":    testAddAtOnce,
		"refused":    testAddRefused,
		"older rows": testOlderRows,
		"joined":     testJoinedRows,
		"strangers":  testStrangers,
		"held rows":  testAddHeld,
	})
}

// testAddColumns: columns come to the end, once, and are NULL in the rows that
// were there.
func testAddColumns(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 2, false)}))
	e.must(s.Flush())
	e.must(e.db.AddColumns(e.Context(), table, nil))
	e.wantSchema(table, simple)
	for range 2 {
		e.must(e.db.AddColumns(e.Context(), table, added))
		e.wantSchema(table, grown)
	}
	// One that is there is left alone, with its type, beside one that is new.
	more := abstract.Schema{{Name: "id", Type: abstract.Text}, {Name: "more", Type: abstract.Bool}}
	e.must(e.db.AddColumns(e.Context(), table, more))
	e.wantSchema(table, append(slices.Clone(grown), more[1]))
	e.wantRows(table, grown, [][]any{append(f.row(0), nil, nil), append(f.row(1), nil, nil)})
	// So is one that differs in case alone: readers take it for that column.
	e.must(e.db.AddColumns(e.Context(), table, abstract.Schema{{Name: "MORE", Type: abstract.Text}}))
	if sql := e.db.AddColumnsSQL(table, added); sql == "" {
		e.Error("there is no statement")
	}
	e.reopen()
	e.wantSchema(table, append(slices.Clone(grown), more[1]))
}

// testAddTypes: a column of each type is what it is in a new table.
func testAddTypes(e *env) {
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: simple, FileID: true}))
	var columns abstract.Schema
	for _, c := range everything {
		columns = append(columns, abstract.Column{Name: "new " + c.Name, Type: c.Type})
	}
	e.must(e.db.AddColumns(e.Context(), table, columns))
	all := append(slices.Clone(simple), columns...)
	e.wantSchema(table, all)
	f := e.file("a")
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 3, true)})) // all of them NULL
	e.must(s.Flush())
	var want [][]any
	for n := range int64(3) {
		want = append(want, append(f.row(n), make([]any, len(columns))...))
	}
	e.wantRows(table, all, want)
}

// testAddAtOnce: several add the same columns, and different ones.
func testAddAtOnce(e *env) {
	e.create()
	var adding sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		adding.Go(func() {
			own := abstract.Column{Name: fmt.Sprint([]string{"own", "OWN"}[n/2%2], n%2), Type: abstract.Int64}
			errs[n] = e.db.AddColumns(e.Context(), table, append(slices.Clone(added), own))
		})
	}
	adding.Wait()
	for _, err := range errs {
		if err != nil {
			e.Error(err)
		}
	}
	described, err := e.db.Describe(e.Context(), table)
	e.must(err)
	if len(described.Schema) != len(grown)+2 || !slices.Equal(described.Schema[:len(grown)], grown) {
		e.Errorf("the table is described as %v", described.Schema)
	}
}

// testAddRefused: what cannot be a column changes nothing.
func testAddRefused(e *env) {
	e.create()
	for _, name := range []string{"", "a\x00b", "\xff", target.FileIDColumn} {
		columns := abstract.Schema{{Name: "good", Type: abstract.Text}, {Name: name, Type: abstract.Text}}
		if err := e.db.AddColumns(e.Context(), table, columns); err == nil {
			e.Errorf("a column %q was added", name)
		}
	}
	if err := e.db.AddColumns(e.Context(), "missing", added); err == nil {
		e.Error("columns were added to a table that does not exist")
	}
	e.wantSchema(table, simple)
}

// wide is a stretch of a file's rows with those columns of the table that was
// added to.
func (e *env) wide(f *file, before, after int64, schema abstract.Schema) abstract.ChangeItem {
	e.Helper()
	var rows [][]any
	for _, whole := range wideRows(f, before, after, schema) {
		row := make([]any, len(schema))
		for i, c := range schema {
			row[i] = whole[grown.Index(c.Name)]
		}
		rows = append(rows, row)
	}
	item := e.stretch(f, before, before)
	item.Origin.After, item.Origin.Rows = after, after-before
	item.Batch = e.batch(schema, rows)
	return item
}

// wideRows is what the table has of such a stretch: NULL where it lacks a column.
func wideRows(f *file, before, after int64, schema abstract.Schema) (rows [][]any) {
	for n := before; n < after; n++ {
		row := append(f.row(n), fmt.Sprintf("%d.25", n), fmt.Sprintf(`{"n":%d}`, n))
		for i, c := range grown {
			if schema.Index(c.Name) < 0 {
				row[i] = nil
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// testOlderRows: a session takes rows of the table as it was and as it is, in
// turns, within one transaction. Columns are known by their names.
func testOlderRows(e *env) {
	e.create()
	s := e.session()
	f, g := e.file("a"), e.file("b")
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 0, 10)}))
	e.must(s.Flush())
	e.must(e.db.AddColumns(e.Context(), table, added))
	want := wideRows(f, 0, 10, simple)
	schemas := []abstract.Schema{simple, grown, {added[1]}, {added[1], simple[1], added[0], simple[0]}, simple, grown[:3]}
	at := int64(10)
	for n := range 3 {
		var items []abstract.ChangeItem
		for _, schema := range schemas {
			items, want = append(items, e.wide(f, at, at+5, schema)), append(want, wideRows(f, at, at+5, schema)...)
			at += 5
		}
		before, after := int64(n)*4, int64(n)*4+4
		items, want = append(items, e.wide(g, before, after, schemas[n])), append(want, wideRows(g, before, after, schemas[n])...)
		e.must(s.Push(items))
	}
	e.must(s.Flush())
	e.wantRows(table, grown, want)
	if got := e.entry(f).Rows; got != at {
		e.Errorf("the ledger has %d rows, want %d", got, at)
	}
}

// testJoinedRows: many rows of both forms, more than a target holds.
func testJoinedRows(e *env) {
	e.create()
	e.must(e.db.AddColumns(e.Context(), table, added))
	s := e.session()
	f := e.file("a")
	var want [][]any
	for n := range int64(20) {
		schema := simple
		if n%3 == 1 {
			schema = grown
		}
		want = append(want, wideRows(f, n*3000, (n+1)*3000, schema)...)
		e.must(s.Push([]abstract.ChangeItem{e.wide(f, n*3000, (n+1)*3000, schema)}))
	}
	e.must(s.Flush())
	e.wantRows(table, grown, want)
}

// testStrangers: a batch with a column that the table lacks, has with another
// type, or with the same one twice, is refused and leaves nothing behind.
func testStrangers(e *env) {
	e.create()
	s := e.session()
	f := e.file("a")
	for _, schema := range []abstract.Schema{
		{simple[0], {Name: "stranger", Type: abstract.Text}},
		{{Name: "id", Type: abstract.Text}},
		{simple[1], simple[1]},
	} {
		row := make([]any, len(schema))
		item := e.stretch(f, 0, 0)
		item.Origin.After, item.Origin.Rows = 1, 1
		item.Batch = e.batch(schema, [][]any{row})
		if err := s.Push([]abstract.ChangeItem{item}); err == nil {
			e.Errorf("a batch of %v was taken", schema)
		}
	}
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 1, true)}))
	e.must(s.Flush())
	e.want(loaded{f, 1, true})
}

// testAddHeld: columns are to be added while another session has rows in a
// transaction. These are committed before, or it is refused for now. No row is
// lost, and the session goes on.
func testAddHeld(e *env) {
	e.create()
	s := e.session()
	f := e.file("a")
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 0, 10)}))
	err := e.db.AddColumns(e.Context(), table, added)
	if err != nil && abstract.ClassOf(err) != abstract.Transient {
		e.Fatal(err)
	}
	e.must(s.Flush())
	if err != nil {
		e.wantSchema(table, simple)
		e.must(e.db.AddColumns(e.Context(), table, added))
	}
	e.must(s.Push([]abstract.ChangeItem{e.wide(f, 10, 20, grown)}))
	e.must(s.Flush())
	e.wantRows(table, grown, append(wideRows(f, 0, 10, simple), wideRows(f, 10, 20, grown)...))
}

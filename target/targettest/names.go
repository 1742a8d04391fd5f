package targettest

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// hostile are names that a statement put together carelessly breaks on.
var hostile = []string{
	`a"b`, `""`, `"`, `it's`, "back`tick", "[brackets]", `back\slash`, "sp ace", " lead", "trail ", "semi;--", "/* c */",
	"select", "table", "order", "Ünïcödé", "日本", "👍", "new\nline", "tab\t", "$1", "{}", "%s", "a.b", "main", "?", ":x",
	"rowid", "_sluice", `"; DROP TABLE t; --`, "0", "-1", "NULL",
}

func testNames(t *testing.T, h Harness) {
	t.Run("columns", func(t *testing.T) {
		names := append([]string{strings.Repeat("n", h.longest())}, hostile...)
		schema := make(abstract.Schema, 0, len(names))
		row := make([]any, 0, len(names))
		for n, name := range names {
			schema = append(schema, abstract.Column{Name: name, Type: abstract.Int64})
			row = append(row, int64(n))
		}
		e := h.start(t)
		e.roundTrip(schema, [][]any{row})
		if !h.NoLedger {
			e.wantSchema(table, schema)
		}
	})
	if h.NoLedger {
		return // and no tables
	}
	h.cases(t, map[string]func(*env){
		"tables":  testTableNames,
		"refused": testRefusedNames,
		"twins":   testCaseTwins,
	})
}

func testTableNames(e *env) {
	for _, name := range append([]string{strings.Repeat("n", e.h.longest())}, hostile...) {
		e.must(e.db.Create(e.Context(), name, target.Table{Schema: simple, FileID: true}))
		f := e.file("for " + name)
		item := e.chunk(f, 3, true)
		item.Table = name
		e.must(pushAndFlush(e.session(), item))
		e.wantRows(name, simple, [][]any{f.row(0), f.row(1), f.row(2)})
		e.wantSchema(name, simple)
		e.must(e.db.Verify(e.Context(), pipeline, name))
		if n, err := e.db.Forget(e.Context(), name, e.entry(f)); n != 3 || err != nil {
			e.Errorf("forget in table %q: %d rows, %v", name, n, err)
		}
	}
}

func (h Harness) longest() int {
	if h.MaxName > 0 {
		return h.MaxName
	}
	return 300
}

func testRefusedNames(e *env) {
	column := func(name string) target.Table {
		return target.Table{Schema: abstract.Schema{{Name: "ok", Type: abstract.Text}, {Name: name, Type: abstract.Text}}, FileID: true}
	}
	names := []string{"", "nul\x00", "\xff"}
	if e.h.MaxName > 0 {
		// Cut off silently, two long names could become one.
		names = append(names, strings.Repeat("n", e.h.MaxName+1))
	}
	for _, name := range names {
		if err := e.db.Create(e.Context(), name, target.Table{Schema: simple}); err == nil {
			e.Errorf("a table called %q was made", name)
		}
		if err := e.db.Create(e.Context(), table, column(name)); err == nil {
			e.Fatalf("a column called %q was made", name)
		}
	}
	if err := e.db.Create(e.Context(), table, column(target.FileIDColumn)); err == nil {
		e.Errorf("a column called %s was made", target.FileIDColumn)
	}
	if err := e.db.Create(e.Context(), table, target.Table{FileID: true}); err == nil {
		e.Error("a table without columns was made")
	}
}

func testCaseTwins(e *env) {
	schema := abstract.Schema{{Name: "a", Type: abstract.Int64}, {Name: "A", Type: abstract.Int64}}
	if e.h.CaseTwins {
		e.roundTrip(schema, [][]any{{int64(1), int64(2)}})
		return
	}
	err := e.db.Create(e.Context(), table, target.Table{Schema: schema})
	if err == nil || !strings.Contains(err.Error(), `"A"`) {
		e.Errorf("two columns of one name were made, or the error does not name the column: %v", err)
	}
}

// wantSchema checks what Describe says of a table that Create made.
func (e *env) wantSchema(name string, want abstract.Schema) {
	e.Helper()
	got, err := e.db.Describe(e.Context(), name)
	e.must(err)
	if got == nil {
		e.Fatalf("table %q is not described", name)
	}
	if !got.FileID || len(got.Schema) != len(want) {
		e.Fatalf("table %q is described as %+v, want %v with the file id", name, got, want)
	}
	for n, column := range want {
		if got.Schema[n] != column {
			e.Errorf("column %d of table %q is described as %+v, want %+v", n, name, got.Schema[n], column)
		}
	}
}

package targettest

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func testTables(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"describe": testDescribe,
		"create":   testCreate,
		"existing": testExisting,
		"two":      testTwoTables,
	})
}

func testDescribe(e *env) {
	got, err := e.db.Describe(e.Context(), table)
	if got != nil || err != nil {
		e.Errorf("a missing table is described as %+v, %v", got, err)
	}
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: everything, FileID: true}))
	e.wantSchema(table, everything)
	e.must(e.db.Create(e.Context(), "plain", target.Table{Schema: everything}))
	if got, err = e.db.Describe(e.Context(), "plain"); err != nil || got == nil || got.FileID {
		e.Errorf("a table without file id is described as %+v, %v", got, err)
	}
}

func testCreate(e *env) {
	if sql := e.db.CreateSQL(table, target.Table{Schema: everything, FileID: true}); !strings.Contains(sql, target.FileIDColumn) {
		e.Errorf("the statement is %q", sql)
	}
	e.create()
	if err := e.db.Create(e.Context(), table, target.Table{Schema: everything}); err == nil {
		e.Error("a table was made twice")
	}
	e.wantSchema(table, simple)
}

// testExisting: a table that users made is loaded in its own order of columns,
// and by the types that its columns take.
func testExisting(e *env) {
	e.exec("CREATE TABLE made (name VARCHAR(100), extra BOOLEAN, small INTEGER, id BIGINT)")
	want := abstract.Schema{
		{Name: "name", Type: abstract.Text}, {Name: "extra", Type: abstract.Bool},
		{Name: "small", Type: abstract.Int64}, {Name: "id", Type: abstract.Int64},
	}
	got, err := e.db.Describe(e.Context(), "made")
	e.must(err)
	if got == nil || got.FileID || len(got.Schema) != len(want) {
		e.Fatalf("described as %+v", got)
	}
	for n := range want {
		if got.Schema[n] != want[n] {
			e.Errorf("column %d is described as %v, want %v", n, got.Schema[n], want[n])
		}
	}
	f := e.file("a")
	rows := [][]any{{"x", nil, int64(-7), int64(1) << 40}, {nil, true, nil, nil}}
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{{Table: "made", Batch: e.batch(want, rows), Origin: abstract.Origin{
		LedgerID: f.id, Object: f.object, After: 2, Rows: 2, Last: true,
	}}}))
	e.must(s.Flush())
	e.wantRows("made", want, rows)
	e.must(e.db.Verify(e.Context(), pipeline, "made"))
	if _, err := e.db.Forget(e.Context(), "made", e.entry(f)); err == nil {
		e.Error("rows were forgotten that cannot be told from others")
	}
	e.wantRows("made", want, rows)
}

// testTwoTables: rows of two tables commit together, also when the second is
// first seen in the middle of a transaction.
func testTwoTables(e *env) {
	e.create()
	rejects := abstract.Schema{{Name: "reason", Type: abstract.Text}}
	e.must(e.db.Create(e.Context(), "rejects", target.Table{Schema: rejects, FileID: true}))
	f := e.file("a")
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 0, 20_000)}))
	reject := func(at int64) abstract.ChangeItem {
		return abstract.ChangeItem{Table: "rejects", Batch: e.batch(rejects, [][]any{{"bad"}}), Origin: abstract.Origin{
			LedgerID: f.id, Object: f.object, Before: at, After: at, Rejected: 1, Reason: "bad",
		}}
	}
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 20_000, 40_000), reject(40_000)}))
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 40_000, 40_001), reject(40_001)}))
	e.must(s.Flush())
	e.want(loaded{f, 40_001, false})
	e.wantRows("rejects", rejects, [][]any{{"bad"}, {"bad"}})
	if got := e.entry(f); got.Rejected != 2 || got.Reason != "bad" || got.State != ledger.Pending {
		e.Errorf("ledger: %d rejected because of %q, %s", got.Rejected, got.Reason, got.State)
	}
	// Undone together, and usable again afterwards.
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 40_001, 40_002), reject(40_002)}))
	e.must(s.Close())
	e.wantRows("rejects", rejects, [][]any{{"bad"}, {"bad"}})
	s = e.session()
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 40_001, 40_002), reject(40_002)}))
	e.must(s.Flush())
	e.want(loaded{f, 40_002, false})
	e.wantRows("rejects", rejects, [][]any{{"bad"}, {"bad"}, {"bad"}})
}

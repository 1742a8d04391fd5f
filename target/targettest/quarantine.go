package targettest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

func testQuarantine(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"made once":            testQuarantineMade,
		"somebody else's":      testQuarantineForeign,
		"commits with rows":    testQuarantineCommits,
		"among many rows":      testQuarantineMany,
		"forget":               testQuarantineForget,
		"replace":              testQuarantineReplace,
		"verify":               testQuarantineVerify,
		"verify leaves others": testQuarantineVerifyForeign,
	})
}

// quarantine makes both tables, and returns the name of the second one.
func (e *env) quarantine() string {
	e.Helper()
	e.create()
	name, err := target.PrepareQuarantine(e.Context(), e.db, table, true)
	e.must(err)
	return name
}

// rejected is a row for the record of that number.
func (f *file) rejected(record int64) []any {
	when := time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC)
	if record%3 == 2 { // as of a format that has neither
		return []any{f.object.String(), record, nil, "no reason: \u65e5\u672c", nil, when}
	}
	return []any{f.object.String(), record, 10 * record, "it is bad", "\x00\xff\n" + string(rune(record)), when}
}

// withRejects is a file's next rows, then records that were rejected.
func (e *env) withRejects(f *file, rows int64, records ...int64) []abstract.ChangeItem {
	e.Helper()
	first := e.chunk(f, rows, false)
	second := abstract.ChangeItem{Table: target.QuarantineTable(table), Origin: abstract.Origin{
		LedgerID: f.id, Object: f.object, Before: first.Origin.After, After: first.Origin.After,
		Rejected: int64(len(records)), Reason: "it is bad",
	}}
	var list [][]any
	for _, record := range records {
		list = append(list, f.rejected(record))
	}
	second.Batch = e.batch(abstract.RejectedSchema(), list)
	return []abstract.ChangeItem{first, second}
}

func (e *env) wantRejects(f *file, records ...int64) {
	e.Helper()
	var want [][]any
	for _, record := range records {
		want = append(want, f.rejected(record))
	}
	e.wantRows(target.QuarantineTable(table), abstract.RejectedSchema(), want)
	if got := e.entry(f); got.Rejected != int64(len(records)) {
		e.Errorf("the ledger counts %d rejected, want %d", got.Rejected, len(records))
	}
}

func testQuarantineMade(e *env) {
	if name, err := target.PrepareQuarantine(e.Context(), e.db, table, false); name == "" || err != nil {
		e.Errorf("may it be made: %q, %v", name, err)
	}
	if found, err := e.db.Describe(e.Context(), target.QuarantineTable(table)); found != nil || err != nil {
		e.Errorf("it was made: %v, %v", found, err)
	}
	name := e.quarantine()
	for range 2 {
		if again, err := target.PrepareQuarantine(e.Context(), e.db, table, true); again != name || err != nil {
			e.Errorf("made again: %q, %v", again, err)
		}
		e.reopen()
	}
	if e.h.MaxName > 0 {
		long := strings.Repeat("n", e.h.MaxName-len("_rejected")+1)
		if _, err := target.PrepareQuarantine(e.Context(), e.db, long, true); err == nil || !strings.Contains(err.Error(), long+"_rejected") {
			e.Errorf("a name that is too long: %v", err)
		}
		if err := e.db.Verify(e.Context(), pipeline, long); err != nil {
			e.Errorf("verify a table with a long name: %v", err)
		}
	}
}

func testQuarantineForeign(e *env) {
	e.exec("CREATE TABLE %s (id BIGINT)", target.QuarantineTable(table))
	for _, create := range []bool{false, true} {
		_, err := target.PrepareQuarantine(e.Context(), e.db, table, create)
		if err == nil || !strings.Contains(err.Error(), "not Sluice's") {
			e.Errorf("create %v: %v", create, err)
		}
	}
}

// testQuarantineCommits: rejected records are there exactly when the rows of
// their chunk are, and the ledger counts both.
func testQuarantineCommits(e *env) {
	e.quarantine()
	f := e.file("a")
	s := e.session()
	e.must(pushAndFlush(s, e.withRejects(f, 3, 2, 3)...))
	e.want(loaded{f, 3, false})
	e.wantRejects(f, 2, 3)
	e.must(s.Push(e.withRejects(f, 2, 6)))
	e.must(s.Close())
	e.want(loaded{f, 3, false})
	e.wantRejects(f, 2, 3)
	f.next = 3
	s = e.session()
	e.must(s.Push(e.withRejects(f, 0, 6))) // nothing but rejected records
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 1, false), e.chunk(f, 0, true)}))
	e.must(s.Flush())
	e.want(loaded{f, 4, true})
	e.wantRejects(f, 2, 3, 6)
}

// testQuarantineMany: records that are rejected here and there, more rows than
// a target holds, and several files.
func testQuarantineMany(e *env) {
	e.quarantine()
	s := e.session()
	f, clean := e.file("a"), e.file("b")
	var records []int64
	for n := range int64(40) {
		records = append(records, n+1)
		e.must(s.Push(append(e.withRejects(f, 1_000, n+1), e.chunk(clean, 1_000, n == 39))))
	}
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 0, true)}))
	e.must(s.Flush())
	e.want(loaded{f, 40_000, true}, loaded{clean, 40_000, true})
	e.wantRejects(f, records...)
}

func testQuarantineForget(e *env) {
	e.quarantine()
	s := e.session()
	f, other := e.file("a"), e.file("b")
	e.must(pushAndFlush(s, e.withRejects(f, 3, 2)...))
	e.must(pushAndFlush(s, e.withRejects(other, 4, 3, 4)...))
	if n, err := e.db.Forget(e.Context(), table, e.entry(f)); n != 3 || err != nil {
		e.Errorf("forget: %d rows, %v", n, err)
	}
	e.gone(f)
	e.want(loaded{other, 4, false})
	e.wantRejects(other, 3, 4)
}

// testQuarantineReplace: rejected records go with the rows that are replaced, in
// one item or many, and also if the new generation has none.
func testQuarantineReplace(e *env) {
	e.quarantine()
	s := e.session()
	f, other := e.file("a"), e.file("b")
	e.must(pushAndFlush(s, e.withRejects(f, 3, 2)...))
	e.must(pushAndFlush(s, e.withRejects(other, 4)...))
	next, old := e.next(f)
	items := e.withRejects(next, 5, 3, 4)
	for n := range items {
		items[n].Origin.Replaces = old
	}
	e.must(s.Push(items))
	e.wantRows(target.QuarantineTable(table), abstract.RejectedSchema(), [][]any{f.rejected(2)})
	e.must(pushAndFlush(s, e.replacing(next, old, 2, true)))
	e.gone(f)
	e.want(loaded{next, 7, true}, loaded{other, 4, false})
	e.wantRejects(next, 3, 4)
	e.must(e.db.Verify(e.Context(), pipeline, table))
	last, old := e.next(next)
	e.must(pushAndFlush(s, e.replacing(last, old, 6, true)))
	e.gone(next)
	e.want(loaded{last, 6, true}, loaded{other, 4, false})
	e.wantRejects(last)
	e.must(e.db.Verify(e.Context(), pipeline, table))
}

func testQuarantineVerify(e *env) {
	name := e.quarantine()
	s := e.session()
	f, unknown := e.file("dir/a"), e.file("b")
	e.must(pushAndFlush(s, e.withRejects(f, 3, 2)...))
	e.must(pushAndFlush(s, e.withRejects(unknown, 0, 1, 2)...))
	e.must(e.db.Verify(e.Context(), pipeline, table))
	e.exec("INSERT INTO %s (record, %s) VALUES (9, %d)", name, target.FileIDColumn, f.id)
	e.wantRefusal(name, "dir/a", "2", "1", "forget")
	e.exec("DELETE FROM %s WHERE record = 9", name)
	e.must(e.db.Verify(e.Context(), pipeline, table))
	e.exec("DELETE FROM %s.ledger WHERE id = %d", e.h.LedgerSchema, unknown.id)
	e.wantRefusal(name, "ledger does not know", fmt.Sprint(unknown.id))
	// Users may delete what they have looked into.
	e.exec("DELETE FROM %s", name)
	e.must(e.db.Verify(e.Context(), pipeline, table))
}

// testQuarantineVerifyForeign: a table that only happens to have the name is
// nobody's business, even one that files are loaded into.
func testQuarantineVerifyForeign(e *env) {
	e.create()
	f := e.file("a")
	e.exec("CREATE TABLE %s (id BIGINT, %s BIGINT)", target.QuarantineTable(table), target.FileIDColumn)
	e.exec("INSERT INTO %s VALUES (1, %d), (2, 4711)", target.QuarantineTable(table), f.id)
	e.must(pushAndFlush(e.session(), e.chunk(f, 3, true)))
	e.must(e.db.Verify(e.Context(), pipeline, table))
	if n, err := e.db.Forget(e.Context(), table, e.entry(f)); n != 3 || err != nil {
		e.Errorf("forget: %d rows, %v", n, err)
	}
	e.wantRows(target.QuarantineTable(table), abstract.Schema{{Name: "id", Type: abstract.Int64}}, [][]any{{int64(1)}, {int64(2)}})
}

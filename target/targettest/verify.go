package targettest

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/target"
)

func testVerify(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"agreement":          testVerifyAgreement,
		"surplus rows":       testVerifySurplus,
		"T11 rows deleted":   testVerifyDeleted,
		"T10 table gone":     testVerifyGone,
		"T12 entry missing":  testVerifyEntry,
		"rows of other kind": testVerifyForeign,
	})
}

func (e *env) wantRefusal(words ...string) {
	e.Helper()
	err := e.db.Verify(e.Context(), pipeline, table)
	if err == nil {
		e.Fatal("not refused")
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			e.Errorf("%v, want it to say %q", err, word)
		}
	}
}

// half loads a part of a file, and all of another.
func (e *env) half() (part, all *file) {
	e.Helper()
	e.create()
	part, all = e.file("dir/part"), e.file("all")
	e.must(pushAndFlush(e.session(), e.chunk(part, 3, false), e.chunk(all, 4, true)))
	return part, all
}

func testVerifyAgreement(e *env) {
	e.must(e.db.Verify(e.Context(), pipeline, table)) // nothing there yet
	e.half()
	e.must(e.db.Verify(e.Context(), pipeline, table))
	e.must(e.db.Verify(e.Context(), "another", table))
}

func testVerifySurplus(e *env) {
	part, _ := e.half()
	e.exec("INSERT INTO %s (id, name, %s) VALUES (1, 'x', %d)", table, target.FileIDColumn, part.id)
	e.wantRefusal("dir/part", "4", "3", "forget")
	// What it advises helps.
	if n, err := e.db.Forget(e.Context(), table, e.entry(part)); n != 4 || err != nil {
		e.Errorf("forget: %d rows, %v", n, err)
	}
	e.must(e.db.Verify(e.Context(), pipeline, table))
}

func testVerifyDeleted(e *env) {
	part, all := e.half()
	e.exec("DELETE FROM %s WHERE %s = %d", table, target.FileIDColumn, all.id)
	e.must(e.db.Verify(e.Context(), pipeline, table))
	e.must(pushAndFlush(e.session(), e.chunk(part, 1, true)))
	e.must(e.db.Verify(e.Context(), pipeline, table))
	e.wantRows(table, simple, [][]any{part.row(0), part.row(1), part.row(2), part.row(3)})
}

func testVerifyGone(e *env) {
	e.half()
	e.exec("DROP TABLE %s", table)
	e.wantRefusal("gone", "forget", pipeline)
	e.must(e.db.Verify(e.Context(), "another", table))
}

func testVerifyEntry(e *env) {
	part, _ := e.half()
	e.exec("DELETE FROM %s.ledger WHERE id = %d", e.h.LedgerSchema, part.id)
	e.wantRefusal("ledger does not know", "3")
}

// testVerifyForeign: rows that users put there are theirs.
func testVerifyForeign(e *env) {
	e.half()
	e.exec("INSERT INTO %s (id, name) VALUES (1, 'mine'), (2, 'mine')", table)
	e.must(e.db.Verify(e.Context(), pipeline, table))
}

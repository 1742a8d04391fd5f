package targettest

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/ledger"
)

func testForget(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"rows and entry": testForgetRows,
		"table gone":     testForgetWithoutTable,
		"all or nothing": testForgetAtomic,
	})
}

func (e *env) gone(f *file) {
	e.Helper()
	if _, ok, err := e.db.Ledger().Get(e.Context(), f.id); ok || err != nil {
		e.Errorf("the entry of %s is there: %v, %v", f.object, ok, err)
	}
}

func testForgetRows(e *env) {
	part, all := e.half()
	n, err := e.db.Forget(e.Context(), table, e.entry(part))
	if n != 3 || err != nil {
		e.Errorf("forget: %d rows, %v", n, err)
	}
	e.gone(part)
	e.want(loaded{all, 4, true})
	e.reopen()
	// It loads again, as new.
	again := e.file("dir/part")
	if again.id == part.id {
		e.Error("the id was given out again")
	}
	e.must(pushAndFlush(e.session(), e.chunk(again, 5, true)))
	e.want(loaded{all, 4, true}, loaded{again, 5, true})
}

func testForgetWithoutTable(e *env) {
	part, _ := e.half()
	e.exec("DROP TABLE %s", table)
	if n, err := e.db.Forget(e.Context(), table, e.entry(part)); n != 0 || err != nil {
		e.Errorf("forget: %d rows, %v", n, err)
	}
	e.gone(part)
}

// testForgetAtomic: if the entry cannot be deleted the rows stay, and the
// other way round.
func testForgetAtomic(e *env) {
	part, all := e.half()
	entry := e.entry(part)
	e.exec("ALTER TABLE %s.ledger RENAME TO hidden", e.h.LedgerSchema)
	if _, err := e.db.Forget(e.Context(), table, entry); err == nil {
		e.Error("forgotten without a ledger")
	}
	e.exec("ALTER TABLE %s.hidden RENAME TO ledger", e.h.LedgerSchema)
	e.want(loaded{part, 3, false}, loaded{all, 4, true})
	if entry.State != ledger.Pending {
		e.Errorf("state %s", entry.State)
	}
}

package targettest

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func testForget(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"rows and entry": testForgetRows,
		"table gone":     testForgetWithoutTable,
		"all or nothing": testForgetAtomic,
		"many":           testForgetMany,
		"stale entry":    testForgetStale,
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

// testForgetMany: all of them, or none.
func testForgetMany(e *env) {
	part, all := e.half()
	other := e.file("other")
	e.must(pushAndFlush(e.session(), e.chunk(other, 2, true)))
	n, err := e.db.Forget(e.Context(), table, e.entry(all), e.entry(part))
	if n != 7 || err != nil {
		e.Errorf("forget: %d rows, %v", n, err)
	}
	e.gone(part)
	e.gone(all)
	e.want(loaded{other, 2, true})
	if n, err := e.db.Forget(e.Context(), table); n != 0 || err != nil {
		e.Errorf("forget nothing: %d rows, %v", n, err)
	}
}

// testForgetStale: what counts is how many rows there are now, and not when
// the entry was read.
func testForgetStale(e *env) {
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: simple}))
	f := e.file("a")
	stale := e.entry(f)
	e.must(pushAndFlush(e.session(), e.chunk(f, 3, true)))
	if _, err := e.db.Forget(e.Context(), table, stale); err == nil || !strings.Contains(err.Error(), target.FileIDColumn) {
		e.Errorf("rows that cannot be told from others were forgotten: %v", err)
	}
	e.want(loaded{f, 3, true})
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

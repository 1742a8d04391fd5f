package targettest

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// testNoLedger: a target without a ledger says so, and does not pretend.
func testNoLedger(t *testing.T, h Harness) {
	e := h.start(t)
	if e.db.Ledger() != nil {
		t.Error("it has a ledger")
	}
	if e.db.Promise() == "" {
		t.Error("it does not say what it guarantees")
	}
	if got, err := e.db.Describe(t.Context(), table); got != nil || err != nil {
		t.Errorf("describe: %+v, %v", got, err)
	}
	if sql := e.db.CreateSQL(table, target.Table{Schema: simple}); sql != "" {
		t.Errorf("create: %q", sql)
	}
	e.must(e.db.Verify(t.Context(), pipeline, table))
	if n, err := e.db.Forget(t.Context(), table, ledger.Entry{Rows: 1}); n != 0 || err == nil {
		t.Errorf("forget: %d rows, %v; want an error, as nothing can be taken back", n, err)
	}
}

package targettest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/ledger"
)

func testLedger(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"register":      testRegister,
		"S35 keys":      testKeys,
		"generations":   testGenerations,
		"identity":      testIdentity,
		"fail":          testFail,
		"list":          testList,
		"bind":          testBind,
		"C17 create":    testCreateAgain,
		"X22 newer":     testNewerLayout,
		"empty summary": testSummaryOfNothing,
	})
}

func testFail(e *env) {
	e.create()
	store := e.db.Ledger()
	f, done := e.file("a"), e.file("done")
	s := e.session()
	e.must(pushAndFlush(s, e.chunk(f, 2, false), e.chunk(done, 2, true)))
	for n := 1; n <= ledger.MaxAttempts; n++ {
		e.must(store.Fail(e.Context(), f.id, fmt.Sprint("reason ", n)))
		e.must(store.Fail(e.Context(), done.id, "late"))
		want := ledger.Failed
		if n == ledger.MaxAttempts {
			want = ledger.Parked
		}
		got := e.entry(f)
		if got.State != want || got.Attempts != n || got.Reason != fmt.Sprint("reason ", n) || got.Closed() != (want == ledger.Parked) {
			e.Errorf("after %d failures: %s, %d attempts, %q", n, got.State, got.Attempts, got.Reason)
		}
	}
	if got := e.entry(done); got.State != ledger.Done || got.Reason != "" || got.Attempts != 0 {
		e.Errorf("done, then failed: %s, %q", got.State, got.Reason)
	}
	// A failure keeps the rows and where they end.
	e.want(loaded{f, 2, false}, loaded{done, 2, true})
	e.must(pushAndFlush(s, e.chunk(f, 3, true)))
	e.want(loaded{f, 5, true}, loaded{done, 2, true})
}

// testBind: a pipeline loads one table.
func testBind(e *env) {
	store := e.db.Ledger()
	if got, err := store.Table(e.Context(), pipeline); got != "" || err != nil {
		e.Errorf("an unknown pipeline loads %q, %v", got, err)
	}
	e.must(store.Bind(e.Context(), pipeline, `ta"ble`))
	e.must(store.Bind(e.Context(), pipeline, `ta"ble`))
	if err := store.Bind(e.Context(), strings.ToUpper(pipeline), `TA"ble`); err == nil || !strings.Contains(err.Error(), "letter case") {
		e.Errorf("a pipeline and a table that differ only in letter case: %v", err)
	}
	if err := store.Bind(e.Context(), pipeline, "other"); err == nil || !strings.Contains(err.Error(), "--pipeline") {
		e.Errorf("bound to another table: %v", err)
	}
	e.reopen()
	if got, err := e.db.Ledger().Table(e.Context(), pipeline); got != `ta"ble` || err != nil {
		e.Errorf("the pipeline loads %q, %v", got, err)
	}
}

// testCreateAgain: the ledger is made once, however often that is tried.
func testCreateAgain(e *env) {
	e.create()
	f := e.file("a")
	e.must(pushAndFlush(e.session(), e.chunk(f, 2, true)))
	for range 3 {
		e.must(e.db.Ledger().Create(e.Context()))
		if exists, err := e.db.Ledger().Exists(e.Context()); !exists || err != nil {
			e.Errorf("exists: %v, %v", exists, err)
		}
		e.reopen()
	}
	e.want(loaded{f, 2, true})
}

// testNewerLayout: a ledger of a later version is refused and left alone.
func testNewerLayout(e *env) {
	e.exec("UPDATE %s.layout SET version = %d", e.h.LedgerSchema, ledger.Version+1)
	if err := e.db.Ledger().Create(e.Context()); err == nil || !strings.Contains(err.Error(), "newer sluice") {
		e.Errorf("create: %v", err)
	}
	if _, err := e.db.Ledger().Exists(e.Context()); err == nil {
		e.Error("a newer ledger may be looked at")
	}
	e.close()
	db, err := e.h.Open(e.Context(), e.T, e.name)
	if err == nil {
		e.db = db
		e.Fatal("opened")
	}
	if !strings.Contains(err.Error(), "newer sluice") {
		e.Errorf("open: %v", err)
	}
}

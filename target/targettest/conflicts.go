package targettest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func testConflicts(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"C21 zombie":           testZombie,
		"stale":                testStale,
		"gap":                  testGap,
		"two readers":          testTwoReaders,
		"first chunk race":     testRace,
		"others go on":         testOthersGoOn,
		"others in one":        testTransactionOfMany,
		"forgotten underneath": testForgottenUnderneath,
	})
}

func pushAndFlush(s target.Session, items ...abstract.ChangeItem) error {
	if err := s.Push(items); err != nil {
		return err
	}
	return s.Flush()
}

func wantConflict(e *env, err error) {
	e.Helper()
	if rollback, ok := errors.AsType[*target.RollbackError](err); !ok || !errors.Is(rollback, ledger.ErrConflict) {
		e.Errorf("%v, want a rollback because of a conflict", err)
	}
}

// testZombie: a loader that was stopped goes on after another has taken over.
func testZombie(e *env) {
	e.create()
	f := e.file("a")
	zombie := e.session()
	e.must(pushAndFlush(zombie, e.chunk(f, 3, false)))
	e.must(pushAndFlush(e.session(), e.chunk(f, 3, false)))
	wantConflict(e, pushAndFlush(zombie, e.stretch(f, 3, 8)))
	e.want(loaded{f, 6, false})
	// It asks the ledger, and is a loader like any other.
	e.must(pushAndFlush(zombie, e.stretch(f, 6, 8)))
	e.want(loaded{f, 8, false})
}

// testStale: a conflict undoes everything that is with it in the transaction.
func testStale(e *env) {
	e.create()
	a, b := e.file("a"), e.file("b")
	s := e.session()
	e.must(pushAndFlush(s, e.chunk(a, 3, false), e.chunk(b, 3, false)))
	for _, before := range []int64{0, 2, 4, 100} {
		wantConflict(e, pushAndFlush(s, e.stretch(b, 3, 5), e.stretch(a, before, before+2)))
		e.want(loaded{a, 3, false}, loaded{b, 3, false})
	}
}

// testGap: within one transaction too, a stretch must begin where the last
// one ended, and nothing follows the end.
func testGap(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	wantConflict(e, pushAndFlush(s, e.stretch(f, 0, 2), e.stretch(f, 3, 5), e.stretch(f, 5, 7)))
	wantConflict(e, pushAndFlush(s, e.stretch(f, 0, 2), e.stretch(f, 0, 2)))
	end := e.stretch(f, 2, 2)
	end.Origin.Last = true
	wantConflict(e, pushAndFlush(s, e.stretch(f, 0, 2), end, e.stretch(f, 2, 3)))
	e.want(loaded{f, 0, false})
	e.must(pushAndFlush(s, e.chunk(f, 2, true)))
	e.want(loaded{f, 2, true})
}

// testTwoReaders: two sessions on one file, chunk by chunk.
func testTwoReaders(e *env) {
	e.create()
	f := e.file("a")
	a, b := e.session(), e.session()
	e.must(a.Push([]abstract.ChangeItem{e.stretch(f, 0, 4)}))
	errB := pushAndFlush(b, e.stretch(f, 0, 4))
	errA := a.Flush()
	if (errA == nil) == (errB == nil) {
		e.Fatalf("of two sessions on one file, one must win: %v, %v", errA, errB)
	}
	for _, err := range []error{errA, errB} {
		if err != nil {
			wantConflict(e, err)
		}
	}
	e.want(loaded{f, 4, false})
}

// testRace: two sessions begin one file at the same moment. One of them wins,
// and the file's rows are there once.
func testRace(e *env) {
	e.create()
	var want []loaded
	for round := range 20 {
		f := e.file(fmt.Sprint("race ", round))
		want = append(want, loaded{f, 10, true})
		start, ended := make(chan struct{}), make(chan error, 2)
		for range 2 {
			s := e.session()
			item := e.stretch(f, 0, 10)
			item.Origin.Last = true
			go func() {
				<-start
				ended <- pushAndFlush(s, item)
			}()
		}
		close(start)
		won := 0
		for range 2 {
			if err := <-ended; err == nil {
				won++
			} else {
				wantConflict(e, err)
			}
		}
		if won != 1 {
			e.Fatalf("round %d: %d of 2 sessions loaded the file", round, won)
		}
	}
	e.want(want...)
}

// testOthersGoOn: a session that is not at fault keeps its rows, or is told
// that they are gone, once, and by an error that does not blame its own file.
func testOthersGoOn(e *env) {
	e.create()
	good, bad := e.file("good"), e.file("bad")
	a, b := e.session(), e.session()
	e.must(pushAndFlush(b, e.chunk(bad, 1, false)))
	e.must(a.Push([]abstract.ChangeItem{e.stretch(good, 0, 3)}))
	wantConflict(e, pushAndFlush(b, e.stretch(bad, 7, 9)))
	e.wantUndoneOrLoaded(a, good, 3, loaded{bad, 1, false})
}

// wantUndoneOrLoaded flushes a session after another one's file has failed.
// The session's file must be at n rows then, or else the session is told to
// drive it again, and succeeds.
func (e *env) wantUndoneOrLoaded(s target.Session, f *file, n int64, others ...loaded) {
	e.Helper()
	if err := s.Flush(); err != nil {
		if _, ok := errors.AsType[*target.RollbackError](err); !ok {
			e.Errorf("%v, want a rollback", err)
		}
		if errors.Is(err, ledger.ErrConflict) || abstract.ClassOf(err) != abstract.Transient {
			e.Errorf("the other session is told %v (%v), as if its own file were at fault", err, abstract.ClassOf(err))
		}
		e.want(append(others, loaded{f, 0, false})...)
		if err := s.Flush(); err != nil {
			e.Errorf("told a second time: %v", err)
		}
		e.must(pushAndFlush(s, e.stretch(f, 0, n)))
	}
	e.want(append(others, loaded{f, n, false})...)
}

// testTransactionOfMany: of many files in one transaction one conflicts, and
// the error names it.
func testTransactionOfMany(e *env) {
	e.create()
	s := e.session()
	var want []loaded
	var items []abstract.ChangeItem
	for n := range 30 {
		f := e.file(fmt.Sprint("file ", n))
		want = append(want, loaded{f, 0, false})
		if n == 17 {
			items = append(items, e.stretch(f, 1, 2))
			continue
		}
		items = append(items, e.stretch(f, 0, 2))
	}
	err := pushAndFlush(s, items...)
	wantConflict(e, err)
	if conflict, ok := errors.AsType[*ledger.ConflictError](err); !ok || conflict.ID != want[17].f.id {
		e.Errorf("%v does not name %s", err, want[17].f.object)
	}
	e.want(want...)
}

// testForgottenUnderneath: the entry goes while the file is being loaded.
func testForgottenUnderneath(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	e.must(pushAndFlush(s, e.chunk(f, 3, false)))
	n, err := e.db.Forget(e.Context(), table, e.entry(f))
	if n != 3 || err != nil {
		e.Errorf("forget: %d rows, %v", n, err)
	}
	wantConflict(e, pushAndFlush(s, e.stretch(f, 3, 5)))
	e.want()
}

package targettest

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

func testProgress(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"resume":        testResume,
		"C12 done":      testDoneRidesWithRows,
		"second run":    testSecondRun,
		"opening":       testOpening,
		"reasons":       testReasons,
		"hostile texts": testHostileReason,
	})
}

// testResume: a file goes on in a new process where the ledger has it.
func testResume(e *env) {
	e.create()
	f := e.file("a")
	for n := int64(1); n <= 4; n++ {
		s := e.session()
		if at := e.entry(f).Offset; at != f.next {
			e.Fatalf("the ledger has the file at %d, want %d", at, f.next)
		}
		e.must(s.Push([]abstract.ChangeItem{e.chunk(f, n, n == 4)}))
		e.must(s.Flush())
		e.must(s.Close())
		e.want(loaded{f, f.next, n == 4})
		e.reopen()
	}
	e.want(loaded{f, 10, true})
}

// testDoneRidesWithRows: a file is done when its last rows are there, not
// before.
func testDoneRidesWithRows(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 2, false)}))
	e.must(s.Flush())
	e.want(loaded{f, 2, false})
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 2, 4), func() abstract.ChangeItem {
		last := e.stretch(f, 4, 5)
		last.Origin.Last = true
		return last
	}()}))
	e.must(s.Close())
	e.want(loaded{f, 2, false})
	s = e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 3, true)}))
	e.must(s.Flush())
	e.want(loaded{f, 5, true})
}

// testSecondRun: what is done is not loaded again, whoever tries.
func testSecondRun(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 5, true)}))
	e.must(s.Flush())
	e.reopen()
	again := e.file("a") // registered once more
	if again.id != f.id {
		e.Errorf("registered again as id %d, was %d", again.id, f.id)
	}
	for _, item := range []func() abstract.ChangeItem{
		func() abstract.ChangeItem { return e.stretch(f, 0, 5) },
		func() abstract.ChangeItem { return e.stretch(f, 5, 6) },
		func() abstract.ChangeItem { return e.stretch(f, 5, 5) },
	} {
		s := e.session()
		wantConflict(e, pushAndFlush(s, item()))
		e.want(loaded{f, 5, true})
	}
}

// testOpening: how a file was begun is recorded with its first rows, and what
// later items say does not change it.
func testOpening(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	if got := e.entry(f); got.Started() || got.Schema != nil || got.Dialect != nil {
		e.Errorf("a file that was only registered: %+v", got)
	}
	e.must(pushAndFlush(s, e.chunk(f, 2, false)))
	later := e.chunk(f, 2, false)
	later.Origin.Opening = &abstract.Opening{Schema: everything, Dialect: []byte(`{"other":true}`)}
	e.must(pushAndFlush(s, later))
	got := e.entry(f)
	if !got.Started() || len(got.Schema) != len(simple) || got.Schema[1] != simple[1] || string(got.Dialect) != `{"format":"csv"}` {
		e.Errorf("begun as %v %s", got.Schema, got.Dialect)
	}
}

// testReasons: the reason is that of the failure, until the file goes on, and
// then that of the first rejected record.
func testReasons(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	reject := func(reason string) abstract.ChangeItem {
		item := e.chunk(f, 1, false)
		item.Origin.Rejected, item.Origin.Reason = 1, reason
		return item
	}
	for _, step := range []struct {
		do    func() error
		want  string
		state ledger.State
	}{
		{func() error { return e.db.Ledger().Fail(e.Context(), f.id, "boom") }, "boom", ledger.Failed},
		{func() error { return pushAndFlush(s, e.chunk(f, 1, false)) }, "", ledger.Pending},
		{func() error { return pushAndFlush(s, reject("first")) }, "first", ledger.Pending},
		{func() error { return pushAndFlush(s, reject("second")) }, "first", ledger.Pending},
		{func() error { return pushAndFlush(s, e.chunk(f, 1, true)) }, "first", ledger.Done},
	} {
		e.must(step.do())
		if got := e.entry(f); got.Reason != step.want || got.State != step.state {
			e.Errorf("reason %q, %s; want %q, %s", got.Reason, got.State, step.want, step.state)
		}
	}
}

// testHostileReason: reasons quote files, and files hold anything.
func testHostileReason(e *env) {
	e.create()
	f := e.file("a")
	long := make([]byte, 1<<20)
	for n := range long {
		long[n] = byte(n)
	}
	e.must(e.db.Ledger().Fail(e.Context(), f.id, string(long)))
	if got := e.entry(f).Reason; got == "" || len(got) > 1<<16 {
		e.Errorf("a reason of 1 MiB is stored in %d bytes", len(got))
	}
	item := e.chunk(f, 2, true)
	item.Origin.Rejected, item.Origin.Reason = 1, "nul \x00, invalid \xff"
	e.must(pushAndFlush(e.session(), item))
	e.want(loaded{f, 2, true})
}

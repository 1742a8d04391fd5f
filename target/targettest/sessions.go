package targettest

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func testSessions(t *testing.T, h Harness) {
	tests := map[string]func(*env){
		"committed":  testCommitted,
		"closed":     testClosed,
		"misfit":     testMisfit,
		"concurrent": testConcurrent,
	}
	if !h.NoLedger {
		tests["C05 closed without flush"] = testCloseUndoes
		tests["cancelled"] = testCancelled
		tests["unregistered"] = testUnregistered
	}
	h.cases(t, tests)
}

// testCommitted: what a session is told to be durable adds up to what is.
func testCommitted(e *env) {
	e.create()
	sums := map[string]ledger.Progress{}
	s := e.sessionWith(target.SessionConfig{Committed: func(list []ledger.Progress) {
		for _, p := range list {
			sum := sums[p.Object.Key]
			if sum.After != p.Before || sum.Done {
				e.Errorf("%s: told of offsets %d to %d after offset %d", p.Object, p.Before, p.After, sum.After)
			}
			sum.After, sum.Done = p.After, p.Done
			sum.Rows, sum.Rejected, sum.Bytes = sum.Rows+p.Rows, sum.Rejected+p.Rejected, sum.Bytes+p.Bytes
			sums[p.Object.Key] = sum
		}
	}})
	a, b := e.file("a"), e.file("b")
	for n := range 4 {
		e.must(s.Push([]abstract.ChangeItem{e.chunk(a, 5, n == 3), e.chunk(b, 7, n == 3)}))
		if n%2 == 1 {
			e.must(s.Flush())
		}
	}
	for _, l := range []loaded{{a, 20, true}, {b, 28, true}} {
		sum := sums[l.f.object.Key]
		if sum.After != l.rows || sum.Rows != l.rows || sum.Bytes != 10*l.rows || !sum.Done {
			e.Errorf("%s: told of %+v, want %d rows, done", l.f.object, sum, l.rows)
		}
	}
	e.want(loaded{a, 20, true}, loaded{b, 28, true})
}

func testClosed(e *env) {
	e.create()
	s := e.session()
	f := e.file("a")
	e.must(s.Close())
	e.must(s.Close())
	if err := s.Push([]abstract.ChangeItem{e.chunk(f, 1, true)}); err == nil {
		e.Error("a closed session takes items")
	}
	if err := s.Flush(); err == nil {
		e.Error("a closed session flushes")
	}
	e.want()
}

// testMisfit: an item that cannot be pushed at all leaves the session usable
// and other sessions alone.
func testMisfit(e *env) {
	e.create()
	s, other := e.session(), e.session()
	a, b := e.file("a"), e.file("b")
	e.must(other.Push([]abstract.ChangeItem{e.chunk(b, 4, true)}))
	wrong := abstract.Schema{{Name: "other", Type: abstract.Bool}}
	if !e.h.NoLedger {
		err := s.Push([]abstract.ChangeItem{
			e.stretch(a, 0, 2),
			{Table: table, Batch: e.batch(wrong, [][]any{{true}}), Origin: abstract.Origin{LedgerID: a.id, Object: a.object, Before: 2, After: 3, Rows: 1}},
			e.stretch(a, 3, 5),
		})
		if err == nil {
			e.Error("a batch of other columns was taken")
		}
		missing := e.stretch(a, 0, 2)
		missing.Table = "missing"
		if err := s.Push([]abstract.ChangeItem{missing}); err == nil {
			e.Error("rows for a missing table were taken")
		}
	}
	e.must(other.Flush())
	e.must(s.Push([]abstract.ChangeItem{e.chunk(a, 2, true)}))
	e.must(s.Flush())
	e.want(loaded{a, 2, true}, loaded{b, 4, true})
}

// testConcurrent: sessions load files at the same time.
func testConcurrent(e *env) {
	e.create()
	const sessions, files, chunks = 4, 5, 6
	var want []loaded
	ended := make(chan error, sessions)
	for n := range sessions {
		s := e.session()
		var own []*file
		var items [][]abstract.ChangeItem
		for i := range files {
			f := e.file(string(rune('a'+n)) + string(rune('0'+i)))
			own = append(own, f)
			want = append(want, loaded{f, chunks * 3, true})
		}
		for c := range chunks {
			for _, f := range own {
				items = append(items, []abstract.ChangeItem{e.chunk(f, 3, c == chunks-1)})
			}
		}
		go func() {
			for n, push := range items {
				if err := s.Push(push); err != nil {
					for _, rest := range items[n+1:] {
						abstract.ReleaseAll(rest)
					}
					ended <- err
					return
				}
			}
			ended <- s.Flush()
		}()
	}
	for range sessions {
		e.must(<-ended)
	}
	e.want(want...)
}

// testCloseUndoes: what was not flushed is gone with the session, as if the
// process had died, and the file goes on where the ledger has it.
func testCloseUndoes(e *env) {
	e.create()
	f := e.file("a")
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 3, false)}))
	e.must(s.Flush())
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 3, 9)}))
	e.must(s.Close())
	e.want(loaded{f, 3, false})
	e.reopen()
	e.want(loaded{f, 3, false})
	s = e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 2, true)}))
	e.must(s.Flush())
	e.want(loaded{f, 5, true})
}

// testCancelled: a session whose context has ended undoes its work, and the
// target goes on.
func testCancelled(e *env) {
	e.create()
	f := e.file("a")
	ctx, cancel := context.WithCancel(e.Context())
	s, err := e.db.Session(ctx, target.SessionConfig{})
	e.must(err)
	e.must(s.Push([]abstract.ChangeItem{e.stretch(f, 0, 3)}))
	cancel()
	if err := s.Push([]abstract.ChangeItem{e.stretch(f, 3, 6)}); !errors.Is(err, context.Canceled) {
		e.Errorf("push after the end of the context: %v", err)
	}
	if err := s.Flush(); !errors.Is(err, context.Canceled) {
		e.Errorf("flush after the end of the context: %v", err)
	}
	e.must(s.Close())
	e.want(loaded{f, 0, false})
	s = e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 4, true)}))
	e.must(s.Flush())
	e.want(loaded{f, 4, true})
}

// testUnregistered: rows that the ledger could not account for are refused.
func testUnregistered(e *env) {
	e.create()
	for _, id := range []int64{0, 12345} {
		s := e.session()
		f := e.file("a")
		f.id = id
		err := s.Push([]abstract.ChangeItem{e.stretch(f, 0, 3)})
		if err == nil {
			err = s.Flush()
		}
		if err == nil {
			e.Errorf("rows of an object with ledger id %d were taken", id)
		}
	}
	e.want()
}

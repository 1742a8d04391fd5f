//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// atEveryCall runs a test for each call that a load of three files makes to
// the target's sessions: pushes in the beginning, the middle and the end of a
// file, and flushes.
func atEveryCall(t *testing.T, workers int, test func(t *testing.T, r *rig, at int)) {
	t.Helper()
	files := func(t *testing.T) *rig {
		r := newRig(t)
		r.numbers("a.csv", 0, 500)
		r.numbers("b.csv", 500, 150)
		r.write("c.csv", "id,word\n")
		return r
	}
	calls := 0
	files(t).mustLoad(func(cfg *transfer.Config) {
		cfg.Workers = workers
		cfg.Target = &faultyTarget{Target: cfg.Target, decide: func(_ string, n int) fault {
			calls = n
			return none
		}}
	})
	if calls < 8 {
		t.Fatalf("a load makes only %d calls", calls)
	}
	for at := 1; at <= calls; at++ {
		t.Run(fmt.Sprintf("call %d", at), func(t *testing.T) {
			t.Parallel()
			test(t, files(t), at)
		})
	}
}

// TestC05CrashAtEveryCall ends the process before and after every call to the
// target, one run each; the next load must make the table whole (C-05 to C-11).
func TestC05CrashAtEveryCall(t *testing.T) {
	t.Parallel()
	for kind, workers := range map[fault]int{crashBefore: 1, crashAfter: 2} {
		atEveryCall(t, workers, func(t *testing.T, r *rig, at int) {
			_, err := r.load(func(cfg *transfer.Config) {
				cfg.Workers = workers
				cfg.Target = &faultyTarget{Target: cfg.Target, decide: func(_ string, n int) fault {
					if n >= at {
						return kind
					}
					return none
				}}
			})
			// With two workers the number of flushes varies by one.
			if workers == 1 && !errors.Is(err, errCrashed) {
				t.Fatalf("the load returned %v", err)
			}
			r.mustLoad(nil)
			r.wantRows(650)
		})
	}
}

// TestFaultAtEveryCall lets every call to the target fail once, before or
// after it took effect; the same load must come through (P6).
func TestFaultAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault{failBefore, failAfter} {
		atEveryCall(t, 1, func(t *testing.T, r *rig, at int) {
			result := r.mustLoad(func(cfg *transfer.Config) {
				cfg.Workers = 1
				cfg.Target = &faultyTarget{Target: cfg.Target, decide: func(_ string, n int) fault {
					if n == at {
						return kind
					}
					return none
				}}
			})
			if result.FilesLoaded != 3 || result.RowsLoaded != 650 {
				t.Fatalf("%+v", result)
			}
			r.wantRows(650)
		})
	}
}

// faultyTarget breaks the calls of its sessions that decide picks.
type faultyTarget struct {
	target.Target
	decide func(op string, n int) fault
	// refuse, unless nil, is asked before each push. Its error is the push's,
	// and the transaction is undone.
	refuse func(items []abstract.ChangeItem) error

	mu    sync.Mutex
	calls int
}

// fault is what happens to a call.
type fault int

const (
	none        fault = iota
	failBefore        // nothing is done, the transaction is undone
	failAfter         // the call takes effect, and answers as if it had not
	crashBefore       // as the end of the process: nothing works from then on
	crashAfter
)

func (f *faultyTarget) next(op string) fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.decide == nil {
		return none
	}
	return f.decide(op, f.calls)
}

func (f *faultyTarget) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	inner, err := f.Target.Session(ctx, cfg)
	return &faultySession{inner, f, ctx, cfg}, err
}

type faultySession struct {
	target.Session
	owner *faultyTarget
	ctx   context.Context
	cfg   target.SessionConfig
}

var (
	errInjected = fmt.Errorf("injected fault")
	errCrashed  = fmt.Errorf("injected crash")
)

// undo rolls the session's transaction back, as the target would.
func (s *faultySession) undo() error {
	if err := s.Session.Close(); err != nil {
		return err
	}
	var err error
	if s.Session, err = s.owner.Target.Session(s.ctx, s.cfg); err != nil {
		return err
	}
	return &target.RollbackError{Cause: errInjected}
}

func (s *faultySession) Push(items []abstract.ChangeItem) error {
	if s.owner.refuse != nil {
		if err := s.owner.refuse(items); err != nil {
			abstract.ReleaseAll(items)
			if undone := s.undo(); !errors.Is(undone, errInjected) {
				return undone
			}
			return err
		}
	}
	switch s.owner.next("push") {
	case failBefore:
		abstract.ReleaseAll(items)
		return s.undo()
	case failAfter:
		if err := s.Session.Push(items); err != nil {
			return err
		}
		return s.undo()
	case crashBefore:
		abstract.ReleaseAll(items)
		return errCrashed
	case crashAfter:
		_ = s.Session.Push(items)
		return errCrashed
	}
	return s.Session.Push(items)
}

func (s *faultySession) Flush() error {
	switch s.owner.next("flush") {
	case failBefore:
		return s.undo()
	case failAfter:
		if err := s.Session.Flush(); err != nil {
			return err
		}
		return &target.RollbackError{Cause: errInjected}
	case crashBefore:
		return errCrashed
	case crashAfter:
		_ = s.Session.Flush()
		return errCrashed
	}
	return s.Session.Flush()
}

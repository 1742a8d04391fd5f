package fault

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

var (
	// ErrInjected is in every error that an injector makes up, save for a
	// crash. It comes classified as [abstract.Transient].
	ErrInjected = errors.New("injected fault")
	// ErrCrashed is what every call answers once the process is to be taken
	// for dead. It is Permanent.
	ErrCrashed = errors.New("injected crash")
)

// Kind is how a call goes wrong.
type Kind int

const (
	None     Kind = iota // it does not
	Before               // it fails and does nothing
	After                // it takes effect, and fails all the same
	Hang                 // it does nothing, and returns when its context or the faults end
	Truncate             // a body ends here as if it were whole; other calls: Before
	Cut                  // a body ends here with io.ErrUnexpectedEOF; other calls: Before
)

func (k Kind) String() string {
	return [...]string{"none", "before", "after", "hang", "truncate", "cut"}[k]
}

// Fault is what becomes of a call. The zero value leaves it alone.
type Fault struct {
	Kind Kind
	// Crash makes the call the last one: every later one answers
	// [ErrCrashed] and has no effect. Only sessions and bodies are still
	// closed, as the system does for a process that died.
	Crash bool
	// Wait is how long the call is held up first.
	Wait time.Duration
}

// Call is one call on its way through a decorator.
type Call struct {
	N    int    // its number among all calls, from 1
	Op   Op     // what is called
	Site string // who calls: the innermost callers outside of this package
	Nth  int    // its number among the calls of its site, from 1
}

func (c Call) String() string { return fmt.Sprintf("call %d, %s by %s", c.N, c.Op, c.Site) }

// Error is the error of a call that went wrong. It is an [ErrInjected] or, of
// the call at which the process ended, an [ErrCrashed].
type Error struct {
	Kind  Kind
	Call  Call
	cause error
}

func (e *Error) Error() string { return fmt.Sprintf("%v, %s %s", e.cause, e.Kind, e.Call) }

// Unwrap tells a fault from a crash.
func (e *Error) Unwrap() error { return e.cause }

// Plan decides what becomes of a call. It is called by one goroutine at a time.
type Plan func(Call) Fault

// Injector counts the calls of the decorators that share it, and lets go wrong
// what its plan says. It may be used concurrently.
type Injector struct {
	plan Plan

	mu      sync.Mutex
	calls   int
	faults  int
	sites   map[stack]*site
	crashed bool
	healed  bool
	over    chan struct{} // closed once it has crashed or was healed
}

// New makes an injector. Without a plan it only counts.
func New(plan Plan) *Injector {
	return &Injector{plan: plan, sites: map[stack]*site{}, over: make(chan struct{})}
}

// Calls is how many calls there were.
func (i *Injector) Calls() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.calls
}

// Faults is how many calls went wrong, the crash included but not what came
// after it.
func (i *Injector) Faults() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.faults
}

// Sites is how many distinct call sites there were: stacks of callers, line by
// line.
func (i *Injector) Sites() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.sites)
}

// Crashed tells whether the crash has come.
func (i *Injector) Crashed() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.crashed
}

// Heal ends all faults: the plan is not asked any more, and what hangs or is
// held up goes on. It does not raise the dead.
func (i *Injector) Heal() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.healed && !i.crashed {
		close(i.over)
	}
	i.healed = true
}

// Crash ends the process now, as a fault with Crash does.
func (i *Injector) Crash() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.crash()
}

// crash takes the process for dead. REQUIRES: i.mu held.
func (i *Injector) crash() {
	if !i.crashed && !i.healed {
		close(i.over)
	}
	i.crashed = true
}

// enter counts a call. If before is not nil the call does nothing and returns
// it. Otherwise it does its work, and if that succeeds returns after.
func (i *Injector) enter(ctx context.Context, op Op) (before, after error) {
	kind, err := i.decide(ctx, op)
	switch {
	case kind == None:
		return err, nil
	case kind == After:
		return nil, err
	default:
		return err, nil
	}
}

// around does a call whose only result is its error.
func (i *Injector) around(ctx context.Context, op Op, do func() error) error {
	before, after := i.enter(ctx, op)
	if before != nil {
		return before
	}
	if err := do(); err != nil {
		return err
	}
	return after
}

// decide counts a call and tells what becomes of it, and by which error. One of
// kind None either goes well or, if there is an error, is not made: its
// context has ended, or the process is dead.
func (i *Injector) decide(ctx context.Context, op Op) (Kind, error) {
	call, f, dead := i.count(op)
	if dead {
		return None, ErrCrashed
	}
	if f.Wait > 0 || f.Kind == Hang {
		if err := i.hold(ctx, f); err != nil {
			return None, err
		}
	}
	switch {
	case f.Kind == None && !f.Crash:
		return None, nil
	case f.Crash:
		return f.Kind, &Error{f.Kind, call, ErrCrashed}
	}
	return f.Kind, abstract.WithClass(abstract.Transient, &Error{f.Kind, call, ErrInjected})
}

// count asks the plan. A crash counts from here on for everyone else.
func (i *Injector) count(op Op) (call Call, f Fault, dead bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.crashed {
		return call, f, true
	}
	i.calls++
	s := i.siteOf(op)
	s.calls++
	call = Call{N: i.calls, Op: op, Site: s.name, Nth: s.calls}
	if i.plan != nil && !i.healed {
		f = i.plan(call)
	}
	if f.Crash {
		i.crash()
	}
	if f.Crash || f.Kind != None {
		i.faults++
	}
	return call, f, false
}

// hold holds a call up until its time has come, its context ends, or the
// faults do.
func (i *Injector) hold(ctx context.Context, f Fault) error {
	var due <-chan time.Time
	if f.Kind != Hang {
		timer := time.NewTimer(f.Wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-ctx.Done():
		return ctx.Err()
	case <-i.over:
	}
	if i.Crashed() && !f.Crash {
		return ErrCrashed
	}
	return nil
}

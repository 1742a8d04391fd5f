package parsequeue_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

var (
	errSession = errors.New("session lost")
	errFile    = abstract.WithClass(abstract.FileOnly, errors.New("bad file"))
)

// sink keeps what it was given until the test answers. Items name themselves
// by their table.
type sink struct {
	mu       sync.Mutex
	tables   []string
	answers  map[string]chan error
	stores   bool // answer nil at once
	closed   int
	closeErr error
}

func (s *sink) AsyncPush(items []abstract.ChangeItem) <-chan error {
	s.mu.Lock()
	defer s.mu.Unlock()
	table := items[0].Table
	s.tables = append(s.tables, table)
	if s.answers == nil {
		s.answers = make(map[string]chan error)
	}
	s.answers[table] = make(chan error, 1)
	if s.stores {
		s.answers[table] <- nil
	}
	return s.answers[table]
}

func (s *sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
	return s.closeErr
}

// answer answers the push of that datum.
func (s *sink) answer(n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[fmt.Sprint(n)] <- err
}

func (s *sink) pushed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.tables)
}

// acks records the calls of an AckFunc, as "datum:answer".
type acks struct {
	mu     sync.Mutex
	calls  []string
	starts []time.Time
}

func (a *acks) ack(n int, start time.Time, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	call := fmt.Sprint(n, ":ok")
	switch {
	case errors.Is(err, errFile):
		call = fmt.Sprint(n, ":file")
	case errors.Is(err, errSession):
		call = fmt.Sprint(n, ":session")
	case err != nil:
		call = fmt.Sprint(n, ":", err)
	}
	a.calls = append(a.calls, call)
	a.starts = append(a.starts, start)
	return nil
}

func (a *acks) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return fmt.Sprint(a.calls)
}

// item is the ParseFunc of tests that do not care: one item named after the
// datum.
func item(_ context.Context, n int) ([]abstract.ChangeItem, error) {
	return []abstract.ChangeItem{{Table: fmt.Sprint(n)}}, nil
}

// add adds data that must be accepted.
func add(t testing.TB, q *parsequeue.ParseQueue[int], data ...int) {
	t.Helper()
	for _, n := range data {
		if err := q.Add(n); err != nil {
			t.Fatalf("Add(%d): %v", n, err)
		}
	}
}

func want[V comparable](t testing.TB, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// ended reports whether Done is closed.
func ended(q *parsequeue.ParseQueue[int]) bool {
	select {
	case <-q.Done():
		return true
	default:
		return false
	}
}

// async runs f and returns a channel with its result.
func async(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}

// pending reports whether an async call has not returned yet.
func pending(result <-chan error) bool { return len(result) == 0 }

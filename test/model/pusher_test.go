package model

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

// TestPusherAgainstItsModel pushes, acks, nacks, cancels, retries, abandons
// and closes in random order. On failure rapid prints the shortest sequence it
// can find, and the seed to run it again. More runs: -rapid.checks=5000.
func TestPusherAgainstItsModel(t *testing.T) {
	for _, limit := range []int64{0, 1, 10} {
		t.Run(fmt.Sprintf("limit=%d", limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rapid.Check(bubbleTB{t}, func(t *rapid.T) {
					m := newMachine(limit)
					defer m.stop()
					t.Repeat(m.actions())
				})
			})
		})
	}
}

// bubbleTB hides that it is a *testing.T, whose deadline rapid would ask for:
// in a bubble that panics.
type bubbleTB struct{ rapid.TB }

type durable struct{}

func (durable) AsyncPush([]abstract.ChangeItem) <-chan error {
	answer := make(chan error, 1)
	answer <- nil
	return answer
}
func (durable) Close() error { return nil }

// machine drives a pusher and its model with the same actions.
type machine struct {
	queue  *parsequeue.ParseQueue[pusher.Chunk]
	pusher *pusher.ParsequeuePusher
	model  *modelPusher
	calls  []*call // by offset
	closed bool

	mu     sync.Mutex
	tokens map[int]pusher.Chunk // the copies that the AckFunc got, by offset
}

// call is one Push.
type call struct {
	chunk  *modelChunk
	cancel context.CancelFunc
	result chan error
}

func newMachine(limit int64) *machine {
	m := &machine{tokens: make(map[int]pusher.Chunk)}
	m.queue = parsequeue.New(nil, 2, durable{}, pusher.Items, func(c pusher.Chunk, _ time.Time, err error) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.tokens[c.Offset.(int)] = c
		return err
	})
	m.pusher = pusher.NewParsequeuePusher(m.queue, nil, limit)
	m.model = &modelPusher{limit: limit, newest: make(map[string]*modelAttempt)}
	return m
}

func (m *machine) stop() {
	for _, c := range m.calls {
		c.cancel()
	}
	m.queue.Close()
	synctest.Wait()
}

// actions repeats what should happen often, so that runs are not all about
// files with one chunk in flight.
func (m *machine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"push": m.Push, "push 2": m.Push, "push 3": m.Push, "push 4": m.Push,
		"ack": m.Ack, "ack 2": m.Ack, "ack 3": m.Ack,
		"nack": m.Nack, "ack again": m.AckAgain, "cancel": m.Cancel,
		"abandon": m.Abandon, "close": m.Close,
		"": m.Check,
	}
}

// Check compares all that can be seen from outside.
func (m *machine) Check(t *rapid.T) {
	synctest.Wait()
	chunks, bytes := m.pusher.InFlight()
	if got, want := describe(chunks, bytes, m.pusher.Snapshot()), m.model.String(); got != want {
		t.Fatalf("state:\n got %s\nwant %s", got, want)
	}
	for offset, c := range m.calls {
		waits := slices.Contains(m.model.waiting, c.chunk)
		if waits != (len(c.result) == 0) {
			t.Fatalf("push %d waits: %v, want %v", offset, !waits, waits)
		}
		if !waits {
			err := <-c.result
			c.result <- err
			if !errors.Is(err, c.chunk.outcome) {
				t.Fatalf("push %d: %v, want %v", offset, err, c.chunk.outcome)
			}
		}
	}
}

func (m *machine) Push(t *rapid.T) {
	c := &modelChunk{Chunk: pusher.Chunk{
		FilePath:  rapid.SampledFrom([]string{"f", "g"}).Draw(t, "file"),
		Offset:    len(m.calls),
		Completed: rapid.IntRange(0, 3).Draw(t, "completed") == 0,
		Size:      rapid.SampledFrom([]int64{0, 1, 5, 12}).Draw(t, "size"),
		Attempt:   rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 0, 1, 2}).Draw(t, "attempt"),
	}}
	ctx, cancel := context.WithCancel(context.Background())
	call := &call{chunk: c, cancel: cancel, result: make(chan error, 1)}
	m.calls = append(m.calls, call)
	go func() { call.result <- m.pusher.Push(ctx, c.Chunk) }()
	if m.closed {
		c.outcome = parsequeue.ErrClosed
		return
	}
	m.model.push(c)
}

// inFlight picks a chunk in flight and the form in which to ack it: with its
// token, or a copy without, which then stands for the oldest of its kind.
func (m *machine) inFlight(t *rapid.T) (*modelChunk, pusher.Chunk) {
	if len(m.model.inFlight) == 0 {
		t.Skip("nothing in flight")
	}
	c := rapid.SampledFrom(m.model.inFlight).Draw(t, "chunk")
	if rapid.Bool().Draw(t, "token") {
		m.mu.Lock()
		defer m.mu.Unlock()
		return c, m.tokens[c.Offset.(int)]
	}
	i := slices.IndexFunc(m.model.inFlight, func(other *modelChunk) bool {
		return other.FilePath == c.FilePath && other.Attempt == c.Attempt &&
			other.Completed == c.Completed && other.Size == c.Size
	})
	return m.model.inFlight[i], c.Chunk
}

func (m *machine) Ack(t *rapid.T) {
	c, form := m.inFlight(t)
	done, err := m.pusher.Ack(form)
	if want := m.model.settle(c, true); done != want || err != nil {
		t.Fatalf("ack of %v: %v, %v; want %v", c.Offset, done, err, want)
	}
}

func (m *machine) Nack(t *rapid.T) {
	seldom(t, 4)
	c, form := m.inFlight(t)
	m.model.settle(c, false)
	if err := m.pusher.Nack(form); err != nil {
		t.Fatal(err)
	}
}

// AckAgain acks by a token that was acked before.
func (m *machine) AckAgain(t *rapid.T) {
	m.mu.Lock()
	tokens := maps.Clone(m.tokens)
	m.mu.Unlock()
	for _, c := range m.model.inFlight {
		delete(tokens, c.Offset.(int))
	}
	if len(tokens) == 0 {
		t.Skip("nothing acked yet")
	}
	c := tokens[rapid.SampledFrom(slices.Sorted(maps.Keys(tokens))).Draw(t, "chunk")]
	if done, err := m.pusher.Ack(c); done || !errors.Is(err, pusher.ErrNotInFlight) {
		t.Fatalf("second ack of %v: %v, %v", c.Offset, done, err)
	}
}

func (m *machine) Cancel(t *rapid.T) {
	if len(m.model.waiting) == 0 {
		t.Skip("nothing waits")
	}
	i := rapid.IntRange(0, len(m.model.waiting)-1).Draw(t, "place")
	c := m.model.waiting[i]
	c.outcome = context.Canceled
	m.model.waiting = slices.Delete(m.model.waiting, i, i+1)
	m.model.admit()
	m.calls[c.Offset.(int)].cancel()
}

func (m *machine) Abandon(t *rapid.T) {
	seldom(t, 5)
	path := rapid.SampledFrom([]string{"f", "g"}).Draw(t, "file")
	a := m.model.newest[path]
	if a == nil {
		t.Skip("no such file")
	}
	a.over = true
	delete(m.model.newest, path)
	m.pusher.Abandon(path, a.number)
}

// seldom skips all but one of n calls of an action that cuts a run short.
func seldom(t *rapid.T, n int) {
	if rapid.IntRange(1, n).Draw(t, "seldom") < n {
		t.Skip("not now")
	}
}

// Close closes the queue.
func (m *machine) Close(t *rapid.T) {
	seldom(t, 20)
	if err := m.queue.Close(); err != nil {
		t.Fatal(err)
	}
	m.closed = true
	for _, c := range m.model.waiting {
		c.outcome = parsequeue.ErrClosed
	}
	m.model.waiting = nil
}

package pusher_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

var errSession = errors.New("session lost")

// rig is a pusher whose queue stores everything at once and acks nothing: the
// AckFunc only keeps the chunks, tokens and all, for the test to ack.
type rig struct {
	*pusher.ParsequeuePusher
	t     testing.TB
	queue *parsequeue.ParseQueue[pusher.Chunk]

	mu       sync.Mutex
	answered []pusher.Chunk
	fail     chan error // what is sent ends the queue, at the next answer
}

func newRig(t testing.TB, limit int64) *rig {
	r := &rig{t: t, fail: make(chan error, 1)}
	r.queue = parsequeue.New(nil, 2, durable{}, pusher.Items, func(c pusher.Chunk, _ time.Time, err error) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.answered = append(r.answered, c)
		select {
		case err := <-r.fail:
			return err
		default:
			return nil
		}
	})
	t.Cleanup(func() { r.queue.Close() })
	r.ParsequeuePusher = pusher.NewParsequeuePusher(r.queue, slog.New(slog.DiscardHandler), limit)
	return r
}

// bubble runs a test in a synctest bubble with a rig.
func bubble(t *testing.T, limit int64, test func(t *testing.T, r *rig)) {
	synctest.Test(t, func(t *testing.T) { test(t, newRig(t, limit)) })
}

// push pushes a chunk that must be admitted at once, and returns it as the
// AckFunc got it.
func (r *rig) push(c pusher.Chunk) pusher.Chunk {
	r.t.Helper()
	if err := r.Push(r.t.Context(), c); err != nil {
		r.t.Fatalf("Push(%+v): %v", c, err)
	}
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.answered[len(r.answered)-1]
}

// chunk is a chunk of file "f"; the last one if its offset is "last".
func chunk(offset any, size int64) pusher.Chunk {
	return pusher.Chunk{FilePath: "f", Offset: offset, Size: size, Completed: offset == any("last")}
}

// attempt is chunk for an attempt with a number.
func attempt(number int, offset any) pusher.Chunk {
	c := chunk(offset, 1)
	c.Attempt = number
	return c
}

// ack acks a chunk in flight and checks what it reports.
func (r *rig) ack(c pusher.Chunk, wantDone bool) {
	r.t.Helper()
	done, err := r.Ack(c)
	if err != nil || done != wantDone {
		r.t.Errorf("Ack(%v) = %v, %v; want %v", c.Offset, done, err, wantDone)
	}
}

// unknown acks and nacks a chunk that is not in flight, and checks that
// nothing changes.
func (r *rig) unknown(c pusher.Chunk) {
	r.t.Helper()
	before := r.String()
	if done, err := r.Ack(c); done || !errors.Is(err, pusher.ErrNotInFlight) {
		r.t.Errorf("Ack(%v) = %v, %v; want ErrNotInFlight", c.Offset, done, err)
	}
	wantErr(r.t, "Nack", r.Nack(c), pusher.ErrNotInFlight)
	want(r.t, "state after a wrong ack", r.String(), before)
}

// String is the whole observable state: gauges, and offsets by file.
func (r *rig) String() string {
	chunks, bytes := r.InFlight()
	s := fmt.Sprintf("%d chunks %d bytes", chunks, bytes)
	snapshot := r.Snapshot()
	for _, path := range slices.Sorted(maps.Keys(snapshot)) {
		var offsets []string
		for _, o := range snapshot[path].ReadOffsets {
			offsets = append(offsets, fmt.Sprint(o))
		}
		slices.Sort(offsets)
		s += fmt.Sprintf(" %s%v", path, offsets)
		if snapshot[path].Done {
			s += "done"
		}
	}
	return s
}

const nothing = "0 chunks 0 bytes"

// start pushes in the background.
func (r *rig) start(ctx context.Context, c pusher.Chunk) <-chan error {
	result := make(chan error, 1)
	go func() { result <- r.Push(ctx, c) }()
	synctest.Wait()
	return result
}

// failQueue ends the queue with an error, by way of a chunk that is acked.
func (r *rig) failQueue(err error) {
	r.t.Helper()
	r.fail <- err
	if r.queue.Add(pusher.Chunk{}) != nil {
		r.t.Fatal("the queue has ended before")
	}
	synctest.Wait()
}

func pending(result <-chan error) bool { return len(result) == 0 }

func want[V comparable](t testing.TB, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %v\nwant %v", what, got, want)
	}
}

func wantErr(t testing.TB, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// items makes items of their own address.
func items(n int) []abstract.ChangeItem { return make([]abstract.ChangeItem, n) }

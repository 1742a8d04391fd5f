package sourcetest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// Harness is a source that finds nothing yet.
type Harness struct {
	// Source is what is tested.
	Source source.Source
	// Follows tells that its Pages returns only when the context ends.
	Follows bool
	// Put creates the nth object where the source looks, sees to it that the
	// source is told if it has to be, and returns the object's key. It is
	// called from the test's goroutine, and reports failures with t.Fatal.
	Put func(t *testing.T, n int) (key string)
	// Patience is how long to wait for what the source is to deliver. Default:
	// an hour, for a bubble of time.
	Patience time.Duration
}

// Run tests the source of a harness of its own for each subtest: in is to open
// it, call run, and clean up.
func Run(t *testing.T, in func(t *testing.T, run func(t *testing.T, h Harness))) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, h Harness)
	}{
		{"pages", testPages},
		{"nothing", testNothing},
		{"error", testError},
		{"cancel", testCancel},
		{"cancelled before", testCancelledBefore},
		{"answers", testAnswers},
		{"arrivals", testArrivals},
		{"again", testAgain},
	} {
		t.Run(test.name, func(t *testing.T) { in(t, test.run) })
	}
}

func (h Harness) patience() time.Duration { return cmp.Or(h.Patience, time.Hour) }

// put creates n objects and returns their keys, sorted.
func (h Harness) put(t *testing.T, n int) []string {
	t.Helper()
	keys := make([]string, n)
	for i := range keys {
		keys[i] = h.Put(t, i)
	}
	slices.Sort(keys)
	return keys
}

// engine takes pages as the engine does, and checks each.
type engine struct {
	t      *testing.T
	h      Harness
	answer func(id abstract.ObjectID) error // is called for each object, within page; may be nil

	mu     sync.Mutex
	inside bool
	pages  int
	taken  map[string]int // deliveries by key
	grew   chan struct{}  // has room for one
}

func newEngine(t *testing.T, h Harness) *engine {
	return &engine{t: t, h: h, taken: map[string]int{}, grew: make(chan struct{}, 1)}
}

type mark struct{}

// page takes a page. The slice is its own meanwhile, so it spoils it.
func (e *engine) page(ctx context.Context, b object.Bucket, infos []object.Info) error {
	e.mu.Lock()
	if e.inside {
		e.t.Error("page is called while it is being called")
	}
	e.inside = true
	e.pages++
	var ids []abstract.ObjectID
	for _, info := range infos {
		ids = append(ids, object.ID(b, info))
	}
	e.mu.Unlock()
	if len(infos) > 1000 {
		e.t.Errorf("a page of %d objects: at most 1000 are allowed", len(infos))
	}
	if ctx.Value(mark{}) == nil {
		e.t.Error("the context of page does not descend from that of Pages")
	}
	for _, id := range ids {
		if e.answer != nil {
			if err := e.answer(id); err != nil {
				e.t.Errorf("answer for %v: %v", id, err)
			}
		}
	}
	clear(infos)
	e.mu.Lock()
	e.inside = false
	for _, id := range ids {
		e.taken[id.Key]++
	}
	e.mu.Unlock()
	select {
	case e.grew <- struct{}{}:
	default:
	}
	return nil
}

// done answers that an object is loaded.
func (e *engine) done(id abstract.ObjectID) error { return e.h.Source.Done(e.t.Context(), id) }

// run lets the source deliver until enough says so, or to its end if it lists
// once, and returns what Pages does and what was delivered.
func (e *engine) run(enough func(taken map[string]int) bool) (map[string]int, error) {
	e.t.Helper()
	ctx, cancel := context.WithCancel(context.WithValue(e.t.Context(), mark{}, true))
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- e.h.Source.Pages(ctx, e.page) }()
	late := time.NewTimer(e.h.patience())
	defer late.Stop()
	for e.h.Follows && !enough(e.soFar()) {
		select {
		case <-e.grew:
			continue
		case err := <-ended:
			e.t.Errorf("a source that follows has ended: %v", err)
			return e.soFar(), err
		case <-late.C:
			e.t.Errorf("it did not deliver all; %d objects came", len(e.soFar()))
		}
		break
	}
	if e.h.Follows {
		cancel()
	}
	err := <-ended
	if e.h.Follows && !errors.Is(err, context.Canceled) {
		e.t.Errorf("following ended with %v, want the context's error", err)
	}
	return e.soFar(), err
}

func (e *engine) soFar() map[string]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.taken)
}

// has tells of what has come whether it is these keys.
func has(keys []string) func(map[string]int) bool {
	return func(taken map[string]int) bool { return len(taken) == len(keys) && slices.Equal(sorted(taken), keys) }
}

func sorted(taken map[string]int) []string { return slices.Sorted(maps.Keys(taken)) }

package sourcetest

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// manyObjects is more than two pages and not a multiple of one.
const manyObjects = 2600

// testPages delivers many objects, each of which is done before page returns.
func testPages(t *testing.T, h Harness) {
	keys := h.put(t, manyObjects)
	e := newEngine(t, h)
	e.answer = e.done
	taken, err := e.run(has(keys))
	if !h.Follows && err != nil {
		t.Errorf("Pages: %v", err)
	}
	if got := sorted(taken); !slices.Equal(got, keys) {
		t.Errorf("%d objects were delivered, want %d", len(got), len(keys))
	}
	for key, n := range taken {
		if !h.Follows && n != 1 {
			t.Errorf("a source that lists once delivered %q %d times", key, n)
		}
	}
}

// testNothing has nothing to deliver, which ends a listing, and nothing else.
func testNothing(t *testing.T, h Harness) {
	if h.Follows {
		t.Skip("it is no end for a source that follows; see arrivals")
	}
	e := newEngine(t, h)
	taken, err := e.run(nil)
	nothing, ok := errors.AsType[*source.NothingError](err)
	if err != nil && !ok || ok && len(nothing.Locations) == 0 {
		t.Errorf("Pages: %v, want nil or a NothingError that names a location", err)
	}
	if len(taken) > 0 {
		t.Errorf("%v was delivered", taken)
	}
}

// testError returns an error from the first page.
func testError(t *testing.T, h Harness) {
	h.put(t, manyObjects)
	stop := abstract.WithClass(abstract.Transient, errors.New("stop")) // which is no reason to try again
	ctx, cancel := context.WithTimeout(t.Context(), h.patience())
	defer cancel()
	calls := 0
	err := h.Source.Pages(ctx, func(_ context.Context, _ object.Bucket, infos []object.Info) error {
		clear(infos)
		calls++
		yield()
		return stop
	})
	if err != stop {
		t.Errorf("an error from page came back as %v", err)
	}
	if calls != 1 {
		t.Errorf("page was called %d times, want once", calls)
	}
}

// yield lets other goroutines of the source come to where they wait for page.
func yield() {
	for range 1000 {
		runtime.Gosched()
	}
}

// testCancel ends the context within the first page.
func testCancel(t *testing.T, h Harness) {
	h.put(t, manyObjects)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	err := h.Source.Pages(ctx, func(ctx context.Context, _ object.Bucket, _ []object.Info) error {
		calls++
		yield()
		cancel()
		if ctx.Err() == nil {
			t.Error("the context of page goes on when that of Pages has ended")
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled during the first page: %v", err)
	}
	if calls != 1 {
		t.Errorf("page was called %d times, want once", calls)
	}
}

func testCancelledBefore(t *testing.T, h Harness) {
	h.put(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := h.Source.Pages(ctx, func(context.Context, object.Bucket, []object.Info) error {
		t.Error("page was called although the context had ended before")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}

// testArrivals puts objects while the source follows, one after the other has
// come; there is nothing at first.
func testArrivals(t *testing.T, h Harness) {
	if !h.Follows {
		t.Skip("it does not follow")
	}
	var keys []string
	e := newEngine(t, h)
	e.answer = e.done
	taken, _ := e.run(func(taken map[string]int) bool {
		if !slices.Equal(sorted(taken), keys) {
			return false
		}
		if len(keys) == 5 {
			return true
		}
		keys = append(keys, h.Put(t, len(keys)))
		slices.Sort(keys)
		return false
	})
	if got := sorted(taken); !slices.Equal(got, keys) {
		t.Errorf("%q were delivered, want %q", got, keys)
	}
}

package sourcetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

var errBroken = errors.New("it is broken")

// testAnswers answers for objects again and again, in every way at once, and
// for objects that were never delivered: while Pages runs, and after it.
func testAnswers(t *testing.T, h Harness) {
	keys := h.put(t, 20)
	e := newEngine(t, h)
	var wg sync.WaitGroup
	var delivered []abstract.ObjectID
	everything := func(id abstract.ObjectID) {
		other := id
		other.Generation += "x"
		stranger := abstract.ObjectID{Bucket: "nowhere://", Key: id.Key, Generation: "1"}
		for i := range 8 {
			wg.Go(func() {
				for _, id := range []abstract.ObjectID{id, other, stranger, {}} {
					if err := h.Source.Done(t.Context(), id); err != nil {
						t.Errorf("done, %v: %v", id, err)
					}
					if err := h.Source.Failed(t.Context(), id, errBroken, i%2 == 0); err != nil {
						t.Errorf("failed, %v: %v", id, err)
					}
				}
			})
		}
	}
	e.answer = func(id abstract.ObjectID) error {
		delivered = append(delivered, id)
		everything(id)
		return nil
	}
	_, _ = e.run(has(keys))
	for _, id := range delivered {
		everything(id)
	}
	wg.Wait()
}

// testAgain fails an object several times, parks another and is done with the
// third. What is not parked comes again.
func testAgain(t *testing.T, h Harness) {
	if !h.Follows {
		t.Skip("it does not follow")
	}
	fails, parks, done := h.Put(t, 0), h.Put(t, 1), h.Put(t, 2)
	e := newEngine(t, h)
	times := map[string]int{}
	e.answer = func(id abstract.ObjectID) error {
		times[id.Key]++
		switch {
		case id.Key == parks:
			return h.Source.Failed(t.Context(), id, errBroken, true)
		case id.Key == fails && times[fails] < 4:
			return h.Source.Failed(t.Context(), id, errBroken, false)
		}
		return h.Source.Done(t.Context(), id)
	}
	_, _ = e.run(func(taken map[string]int) bool { return taken[fails] >= 4 && len(taken) == 3 })
	if times[fails] < 4 || times[parks] == 0 || times[done] == 0 {
		t.Errorf("deliveries: %v, want 4 of %q and 1 of the others at least", times, fails)
	}
}

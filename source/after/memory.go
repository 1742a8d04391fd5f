package after

import (
	"hash/maphash"
	"maps"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

const (
	// restTime is how long an object is left alone after its action failed: who
	// follows a folder delivers it with each listing.
	restTime = 5 * time.Minute
	// mostResting is how many such objects are known; the others are tried
	// with each listing.
	mostResting = 10_000
	// mostActed is how many tagged objects are known; each is 8 bytes. The tags
	// of the others are asked for with each listing.
	mostActed = 1 << 18
)

// rests are the objects that are left alone for a while.
type rests struct {
	until map[abstract.ObjectID]time.Time
	swept time.Time
}

// has tells whether an object is left alone.
func (r *rests) has(id abstract.ObjectID, now time.Time) bool { return now.Before(r.until[id]) }

// add leaves an object alone from now on. Where there is no room, those that
// are not left alone any more are forgotten, now and then.
func (r *rests) add(id abstract.ObjectID, now time.Time) {
	if r.until == nil {
		r.until = map[abstract.ObjectID]time.Time{}
	}
	if len(r.until) >= mostResting && now.Sub(r.swept) >= restTime {
		r.swept = now
		maps.DeleteFunc(r.until, func(_ abstract.ObjectID, until time.Time) bool { return !now.Before(until) })
	}
	if len(r.until) < mostResting {
		r.until[id] = now.Add(restTime)
	}
}

// acted are the objects that stay where they are after their action, by their
// hashes: without it, following a folder would ask for the tags of everything
// in it with each listing. It is a short cut only, and none for other actions,
// whose objects are gone. Two objects of one hash would take 2^32 of them.
type acted struct {
	seed   maphash.Seed
	hashes map[uint64]struct{} // nil if nothing is to be remembered
}

func newActed(remembers bool) acted {
	if !remembers {
		return acted{}
	}
	return acted{maphash.MakeSeed(), map[uint64]struct{}{}}
}

func (a acted) has(id abstract.ObjectID) bool {
	if a.hashes == nil {
		return false
	}
	_, ok := a.hashes[maphash.Comparable(a.seed, id)]
	return ok
}

func (a acted) add(id abstract.ObjectID) {
	if a.hashes != nil && len(a.hashes) < mostActed {
		a.hashes[maphash.Comparable(a.seed, id)] = struct{}{}
	}
}

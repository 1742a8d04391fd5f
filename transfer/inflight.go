package transfer

import (
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// inFlight is the objects between their discovery and their end. A source may
// deliver an object again while it is being loaded; a second job for it would
// fight the first one for the ledger and be counted twice. It holds a page, and
// what the workers have, so it does not grow with the bucket.
type inFlight struct {
	mu   sync.Mutex
	keys map[abstract.ObjectID]time.Time // without generations; since when
}

// claim returns the objects of a page that are not in flight, which from then
// on they are. A newer generation of one that is waits for a later delivery:
// the older one may not read it, and must end before it.
func (f *inFlight) claim(bucket object.Bucket, page []object.Info) []object.Info {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys == nil {
		f.keys = make(map[abstract.ObjectID]time.Time)
	}
	free, now := make([]object.Info, 0, len(page)), time.Now()
	for _, info := range page {
		key := keyOf(object.ID(bucket, info))
		if f.keys[key].IsZero() {
			f.keys[key] = now
			free = append(free, info)
		}
	}
	return free
}

// release ends an object's flight.
func (f *inFlight) release(id abstract.ObjectID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.keys, keyOf(id))
}

// len is how many there are.
func (f *inFlight) len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.keys)
}

// oldest is since when the oldest of them is in flight, the zero time if there
// is none.
func (f *inFlight) oldest() (since time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.keys {
		if since.IsZero() || t.Before(since) {
			since = t
		}
	}
	return since
}

func keyOf(id abstract.ObjectID) abstract.ObjectID {
	id.Generation = ""
	return id
}

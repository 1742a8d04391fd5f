package transfer

import (
	"sync"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// inFlight is the objects between their discovery and their end. A source may
// deliver an object again while it is being loaded; a second job for it would
// fight the first one for the ledger and be counted twice. It holds a page, and
// what the workers have, so it does not grow with the bucket.
type inFlight struct {
	mu   sync.Mutex
	keys map[abstract.ObjectID]bool // without generations
}

// claim returns the objects of a page that are not in flight, which from then
// on they are. A newer generation of one that is waits for a later delivery:
// the older one may not read it, and must end before it.
func (f *inFlight) claim(bucket object.Bucket, page []object.Info) []object.Info {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys == nil {
		f.keys = make(map[abstract.ObjectID]bool)
	}
	free := make([]object.Info, 0, len(page))
	for _, info := range page {
		key := keyOf(object.ID(bucket, info))
		if !f.keys[key] {
			f.keys[key] = true
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

func keyOf(id abstract.ObjectID) abstract.ObjectID {
	id.Generation = ""
	return id
}

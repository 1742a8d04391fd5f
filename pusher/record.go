package pusher

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// record is a chunk in flight, and its address is the chunk's token. It
// outlives its flight in the hands of whoever keeps the chunk, so that a
// second ack is recognised, but then it holds nothing any more.
type record struct {
	state  *PusherState
	id     identity
	offset any

	attempt *attempt // nil before and after its flight
	place   int      // in attempt.records
	opens   bool     // no chunk of the attempt was accepted before it

	// Links of the index; see there.
	older, younger         *record
	olderTwin, youngerTwin *record
}

// identity is what a chunk without a token is recognised by.
type identity struct {
	path      string
	attempt   int
	completed bool
	size      int64
	items     *abstract.ChangeItem // the first of them, by address
	numItems  int
}

func identityOf(c Chunk) identity {
	id := identity{path: c.FilePath, attempt: c.Attempt, completed: c.Completed, size: c.Size, numItems: len(c.Items)}
	if len(c.Items) > 0 {
		id.items = &c.Items[0]
	}
	return id
}

func newRecord(s *PusherState, c Chunk) *record {
	return &record{state: s, id: identityOf(c), offset: c.Offset}
}

// find is the record in flight that an acked chunk stands for. A token counts
// only on a chunk that still says what it said when it was pushed; its items
// may be gone, for whoever stored them need not keep them.
// REQUIRES: s.mu held.
func (s *PusherState) find(c Chunk) (*record, error) {
	r, id := c.token, identityOf(c)
	switch {
	case r == nil:
		r = s.inFlight.oldest(id)
	case r.state != s || r.attempt == nil:
		r = nil
	default:
		id.items, id.numItems = r.id.items, r.id.numItems
		if r.id != id {
			r = nil
		}
	}
	if r == nil {
		return nil, fmt.Errorf("ack %q, attempt %d: %w", c.FilePath, c.Attempt, ErrNotInFlight)
	}
	return r, nil
}

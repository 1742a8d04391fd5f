package sqs

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

const (
	// A message of which something failed comes again after firstRetry, and
	// each time after twice as long, up to longestRetry.
	firstRetry   = 30 * time.Second
	longestRetry = 15 * time.Minute
	// toDeadLetters is the delay for a message that only its queue's redrive
	// policy can end. It will not fare better, so it is not kept waiting.
	toDeadLetters = time.Second
	// longestRefusal is the longest delay for a message that nobody ends.
	longestRefusal = time.Hour
	// maxVanished is how often an object may be missing before its message is
	// deleted: a store may tell of an object before it shows it.
	maxVanished = 3
	// firstVanished is how soon a missing object is looked for again.
	firstVanished = 2 * time.Second
)

// Done implements [source.Source]. The messages that wait for nothing else are
// deleted soon, within a second as a rule.
func (s *Source) Done(_ context.Context, id abstract.ObjectID) error {
	s.held.answer(id, func(*message) fate { return fate{} })
	return nil
}

// Failed implements [source.Source]. It asks the store for the object: one that
// has another generation by now has an event of its own, and one that is gone
// has nothing to be loaded. Else the message comes again after a delay that
// grows, until the queue's redrive policy takes it away; if the object is parked
// and there is no such policy, the message is deleted.
func (s *Source) Failed(ctx context.Context, id abstract.ObjectID, _ error, parked bool) error {
	verdict := func(m *message) fate { return fate{keep: true, delay: growing(m.receipts, firstRetry, longestRetry)} }
	if s.held.awaits(id) {
		switch state := s.lookAt(ctx, id); {
		case state == replaced:
			s.held.count(func(st *Stats) { st.Superseded++ })
			verdict = func(*message) fate { return fate{} }
		case state == missing:
			s.held.count(func(st *Stats) { st.Superseded++ })
			verdict = vanishedFate
		case parked && s.queue.redrive:
			verdict = func(*message) fate { return fate{keep: true, delay: toDeadLetters} }
		case parked:
			verdict = func(*message) fate { return fate{} }
		}
	}
	s.held.answer(id, verdict)
	return nil
}

// state is what the store says of an object that failed.
type state int

const (
	present state = iota
	replaced
	missing
)

func (s *Source) lookAt(ctx context.Context, id abstract.ObjectID) state {
	bucket := s.places.buckets[id.Bucket]
	if bucket == nil {
		return present
	}
	info, err := bucket.Stat(ctx, id.Key)
	switch {
	case abstract.ClassOf(err) == abstract.NotFound:
		return missing
	case err == nil && info.Generation != id.Generation:
		return replaced
	}
	return present // or not to be known
}

// vanished counts a verdict on m for an object that is not there.
func (s *Source) vanished(m *message) {
	s.held.mu.Lock()
	defer s.held.mu.Unlock()
	s.held.stats.Superseded++
	m.fate.join(vanishedFate(m))
}

// retry makes m come again.
func (s *Source) retry(m *message) {
	s.held.mu.Lock()
	defer s.held.mu.Unlock()
	m.fate.join(fate{keep: true, delay: growing(m.receipts, firstRetry, longestRetry)})
}

// reject keeps a message of which something cannot be understood, or is for
// somebody else, from being deleted. It is logged at its first receipt.
func (s *Source) reject(m *message, malformed, foreign []error) {
	if len(malformed)+len(foreign) == 0 {
		return
	}
	s.held.mu.Lock()
	if len(malformed) > 0 {
		s.held.stats.Poison++
	}
	if len(foreign) > 0 {
		s.held.stats.Foreign++
	}
	delay := toDeadLetters
	if !s.queue.redrive {
		delay = growing(m.receipts, firstRetry, longestRefusal)
	}
	m.fate.join(fate{keep: true, delay: delay})
	receipts := m.receipts
	s.held.mu.Unlock()
	if receipts <= 1 {
		s.log.Error("a message is refused and left to the queue", "message", m.id, "error", errors.Join(append(malformed, foreign...)...))
	}
}

func vanishedFate(m *message) fate {
	if m.receipts >= maxVanished {
		return fate{}
	}
	return fate{keep: true, delay: growing(m.receipts, firstVanished, longestRetry)}
}

// growing is the delay after the n-th receipt: twice as long each time, and a
// bit shorter by chance, so that what failed together does not come together.
func growing(n int, first, longest time.Duration) time.Duration {
	delay := first
	for ; n > 1 && delay < longest; n-- {
		delay *= 2
	}
	delay = min(delay, longest)
	return delay - rand.N(delay/4)
}

package pusher

import (
	"container/list"
	"maps"
	"slices"
	"sync"
)

// PusherState is what a [ParsequeuePusher] keeps about the chunks in flight.
// Its methods are safe for concurrent use.
type PusherState struct {
	// PushProgress tells, for each file that is under way, how far its newest
	// attempt has got. It changes with every push and ack: read it through
	// Snapshot, or directly while nothing is pushed or acked. Never write it.
	PushProgress map[string]Progress

	limit int64 // in bytes; 0 is none

	mu       sync.Mutex // guards PushProgress and all that follows
	chunks   int64
	bytes    tally
	waiting  list.List           // of *waiter, in the order of their arrival
	newest   map[string]*attempt // by path; the keys are those of PushProgress
	inFlight index
	drained  chan struct{} // closed when chunks is 0; nil if nobody waits
}

// Progress is how far an attempt at a file has got.
type Progress struct {
	// ReadOffsets are the offsets of the chunks in flight, in no particular
	// order.
	ReadOffsets []any
	// Done is set once the Completed chunk has been pushed. The file leaves
	// the state when, besides, ReadOffsets is empty.
	Done bool
}

func (s *PusherState) init(limit int64) {
	s.PushProgress = make(map[string]Progress)
	s.limit = limit
	s.newest = make(map[string]*attempt)
}

// Snapshot is a copy of PushProgress, the slices included. It costs what is in
// flight and holds up pushes and acks meanwhile, so it is for people, not for
// every chunk.
func (s *PusherState) Snapshot() map[string]Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	progress := maps.Clone(s.PushProgress)
	for path, p := range progress {
		p.ReadOffsets = slices.Clone(p.ReadOffsets)
		progress[path] = p
	}
	return progress
}

// InFlight is how many chunks are in flight and the sum of their sizes, of all
// attempts. A sum beyond int64, which only a pusher without a limit can reach,
// is given as the largest int64.
func (s *PusherState) InFlight() (chunks, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.chunks, s.bytes.value()
}

// empty returns a channel that is closed as soon as nothing is in flight.
func (s *PusherState) empty() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drained == nil {
		s.drained = make(chan struct{})
	}
	drained := s.drained
	s.noteDrained()
	return drained
}

// noteDrained wakes those who wait for the state to be empty, if it is.
// REQUIRES: s.mu held.
func (s *PusherState) noteDrained() {
	if s.chunks == 0 && s.drained != nil {
		close(s.drained)
		s.drained = nil
	}
}

package pusher

import "container/list"

// waiter is a push that waits for room.
type waiter struct {
	record *record
	place  *list.Element // in PusherState.waiting; nil once it is out of it
	ready  chan struct{} // closed on admission or refusal
	err    error         // why it was refused; read after ready
}

// enter admits a record or, if there is no room or others came first, lets it
// wait. Both results are nil when it was admitted.
func (s *PusherState) enter(r *record) (*waiter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting.Len() == 0 && s.fits(r.id.size) {
		return nil, s.add(r)
	}
	w := &waiter{record: r, ready: make(chan struct{})}
	w.place = s.waiting.PushBack(w)
	return w, nil
}

// leave gives up waiting, and gives back the room if it was just granted.
func (s *PusherState) leave(w *waiter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case w.place != nil:
		s.waiting.Remove(w.place)
		w.place = nil
		s.wake() // the next one may be smaller
	case w.err == nil:
		s.takeBack(w.record)
	}
}

// fits reports whether there is room for a chunk of that size now. Where
// nothing is in flight there is room for any, or one larger than the limit
// would wait for ever. REQUIRES: s.mu held.
func (s *PusherState) fits(size int64) bool {
	return s.limit == 0 || s.chunks == 0 || size <= s.limit-s.bytes.value()
}

// wake admits those at the head of the line for whom there is room. It is
// called after every change that may have made some. REQUIRES: s.mu held.
func (s *PusherState) wake() {
	for e := s.waiting.Front(); e != nil; e = s.waiting.Front() {
		w := e.Value.(*waiter)
		if !s.fits(w.record.id.size) {
			break
		}
		s.waiting.Remove(e)
		w.place = nil
		w.err = s.add(w.record)
		close(w.ready)
	}
	s.noteDrained()
}

package pusher

// add puts an admitted record in flight, unless its attempt has no future.
// REQUIRES: s.mu held.
func (s *PusherState) add(r *record) error {
	a, err := s.attemptFor(r.id)
	if err != nil {
		return err
	}
	a.add(r)
	s.publish(a)
	s.inFlight.add(r)
	s.chunks++
	s.bytes.add(r.id.size)
	return nil
}

// remove takes a record out of flight. The caller brings its attempt up to
// date before it calls wake, which may add to the same attempt.
// REQUIRES: s.mu held.
func (s *PusherState) remove(r *record) {
	s.inFlight.remove(r)
	r.attempt.remove(r)
	s.chunks--
	s.bytes.sub(r.id.size)
}

// settle ends a chunk's flight with an ack or a nack. It reports whether that
// was the end of a file.
func (s *PusherState) settle(chunk Chunk, stored bool) (done bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(chunk)
	if err != nil {
		return false, err
	}
	a := r.attempt
	s.accept(a) // an ack may overtake the return of the Add that it answers
	s.remove(r)
	if !stored {
		a.nacked = true
	}
	done = s.conclude(a)
	s.wake()
	return done, nil
}

// accepted notes that the queue took a record's chunk.
func (s *PusherState) accepted(r *record) {
	if !r.opens {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.attempt != nil {
		s.accept(r.attempt)
	}
}

// rollback undoes the admission of a record whose chunk the queue refused.
func (s *PusherState) rollback(r *record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takeBack(r)
}

// takeBack is rollback. REQUIRES: s.mu held.
func (s *PusherState) takeBack(r *record) {
	a := r.attempt
	if a == nil {
		return // a wrong ack without a token has hit it since its admission
	}
	s.remove(r)
	if r.id.completed {
		a.completed = false
	}
	if !a.accepted && len(a.records) == 0 {
		s.withdraw(a)
	} else {
		s.conclude(a)
	}
	s.wake()
}

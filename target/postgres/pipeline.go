package postgres

// begin opens the next transaction on whatever lane is to be had. It waits for
// older ones where there is none, and where rows of theirs could wait for ours:
// that we wait for them in turn, the server would not see (Invariant 20).
func (s *session) begin() error {
	for {
		l, err := s.lane()
		if err != nil {
			return err
		}
		ok, err := l.begin(s.ctx, s.target)
		if ok {
			var before *txn
			if n := len(s.flying); n > 0 {
				before = s.flying[n-1]
			}
			s.open = s.start(l, before)
			return nil
		}
		l.home <- l
		if err != nil {
			return err
		}
	}
}

// lane returns a lane without a transaction.
func (s *session) lane() (*lane, error) {
	if n := len(s.flying); n > 0 && s.flying[n-1].serial {
		if err := s.settleAll(); err != nil {
			return nil, err
		}
	}
	for {
		if err := s.reap(); err != nil {
			return nil, err
		}
		if l := s.takeLane(); l != nil {
			return l, nil
		}
		if err := s.settle(); err != nil {
			return nil, err
		}
	}
}

// takeLane returns a lane without a transaction, nil if there is none now. The
// session's own goes first.
func (s *session) takeLane() *lane {
	if l := s.following; l != nil {
		s.following = nil
		return l
	}
	select {
	case l := <-s.own:
		return l
	default:
		return s.target.takeLane()
	}
}

// leave gives back the lane that was taken to go on with.
func (s *session) leave() {
	if l := s.following; l != nil {
		s.following = nil
		l.home <- l
	}
}

// handOver lets the open transaction finish by itself.
func (s *session) handOver() {
	t := s.open
	t.sendAll()
	close(t.work)
	s.flying, s.open = append(s.flying, t), nil
}

// settle waits for the oldest transaction, and returns why it was undone.
func (s *session) settle() error {
	t := s.flying[0]
	err := t.settle()
	s.flying[0] = nil
	s.flying = s.flying[1:]
	if s.undone == nil {
		s.undone = err
	}
	return err
}

// settleAll waits for all transactions that were handed over, or until one was
// undone.
func (s *session) settleAll() error {
	for len(s.flying) > 0 {
		if err := s.settle(); err != nil {
			return err
		}
	}
	return nil
}

// reap settles the transactions that have ended.
func (s *session) reap() error {
	for len(s.flying) > 0 {
		select {
		case <-s.flying[0].done:
			if err := s.settle(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}

// abort undoes the open transaction, waits for what becomes of those before
// it, and returns what the caller is told: why the first of them was undone
// or, if none was, cause.
func (s *session) abort(cause error) error {
	if t := s.open; t != nil {
		t.giveUp(cause)
		s.flying, s.open = append(s.flying, t), nil
	}
	for len(s.flying) > 0 {
		_ = s.settle() // the first error is kept
	}
	s.leave()
	if err := s.undone; err != nil {
		s.undone = nil
		return err
	}
	return cause
}

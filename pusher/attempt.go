package pusher

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// attempt is one attempt at a file, guarded by the state's mutex.
type attempt struct {
	path   string
	number int

	records []*record // in flight
	offsets []any     // theirs, in the same order: Progress.ReadOffsets

	completed bool // the Completed chunk is among those pushed
	accepted  bool // the queue has taken a chunk of it
	nacked    bool // a chunk of it was not stored
	over      bool // done, superseded or abandoned: it has no more to report

	// previous is the attempt that this one supersedes as soon as it is
	// accepted, and that becomes the newest again if it never is.
	previous *attempt
}

// add and remove keep records and offsets in step. Each record knows its
// place, so that a removal moves one other record and no more.
func (a *attempt) add(r *record) {
	r.attempt, r.place, r.opens = a, len(a.records), !a.accepted
	a.records = append(a.records, r)
	a.offsets = append(a.offsets, r.offset)
	if r.id.completed {
		a.completed = true
	}
}

func (a *attempt) remove(r *record) {
	last := len(a.records) - 1
	moved := a.records[last]
	a.records[r.place], a.offsets[r.place] = moved, a.offsets[last]
	moved.place = r.place
	a.records[last], a.offsets[last] = nil, nil // let go of what they hold
	a.records, a.offsets = a.records[:last], a.offsets[:last]
	r.attempt = nil
}

// attemptFor is the attempt that a chunk belongs to: the file's newest, or a
// new one. REQUIRES: s.mu held.
func (s *PusherState) attemptFor(id identity) (*attempt, error) {
	a := s.newest[id.path]
	var refusal error
	switch {
	case a == nil || id.attempt > a.number:
	case id.attempt < a.number:
		refusal = ErrSuperseded
	case a.completed:
	case a.nacked:
		refusal = ErrNacked
	default:
		return a, nil
	}
	if refusal != nil {
		err := fmt.Errorf("push %q, attempt %d: %w", id.path, id.attempt, refusal)
		return nil, abstract.WithClass(abstract.FileOnly, err)
	}
	a = &attempt{path: id.path, number: id.attempt, previous: a}
	s.newest[id.path] = a
	return a, nil
}

// accept makes an attempt supersede those before it. Until the queue has
// taken its first chunk, it might have to be withdrawn. REQUIRES: s.mu held.
func (s *PusherState) accept(a *attempt) {
	if a.accepted {
		return
	}
	a.accepted = true
	for p := a.previous; p != nil; p = p.previous {
		p.over = true
	}
	a.previous = nil
}

// withdraw forgets an attempt of which the queue took nothing.
// REQUIRES: s.mu held.
func (s *PusherState) withdraw(a *attempt) {
	previous := a.previous
	for previous != nil && previous.over {
		previous = previous.previous
	}
	newest := s.newest[a.path]
	if newest != a {
		for n := newest; n != nil; n = n.previous {
			if n.previous == a {
				n.previous = previous
			}
		}
		return
	}
	if previous == nil {
		s.forget(a.path)
		return
	}
	s.newest[a.path] = previous
	s.publish(previous)
}

// conclude brings the state up to date with an attempt that lost a record. It
// reports whether that was the end of the file. REQUIRES: s.mu held.
func (s *PusherState) conclude(a *attempt) (done bool) {
	if !a.completed || len(a.records) > 0 {
		s.publish(a)
		return false
	}
	done = !a.over && !a.nacked
	a.over = true
	if s.newest[a.path] == a {
		s.forget(a.path)
	}
	return done
}

// abandon ends an attempt that will not be completed.
func (s *PusherState) abandon(path string, number int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.newest[path]
	if a == nil || a.number != number {
		return // superseded attempts are not in the state
	}
	s.accept(a)
	a.over = true
	s.forget(path)
}

// publish shows an attempt's progress if it is the file's newest.
// REQUIRES: s.mu held.
func (s *PusherState) publish(a *attempt) {
	if s.newest[a.path] == a {
		s.PushProgress[a.path] = Progress{ReadOffsets: a.offsets, Done: a.completed}
	}
}

// forget drops a file from the state. REQUIRES: s.mu held.
func (s *PusherState) forget(path string) {
	delete(s.newest, path)
	delete(s.PushProgress, path)
}

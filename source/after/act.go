package after

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/pause"
	"github.com/seed-ede61cd5/sluice/object"
)

const (
	// maxTries is how often an action is tried in a row, if what it fails with
	// may pass. A bucket has tries of its own, which are part of one of these.
	maxTries = 4
	// firstWait is how long the first wait between two tries is at most; the
	// next ones are twice as long each.
	firstWait = 2 * time.Second
)

// act does the action, and tells the source within. That is told of a failed
// action as well, once it was reported: the object is loaded, and it will be
// acted on when it is found the next time.
func (s *Source) act(id abstract.ObjectID) {
	select {
	case s.acting <- struct{}{}:
		defer func() { <-s.acting }()
	case <-s.ctx.Done():
	}
	err := s.try(id)
	switch {
	case s.ctx.Err() != nil && err != nil:
		s.release(id, func(*Stats) {})
		return // as if the process had ended before
	case err == nil:
		s.release(id, func(st *Stats) { st.Acted++; s.acted.add(id) })
	case errors.Is(err, object.ErrChanged):
		// The newer generation has a verdict of its own.
		s.release(id, func(st *Stats) { st.Replaced++ })
	default:
		s.release(id, func(st *Stats) { st.Failed++; s.rests.add(id, time.Now()) })
		s.failed(id, err)
	}
	if err := s.Source.Done(s.ctx, id); err != nil {
		s.failed(id, fmt.Errorf("the source could not be told that the file is loaded: %w", err))
	}
}

func (s *Source) failed(id abstract.ObjectID, err error) {
	if s.cfg.Failed != nil {
		s.cfg.Failed(id, err)
	}
}

// try does the action, several times if need be.
func (s *Source) try(id abstract.ObjectID) error {
	for tries, longest := 1, firstWait; ; tries, longest = tries+1, 2*longest {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		err := s.cfg.Action.run(s.ctx, s.places, id)
		if abstract.ClassOf(err) != abstract.Transient || tries == maxTries {
			return err
		}
		if pause.For(s.ctx, pause.About(longest)) != nil {
			return err
		}
	}
}

package after

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/source"
)

const (
	// actors is how many actions are under way at most: enough for 400 objects
	// a second where a request takes 40 ms and an object two of them.
	actors = 32
	// mostWaiting is how many objects wait for their action. Beyond, who loads
	// waits.
	mostWaiting = 1024
)

// Config says what to do, and with what.
type Config struct {
	Action Action
	// Places are where the objects are from. [Check] must have taken them.
	Places []source.Place
	// Grace is how long actions may take after the end of the context.
	Grace time.Duration
	// Failed, if not nil, is told of each object that was left as it is, and
	// why. It may be called from several goroutines at once.
	Failed func(id abstract.ObjectID, err error)
}

// Source acts on the objects of another source when they are done. It
// implements [source.Source]. It is to be the outermost one: those within are
// told that an object is done when the action was, too, or has failed. So a
// message of a queue is not deleted before its object is.
type Source struct {
	source.Source
	cfg    Config
	places places

	ctx    context.Context // of the actions
	cut    context.CancelFunc
	unwait func()

	room, acting chan struct{} // hold one element per object
	running      sync.WaitGroup

	mu    sync.Mutex
	under map[abstract.ObjectID]bool // under way
	rests rests
	acted acted
	stats Stats
}

// Stats counts what has become of objects. Those that were there no more count
// as acted on.
type Stats struct {
	// Acted is how many objects the action was done with, Failed how many it
	// could not be done with, Replaced how many were overwritten before.
	Acted, Failed, Replaced int64
	// Pending is how many objects wait for their action now.
	Pending int64
}

// New returns the source that acts on what inner delivers. Close it when the
// engine has ended. When ctx ends, the actions have the grace time to end.
func New(ctx context.Context, inner source.Source, cfg Config) *Source {
	s := &Source{
		Source: inner, cfg: cfg, places: newPlaces(cfg.Places),
		room: make(chan struct{}, mostWaiting), acting: make(chan struct{}, actors),
		under: map[abstract.ObjectID]bool{}, acted: newActed(cfg.Action.Kind == Tag),
	}
	s.ctx, s.cut = context.WithCancel(context.WithoutCancel(ctx))
	s.unwait = afterGrace(ctx, cfg.Grace, s.cut, s.ctx.Done())
	return s
}

// afterGrace calls cut that long after the end of ctx, unless ended is closed
// before. The function that it returns waits until that will not happen any
// more; ended must be closed by then.
func afterGrace(ctx context.Context, grace time.Duration, cut func(), ended <-chan struct{}) (unwait func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		timer := time.NewTimer(grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cut()
		case <-ended:
		}
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// Done implements [source.Source]: the object is durable, and only now is it
// acted on. Done returns before that, as a rule; it waits when too many objects
// do. After the grace time it does nothing: the object will be delivered and
// found to be loaded again.
func (s *Source) Done(ctx context.Context, id abstract.ObjectID) error {
	mine, rests := s.claim(id)
	if rests {
		return s.Source.Done(ctx, id)
	}
	if !mine {
		return nil // who has it tells the source
	}
	select {
	case s.room <- struct{}{}:
		s.running.Go(func() {
			defer func() { <-s.room }()
			s.act(id)
		})
		return nil
	case <-s.ctx.Done():
		s.release(id, func(*Stats) {})
		return fmt.Errorf("not %s in the time left: %w", s.cfg.Action.Done(), s.ctx.Err())
	}
}

var errAgain = errors.New("it was written again, with the same content, after it was loaded: it counts as loaded, and is left alone; " +
	"delete it, or let 'sluice replay' have it loaded in place of its old rows")

// Keep implements [source.Keeper]: the object is left where it is, and reported,
// as its content would be gone without having been loaded this time. A tag
// does no harm.
func (s *Source) Keep(ctx context.Context, id abstract.ObjectID) error {
	if s.cfg.Action.Kind == Tag {
		return s.Done(ctx, id)
	}
	mine, rests := s.claim(id)
	if mine {
		s.release(id, func(st *Stats) { st.Failed++; s.rests.add(id, time.Now()) })
		s.failed(id, errAgain)
	}
	if mine || rests {
		return s.Source.Done(ctx, id)
	}
	return nil
}

// claim tells whether the object is the caller's to act on, or whether nothing
// is to be done with it now.
func (s *Source) claim(id abstract.ObjectID) (mine, rests bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.under[id]:
		return false, false
	case s.acted.has(id), s.rests.has(id, time.Now()):
		return false, true
	}
	s.under[id] = true
	return true, false
}

// release ends what claim began.
func (s *Source) release(id abstract.ObjectID, count func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.under, id)
	count(&s.stats)
}

// Close waits for the actions that are under way, at most until the grace time
// after the end of New's context. Done must not be called any more.
func (s *Source) Close() {
	s.running.Wait()
	s.cut()
	s.unwait()
}

// Stats may be called at any time.
func (s *Source) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Pending = int64(len(s.under))
	return stats
}

var (
	_ source.Source = (*Source)(nil)
	_ source.Keeper = (*Source)(nil)
)

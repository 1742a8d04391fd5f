package poll

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// DefaultInterval is how long a source waits between two listings that nothing
// wakes it for.
const DefaultInterval = 30 * time.Second

// DefaultReconcile is how long a source that looks back waits between two
// whole listings.
const DefaultReconcile = time.Hour

// Config says how to poll.
type Config struct {
	// Interval is the time between the end of a listing and the next one,
	// which comes after DefaultInterval at the latest if the listing failed.
	// Default: [DefaultInterval].
	Interval time.Duration
	// LookBack, if it is not 0, lists only the ends of places whose stores list
	// in the order of their keys: as many keys as that before the greatest one
	// seen, and what comes after. The list must be a [source.Tailer]; in any
	// other everything is listed each time.
	LookBack int
	// Reconcile is the time between the beginnings of two listings that are
	// whole in spite of LookBack, as the first one is: what came late and
	// sorts early is found by them. Default: [DefaultReconcile].
	Reconcile time.Duration
	// MinAge leaves local files that were changed within that time for a later
	// listing: they may still be being written. Other stores have no
	// unfinished objects.
	MinAge time.Duration
	// Watch is locations in the local file system that wake the source when
	// something changes there. It is a short cut only: what it misses is found
	// after the interval.
	Watch []source.Location
	// Logger is told of listings that fail. Default: nothing.
	Logger *slog.Logger
}

// Source polls. It implements [source.Source].
type Source struct {
	list   source.Source
	config Config

	tail       source.Tailer // nil if every listing is whole
	reconciled time.Time     // when the last whole listing that came to its end began
}

var _ source.Source = (*Source)(nil)

// New returns a source that delivers what list does, which must list once per
// call of its Pages, and may be called again. That there is nothing is no
// error, and neither is that a listing fails, if it has not done so from the
// beginning for a reason that does not pass.
func New(list source.Source, config Config) *Source {
	if config.Interval <= 0 {
		config.Interval = DefaultInterval
	}
	if config.Reconcile <= 0 {
		config.Reconcile = DefaultReconcile
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Source{list: list, config: config}
	if config.LookBack > 0 {
		s.tail, _ = list.(source.Tailer)
	}
	return s
}

// Done implements [source.Source].
func (s *Source) Done(ctx context.Context, id abstract.ObjectID) error { return s.list.Done(ctx, id) }

// Failed implements [source.Source]. The next listing that comes to it
// delivers the object again.
func (s *Source) Failed(ctx context.Context, id abstract.ObjectID, cause error, parked bool) error {
	return s.list.Failed(ctx, id, cause, parked)
}

// Pages implements [source.Source]. It returns when ctx ends.
func (s *Source) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	w := newWatcher(s.config)
	defer w.close()
	for listed := false; ; {
		w.refresh() // before listing: what comes later is an event
		p := pass{source: s, page: page, begun: time.Now()}
		err := s.listing(ctx, &p)
		wait := s.config.Interval
		_, nothing := errors.AsType[*source.NothingError](err)
		switch {
		case p.err != nil:
			return p.err
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil || nothing:
			listed = true
		case !listed && abstract.ClassOf(err) != abstract.Transient:
			return err
		default:
			wait = min(wait, DefaultInterval)
			s.failed(err, wait)
		}
		if p.young > 0 {
			wait = min(wait, p.young)
		}
		if err := w.wait(ctx, wait, time.Since(p.begun)); err != nil {
			return err
		}
	}
}

// pass is one listing.
type pass struct {
	source *Source
	page   func(context.Context, object.Bucket, []object.Info) error
	begun  time.Time
	young  time.Duration // until the first of the files left out is old enough
	err    error         // of page
}

// take hands a page on, without the local files that are too young.
func (p *pass) take(ctx context.Context, b object.Bucket, infos []object.Info) error {
	if b.Name() == abstract.LocalBucket && p.source.config.MinAge > 0 {
		infos = slices.DeleteFunc(slices.Clone(infos), p.tooYoung)
		if len(infos) == 0 {
			return nil
		}
	}
	p.err = p.page(ctx, b, infos)
	return p.err
}

// tooYoung tells whether a file may still be being written. A time in the
// future says nothing, unless it is as near as clocks differ.
func (p *pass) tooYoung(info object.Info) bool {
	least := p.source.config.MinAge
	age := p.begun.Sub(info.ModTime)
	if age.Abs() >= least {
		return false
	}
	if rest := least - age; p.young == 0 || rest < p.young {
		p.young = rest
	}
	return true
}

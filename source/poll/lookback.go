package poll

import (
	"context"
	"errors"
	"time"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// listing lists everything, or the ends only, as is its turn.
func (s *Source) listing(ctx context.Context, p *pass) error {
	if s.tail == nil {
		return s.list.Pages(ctx, p.take)
	}
	var err error
	if s.reconciled.IsZero() || p.begun.Sub(s.reconciled) >= s.config.Reconcile {
		err = s.reconcile(ctx, p)
	} else {
		err = s.tail.Tail(ctx, s.config.LookBack, false, p.take)
	}
	if errors.Is(err, object.ErrUnordered) {
		s.config.Logger.Warn("looking back is not possible, so everything is listed each time", "error", err)
		s.tail = nil
		return s.list.Pages(ctx, p.take)
	}
	return err
}

// reconcile lists everything. That may take many intervals, and comes to what
// sorts last at its end, or fails before; so the ends are listed between its
// pages once per interval.
func (s *Source) reconcile(ctx context.Context, p *pass) error {
	last := p.begun
	err := s.tail.Tail(ctx, s.config.LookBack, true, func(ctx context.Context, b object.Bucket, infos []object.Info) error {
		if err := p.take(ctx, b, infos); err != nil {
			return err
		}
		if s.reconciled.IsZero() || time.Since(last) < s.config.Interval {
			return nil
		}
		err := s.tail.Tail(ctx, s.config.LookBack, false, p.take)
		last = time.Now()
		_, nothing := errors.AsType[*source.NothingError](err)
		switch {
		case p.err != nil:
			return p.err
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, object.ErrUnordered):
			return err
		case err != nil && !nothing:
			s.failed(err, s.config.Interval) // the whole listing may fare better
		}
		return nil
	})
	if _, nothing := errors.AsType[*source.NothingError](err); err == nil || nothing {
		s.reconciled = p.begun
	}
	return err
}

// failed tells of a listing that failed, and when there will be another.
func (s *Source) failed(err error, wait time.Duration) {
	s.config.Logger.Error("a listing failed, trying again", "in", wait, "error", err)
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/seed-ede61cd5/sluice/internal/ops"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/source/sqs"
)

// arrivals is the source of a load that follows: listings from time to time,
// and the queue that tells of objects meanwhile, if there is one.
type arrivals struct {
	source.Source
	queue  *sqs.Source // nil if there is none
	logger *slog.Logger
}

// openArrivals says how src is followed. A queue that cannot be used is found
// out before anything is made for the load.
func (a *app) openArrivals(ctx context.Context, f *loadFlags, src *opened) (*arrivals, error) {
	logger := newLogger(a.Err, f.follow.logFormat)
	config := poll.Config{Interval: f.follow.interval, MinAge: f.follow.minAge, Logger: logger}
	if f.follow.queue == "" {
		for _, p := range src.places {
			if p.Location.Scheme == "file" {
				config.Watch = append(config.Watch, p.Location)
			}
		}
		config.LookBack, config.Reconcile = f.follow.lookBack, f.follow.reconcile
		return &arrivals{poll.New(src, config), nil, logger}, nil
	}
	for _, p := range src.places {
		if p.Location.Scheme != "s3" {
			return nil, usage(fmt.Errorf("--sqs goes with s3:// sources: no queue tells of %q; follow that by a process of its own", p.Location.Text))
		}
	}
	// The endpoint is not the store's: the queue's URL has its own.
	queue, err := sqs.Open(ctx, sqs.Config{Queue: f.follow.queue, Places: src.places, Logger: logger}, sqs.Options{
		Region: f.store.Region, Profile: f.store.Profile, Role: f.store.Role, CAFile: f.store.CAFile, AllowHTTP: f.store.AllowHTTP,
	})
	if err != nil {
		return nil, usage(fmt.Errorf("--sqs: %w", err))
	}
	if err := queue.Check(ctx); err != nil {
		return nil, errors.Join(err, queue.Close())
	}
	logger.Info("following a queue", "queue", f.follow.queue, "reconcile", f.follow.reconcile)
	config.Interval = f.follow.reconcile
	return &arrivals{source.Merge(poll.New(src, config), queue), queue, logger}, nil
}

// watched is the queue for those who watch, nil if there is none.
func (s *arrivals) watched() ops.Queue {
	if s.queue == nil {
		return nil
	}
	return s.queue
}

// close gives back to the queue what is held, which takes 10 s at most. What
// feeds the engine must have ended.
func (s *arrivals) close() error {
	if s.queue == nil {
		return nil
	}
	err := s.queue.Close()
	stats := s.queue.Stats()
	s.logger.Info("left the queue", "messages_received", stats.Received, "messages_deleted", stats.Deleted, "messages_given_back", stats.Released)
	return err
}

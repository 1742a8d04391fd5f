package sqs

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// pageSize is the most objects of a page; see [source.Source].
const pageSize = 1000

// closeTime is how long [Source.Close] may take.
const closeTime = 10 * time.Second

// Source delivers what the messages of a queue tell of. It implements
// [source.Source]. Make it with [Open] or [New].
type Source struct {
	api    API
	cfg    Config
	log    *slog.Logger
	places places
	held   *held
	queue  *queue // what Check has found out
	// elsewhere is the endpoint that is asked, if it is not where the queue's
	// URL points to: the environment may say so without the user's thinking of it.
	elsewhere string

	stop    context.CancelFunc // of all that runs besides Pages
	stopped chan struct{}      // closed by Close: no more heartbeats
	running sync.WaitGroup
}

var _ source.Source = (*Source)(nil)

// New returns the source for a queue that is reached by api.
func New(api API, cfg Config) *Source {
	cfg.Logger = cmp.Or(cfg.Logger, slog.Default())
	cfg.Hold = cmp.Or(cfg.Hold, DefaultHold)
	cfg.Receivers = cmp.Or(cfg.Receivers, DefaultReceivers)
	return &Source{api: api, cfg: cfg, log: cfg.Logger, held: newHeld(cfg.Hold), stopped: make(chan struct{})}
}

// Pages implements [source.Source]. It follows the queue until ctx ends: a
// queue that cannot be reached any more is logged and asked again. When it
// returns, what was not delivered is being given back to the queue. What was
// delivered stays held until Done or Failed, or Close.
//
// An object is delivered again only when another generation of it was
// answered, which may be why the engine did not take it.
func (s *Source) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	if err := s.Check(ctx); err != nil {
		return err
	}
	if err := s.resolve(ctx); err != nil {
		return err
	}
	s.start(ctx)
	group, groupCtx := errgroup.WithContext(ctx)
	arrivals := make(chan []delivery)
	for range s.cfg.Receivers {
		group.Go(func() error { return s.receive(groupCtx, arrivals) })
	}
	group.Go(func() error { return s.forward(groupCtx, arrivals, page) })
	err := group.Wait()
	s.giveBack(s.held.takeLate())
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// resolve asks the store what the places mean, for as long as it takes: the
// messages stay in the queue meanwhile.
func (s *Source) resolve(ctx context.Context) error {
	for wait := (backoff{}); ; {
		err := s.places.resolve(ctx, s.cfg.Places)
		if abstract.ClassOf(err) != abstract.Transient || ctx.Err() != nil {
			return err
		}
		s.log.Warn("the store does not answer yet, so that nothing is received", "error", err)
		if err := wait.sleep(ctx); err != nil {
			return err
		}
	}
}

// start begins what goes on after Pages has ended, until Close.
func (s *Source) start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	gathering, returning := make(chan struct{}, 1), make(chan struct{}, 1)
	for range deleters {
		s.running.Go(func() { s.drain(ctx, gathering, s.held.deletes, s.delete) })
	}
	s.running.Go(func() { s.drain(ctx, returning, s.held.returns, s.giveBackNow) })
	s.running.Go(func() { s.beat(ctx) })
}

// forward hands the objects on, as soon as page takes them.
func (s *Source) forward(ctx context.Context, arrivals <-chan []delivery, page func(context.Context, object.Bucket, []object.Info) error) error {
	for {
		var batch []delivery
		select {
		case batch = <-arrivals:
		case <-s.held.again:
			batch = s.held.takeLate()
		case <-ctx.Done():
			return ctx.Err()
		}
		batch = moreOf(batch, arrivals)
		for len(batch) > 0 {
			var infos []object.Info
			bucket := batch[0].bucket
			for _, d := range batch {
				if len(infos) == pageSize || d.bucket.Name() != bucket.Name() {
					break
				}
				infos = append(infos, d.info)
			}
			handed := batch[:len(infos)] // infos is page's to change
			batch = batch[len(infos):]
			if err := page(ctx, bucket, infos); err != nil {
				s.giveBack(handed)
				s.giveBack(batch)
				return err
			}
		}
	}
}

// moreOf adds what has arrived meanwhile, up to a page: many receipts together
// cost the engine one question to its ledger.
func moreOf(batch []delivery, arrivals <-chan []delivery) []delivery {
	for len(batch) < pageSize {
		select {
		case more := <-arrivals:
			batch = append(batch, more...)
		default:
			return batch
		}
	}
	return batch
}

// giveBack ends the waiting for objects that will not be delivered now.
func (s *Source) giveBack(batch []delivery) {
	for _, d := range batch {
		s.held.answer(d.id(), func(*message) fate { return fate{keep: true} })
	}
}

// Close gives back what is still held, sends what is still to be sent, and
// ends what runs in the background, within 10 s. Pages must have returned.
// What could not be sent comes again after the queue's visibility timeout.
// It returns no error.
func (s *Source) Close() error {
	if s.stop == nil {
		return nil
	}
	s.held.close()
	timer := time.AfterFunc(closeTime, s.stop)
	defer timer.Stop()
	select {
	case <-s.stopped:
	default:
		close(s.stopped)
	}
	s.running.Wait()
	s.stop()
	return nil
}

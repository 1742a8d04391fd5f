package transfer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// Loader runs one load. Make it with [New], run it once with Load.
type Loader struct {
	load *load
}

// New checks the configuration. It starts nothing.
func New(cfg Config) (*Loader, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Loader{load: &load{cfg: cfg, ledger: cfg.Target.Ledger(), stats: &stats{}}}, nil
}

// Stats tells how far the load is. It may be called at any time.
func (l *Loader) Stats() Stats { return l.load.stats.snapshot() }

// Load loads what the source has and the ledger does not. It returns when
// every goroutine has ended. Files that fail are counted in the result and
// recorded in the ledger; they are not an error of the load.
//
// When ctx ends, reading stops, what was pushed is committed, and ctx's error
// is returned: the next load goes on from there, as it would after kill -9.
func (l *Loader) Load(ctx context.Context) (Result, error) {
	err := l.load.run(ctx)
	return Result{Stats: l.Stats(), Failures: l.load.stats.named(), Created: l.load.created}, err
}

// load is the state of one load.
type load struct {
	cfg    Config
	ledger *ledger.Store // nil if the target keeps none
	dry    bool          // write nothing anywhere
	stats  *stats

	// Set by prepare, before any worker starts.
	schema  abstract.Schema
	created string
}

func (l *load) run(ctx context.Context) error {
	l.stats.begin(time.Now())
	if l.ledger != nil {
		if err := l.ledger.Bind(ctx, l.cfg.Pipeline, l.cfg.Table); err != nil {
			return err
		}
		if err := l.cfg.Target.Verify(ctx, l.cfg.Pipeline, l.cfg.Table); err != nil {
			return err
		}
	}
	group, groupCtx := errgroup.WithContext(ctx)
	jobs := make(chan *job)
	group.Go(func() error {
		defer close(jobs)
		return l.discover(groupCtx, jobs)
	})
	group.Go(func() error {
		first, err := l.prepare(groupCtx, jobs)
		if err != nil {
			return err
		}
		return l.work(groupCtx, &queue{first: first, rest: jobs})
	})
	err := group.Wait()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	return err
}

// work runs the workers until the queue is empty. The first fatal error stops
// them all; each commits what it has before it ends.
func (l *load) work(ctx context.Context, q *queue) error {
	group, ctx := errgroup.WithContext(ctx)
	for range l.cfg.Workers {
		group.Go(func() error { return l.runWorker(ctx, q) })
	}
	return group.Wait()
}

// queue hands out jobs: first the ones that were taken to prepare the table,
// then the rest as discovery finds them.
type queue struct {
	mu    sync.Mutex
	first []*job
	rest  <-chan *job
}

// next waits for a job. ok is false when there are no more, or ctx has ended.
func (q *queue) next(ctx context.Context) (j *job, ok bool) {
	q.mu.Lock()
	if len(q.first) > 0 {
		j, q.first = q.first[0], q.first[1:]
		q.mu.Unlock()
		return j, true
	}
	q.mu.Unlock()
	select {
	case j, ok = <-q.rest:
		return j, ok
	case <-ctx.Done():
		return nil, false
	}
}

// fail records that a file could not be loaded, and why.
func (l *load) fail(ctx context.Context, j *job, err error) error {
	outcome := Outcome{Object: j.id, Err: err}
	if l.ledger != nil && !l.dry {
		outcome.Parked = j.entry.Attempts+1 >= ledger.MaxAttempts
		if err := l.ledger.Fail(context.WithoutCancel(ctx), j.entry.ID, outcome.Reason()); err != nil {
			return err
		}
	}
	l.ended(outcome)
	return nil
}

// parked counts a file that failed too often in earlier runs.
func (l *load) parked(j *job) {
	l.ended(Outcome{Object: j.id, Parked: true, Err: fmt.Errorf(
		"parked after %d failed attempts, the last one: %s; 'sluice forget %s' lets it be tried again",
		j.entry.Attempts, j.entry.Reason, j.id)})
}

// ended tells the world what became of a file.
func (l *load) ended(o Outcome) {
	if o.Err != nil {
		l.stats.failed(o)
	} else {
		l.stats.filesLoaded.Add(1)
	}
	if l.cfg.FileEnded != nil {
		l.cfg.FileEnded(o)
	}
}

package transfer

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/source"
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
	return &Loader{load: newLoad(cfg)}, nil
}

func newLoad(cfg Config) *load {
	return &load{cfg: cfg, ledger: cfg.Target.Ledger(), stats: &stats{}, columns: newColumns(), byUser: indexNames(namesOf(cfg.Columns))}
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
	return Result{Stats: l.Stats(), Failures: l.load.stats.firstFailures(), Created: l.load.created}, err
}

// load is the state of one load.
type load struct {
	cfg    Config
	ledger *ledger.Store // nil if the target keeps none
	dry    bool          // write nothing anywhere
	stats  *stats
	flying inFlight

	// Of Follow: the ledger is waited for, for as long as it takes.
	patient   bool
	following atomic.Pointer[follow]

	byUser  names    // the columns whose types the user fixed, [Config.Columns]
	columns *columns // of the table; set by prepare, and from then on they grow

	// Set by prepare, before any worker starts.
	rejects string          // the table for rejected records, "" if none is asked for
	exists  bool            // the table was there
	created string          // the statement that made it, or would
	toAdd   abstract.Schema // of a dry run: what would be added before any file is read

	nothing error // a [source.NothingError], to be returned at the end
}

// check begins a load: the ledger and the table must agree.
func (l *load) check(ctx context.Context) error {
	l.stats.begin(time.Now())
	if l.ledger != nil {
		if err := l.ask(ctx, func() error { return l.ledger.Bind(ctx, l.cfg.Pipeline, l.cfg.Table) }); err != nil {
			return err
		}
	}
	if err := l.ask(ctx, func() error { return l.prepareRejects(ctx) }); err != nil {
		return err
	}
	if l.ledger == nil {
		return nil
	}
	return l.ask(ctx, func() error { return l.cfg.Target.Verify(ctx, l.cfg.Pipeline, l.cfg.Table) })
}

func (l *load) run(ctx context.Context) error {
	if err := l.check(ctx); err != nil {
		return err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	jobs := make(chan *job, foundAhead)
	group.Go(func() error { return l.feed(groupCtx, jobs) })
	group.Go(func() error {
		first, err := l.prepare(groupCtx, jobs)
		if err != nil {
			return err
		}
		return l.work(groupCtx, first, jobs)
	})
	err := group.Wait()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	if err == nil {
		err = l.nothing
	}
	return err
}

// feed sends the source's files to jobs, and closes it after the last one. It
// does not if it fails: whoever waits is to see that ctx has ended, not take
// what came so far for all there is. That some location has nothing in it does
// not stop what the others have, and is kept for the end.
func (l *load) feed(ctx context.Context, jobs chan<- *job) error {
	err := l.discover(ctx, jobs)
	if _, ok := errors.AsType[*source.NothingError](err); ok {
		l.nothing, err = err, nil
	}
	if err == nil {
		close(jobs)
	}
	return err
}

// work runs the workers until no job is left: those that were taken to prepare
// the table, and the rest. The first fatal error stops them all; each commits
// what it has before it ends.
func (l *load) work(ctx context.Context, first []*job, rest <-chan *job) error {
	group, ctx := errgroup.WithContext(ctx)
	ready := make(chan *job, filesAhead)
	group.Go(func() error { return l.fetchAhead(ctx, rest, ready) })
	q := &queue{first: first, rest: ready}
	for range l.cfg.Workers {
		group.Go(func() error { return l.runWorker(ctx, q) })
	}
	return group.Wait()
}

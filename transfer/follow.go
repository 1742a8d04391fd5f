package transfer

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// Follow loads what the source has and goes on with what it delivers later,
// until ctx ends; with a source that ends, until everything is settled. Unlike
// Load it reads files while earlier ones are still on their way into the
// target, and what fails is tried again in the background, while the others go
// on: see [FollowConfig]. The target must keep a ledger.
//
// When ctx ends, nothing more is read, what was read is committed within the
// grace period or else undone, and ctx's error is returned. Either is as safe
// as kill -9.
func (l *Loader) Follow(ctx context.Context) (Result, error) {
	err := l.load.follow(ctx)
	return Result{Stats: l.Stats(), Failures: l.load.stats.firstFailures(), Created: l.load.created}, err
}

// follow is the state of one call of Follow.
type follow struct {
	*load
	gate  gate
	flow  flowStats
	pipes []*pipe
	limit int64                   // bytes in flight
	stop  context.CancelCauseFunc // ends reading, for a reason

	todo  chan *job     // from dispatch to the readers
	again chan waiting  // back to dispatch
	ended chan *flight  // from the pipes to settle
	large chan struct{} // a token for each large file that is being read

	single chan struct{} // a token for the file that is loaded apart
}

// endWorkers is how many goroutines settle what became of files. They wait for
// the ledger and for the source.
const endWorkers = 4

func (l *load) follow(ctx context.Context) error {
	if l.ledger == nil {
		return errors.New("following needs a target that keeps a ledger: without one every file would be loaded again and again")
	}
	cfg := l.cfg.Follow.withDefaults(l.cfg)
	l.patient = true
	f := &follow{
		load: l, todo: make(chan *job), again: make(chan waiting), ended: make(chan *flight, cfg.Readers),
		large: make(chan struct{}, l.cfg.Workers), limit: cfg.InFlight,
		single: make(chan struct{}, 1),
	}
	f.gate.init()
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	f.stop = stop
	if err := l.check(reading); err != nil {
		return err
	}
	if err := f.openPipes(ctx, cfg); err != nil {
		return errors.Join(err, f.closePipes(0))
	}

	f.flow.moved()
	l.following.Store(f)

	var settling sync.WaitGroup
	for range endWorkers {
		settling.Go(func() { f.settleAll(reading) })
	}
	err := f.read(reading, cfg.Readers)
	stop(err)
	err = errors.Join(err, f.closePipes(cfg.Grace))
	close(f.ended)
	settling.Wait()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return context.Cause(ctx)
	}
	if err == nil {
		err = l.nothing
	}
	return err
}

// read runs everything that comes before the pipes, until ctx ends or there is
// nothing left to do.
func (f *follow) read(ctx context.Context, readers int) error {
	group, groupCtx := errgroup.WithContext(ctx)
	jobs := make(chan *job, foundAhead)
	group.Go(func() error { return f.feed(groupCtx, jobs) })
	group.Go(func() error {
		first, err := f.prepare(groupCtx, jobs)
		if err != nil {
			return err
		}
		f.gate.setReady()
		return f.dispatch(groupCtx, first, jobs)
	})
	for range readers {
		group.Go(func() error { return f.readLoop(groupCtx) })
	}
	err := group.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause // what settle found to be beyond repair, or the end
	}
	return err
}

// openPipes opens the sessions. One is enough for a target whose sessions
// share a transaction anyway.
func (f *follow) openPipes(ctx context.Context, cfg FollowConfig) error {
	n := f.cfg.Workers
	if _, ok := f.cfg.Target.(target.Sharing); ok {
		n = 1
	}
	for range n {
		p, err := f.newPipe(ctx, cfg, int64(n))
		if err != nil {
			return err
		}
		f.pipes = append(f.pipes, p)
	}
	return nil
}

// closePipes lets the pipes commit what is in them, for as long as grace
// allows, and undoes the rest.
func (f *follow) closePipes(grace time.Duration) error {
	impatient := time.AfterFunc(grace, func() {
		for _, p := range f.pipes {
			p.cut()
		}
	})
	defer impatient.Stop()
	errs := make([]error, len(f.pipes))
	var closing sync.WaitGroup
	for i, p := range f.pipes {
		closing.Go(func() { errs[i] = p.close() })
	}
	closing.Wait()
	return errors.Join(errs...)
}

// readLoop makes one attempt after the other.
func (f *follow) readLoop(ctx context.Context) error {
	for {
		select {
		case j, ok := <-f.todo:
			if !ok {
				return nil
			}
			f.attempt(ctx, j)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// attempt reads a file into a pipe. What becomes of it is settled when its
// last chunk has been answered; nobody waits for that here.
func (f *follow) attempt(ctx context.Context, j *job) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if j.course.attempts == 0 {
		j.course.renew()
	}
	fl := newFlight(f, j, stop)
	fl.readEnded(f.fly(ctx, fl))
}

// fly is what an attempt does until its file is read.
func (f *follow) fly(ctx context.Context, fl *flight) error {
	j := fl.job
	if j.course.attempts > 1 {
		open, err := f.refresh(ctx, j)
		if err != nil {
			if abstract.ClassOf(err) == abstract.Transient {
				f.gate.failed()
			}
			return &pushFailure{err: err, sole: true}
		}
		if !open {
			return errClosed
		}
		if j.entry.Offset > j.course.offset {
			j.course.offset = j.entry.Offset
			j.course.renew()
		}
		if j.course.contested != nil && !j.course.contested.stands() {
			return errContested
		}
	}
	if j.course.news != nil {
		if err := f.grow(ctx, j, j.course.news); err != nil {
			return err
		}
		j.course.news = nil
	}
	if len(j.replaces) > 0 || j.course.apart {
		return f.apart(ctx, j)
	}
	if j.file.Info.Size >= largeFile {
		select {
		case f.large <- struct{}{}:
			defer func() { <-f.large }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	j.gather()
	defer j.scatter()
	f.emptiest().begin(fl)
	err := f.readFile(ctx, j, nil, fl.push)
	if err == nil {
		f.flow.reads.Add(1)
		j.forgetContents()
	}
	return err
}

// emptiest is the pipe with the least in it.
func (f *follow) emptiest() *pipe {
	best, least := f.pipes[0], int64(-1)
	for _, p := range f.pipes {
		if _, bytes := p.pusher.InFlight(); least < 0 || bytes < least {
			best, least = p, bytes
		}
	}
	return best
}

var (
	// errClosed ends an attempt at a file that the ledger closed meanwhile,
	// which was reported.
	errClosed = errors.New("the file is closed")
	// errContested ends an attempt at a file that another loader moves on.
	errContested = errors.New("another loader is at work on the file")
)

// pushFailure is a failure of the target that ended an attempt.
type pushFailure struct {
	err  error
	sole bool // no other file had a part in what was undone
}

func (e *pushFailure) Error() string { return e.err.Error() }
func (e *pushFailure) Unwrap() error { return e.err }

// isTarget tells a failure of the target from the file's own.
func isTarget(err error) (*pushFailure, bool) { return errors.AsType[*pushFailure](err) }

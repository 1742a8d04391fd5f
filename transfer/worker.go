package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/target"
)

// A worker flushes when this many of its files have ended, or this long after
// the last flush, whichever comes first: small files share a commit.
const (
	flushFiles = 500
	flushAfter = 2 * time.Second
)

// worker loads one file after the other through a session of its own.
type worker struct {
	*load
	session target.Session
	pusher  pusher.Pusher
	// read are the files that were read to their end but not flushed yet.
	read    []*job
	flushed time.Time
}

func (l *load) runWorker(ctx context.Context, q *queue) (err error) {
	// The session outlives ctx, so that a worker that is told to stop can
	// still commit what it has pushed.
	session, err := l.cfg.Target.Session(context.WithoutCancel(ctx), target.SessionConfig{Committed: l.committed})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	w := &worker{
		load:    l,
		session: session,
		pusher:  pusher.New(session.Push, nil, l.cfg.Logger, 0),
		flushed: time.Now(),
	}
	for {
		j, ok := q.next(ctx)
		if !ok {
			break
		}
		if err := w.take(ctx, j); err != nil {
			return w.stop(ctx, err)
		}
		if len(w.read) >= flushFiles || time.Since(w.flushed) >= flushAfter {
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return w.stop(ctx, ctx.Err())
	}
	return w.flush(ctx)
}

// committed passes a commit on to whoever watches.
func (l *load) committed(list []ledger.Progress) {
	for _, p := range list {
		l.stats.committed(p)
		if l.cfg.Committed != nil {
			l.cfg.Committed(p)
		}
	}
}

// take loads a file. A file that fails is recorded; an error ends the worker.
func (w *worker) take(ctx context.Context, j *job) error {
	err := w.load.read(ctx, j, w.pusher)
	switch {
	case err == nil:
		w.read = append(w.read, j)
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case isPush(err):
		return w.recover(ctx, err, append(w.read, j))
	}
	// The file itself failed. What was read of it before is good, and is
	// committed before the failure is recorded.
	if flushErr := w.session.Flush(); flushErr != nil {
		return w.recover(ctx, flushErr, append(w.read, j))
	}
	if err := w.finishRead(ctx); err != nil {
		return err
	}
	if abstract.ClassOf(err) == abstract.Transient {
		return w.alone(ctx, j)
	}
	return w.fail(ctx, j, err)
}

// flush makes durable what was pushed, and finishes the files that ended.
func (w *worker) flush(ctx context.Context) error {
	if err := w.session.Flush(); err != nil {
		return w.recover(ctx, err, w.read)
	}
	return w.finishRead(ctx)
}

// finishRead finishes the files that ended before the last flush.
//
// Invariant 3: a file is reported as loaded, and its source told so, only
// after a flush that followed its last chunk.
func (w *worker) finishRead(ctx context.Context) error {
	w.flushed = time.Now()
	read := w.read
	w.read = nil
	for _, j := range read {
		if err := w.finish(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// finish reports a file as loaded.
func (w *worker) finish(ctx context.Context, j *job) error {
	w.ended(Outcome{Object: j.id})
	return w.cfg.Source.Done(ctx, j.id)
}

// stop commits what was pushed, as far as that goes, before the worker ends
// with err. If it does not go, the rows are rolled back and the next load
// reads them again.
func (w *worker) stop(ctx context.Context, err error) error {
	if flushErr := w.session.Flush(); flushErr == nil {
		return errors.Join(err, w.finishRead(context.WithoutCancel(ctx)))
	}
	return err
}

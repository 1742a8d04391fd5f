package transfer

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/target"
)

// worker loads one file after the other through a session of its own.
type worker struct {
	*load
	session target.Session
	pusher  pusher.Pusher
	// read are the files that were read to their end but not flushed yet.
	read    []*job
	flushed time.Time
	// contested are the files that someone else was found at work on.
	contested []*contested
}

func (l *load) runWorker(ctx context.Context, q *queue) (err error) {
	// The session outlives ctx, so that a worker that is told to stop can
	// still commit what it has pushed.
	var session target.Session
	err = l.ask(ctx, func() (err error) {
		session, err = l.cfg.Target.Session(context.WithoutCancel(ctx), target.SessionConfig{Committed: l.committed})
		return err
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	w := &worker{load: l, session: session, flushed: time.Now()}
	w.pusher = pusher.New(w.push, nil, l.cfg.Logger, 0)
	if err := w.loadAll(ctx, q); err != nil {
		w.stop(ctx)
		return err
	}
	return nil
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

// loadAll loads what the queue has, to its end.
func (w *worker) loadAll(ctx context.Context, q *queue) error {
	for {
		j, err := q.next(ctx, w.patience())
		switch err {
		case nil:
			if err := w.take(ctx, j); err != nil {
				return err
			}
		case errIdle:
		case io.EOF:
			return w.catchUp(ctx)
		default:
			return err
		}
		switch {
		case len(w.contested) >= maxContested:
			err = w.catchUp(ctx)
		case len(w.read) >= flushFiles || w.flushDue():
			err = w.flushRead(ctx)
		default:
			err = nil
		}
		if err != nil {
			return err
		}
	}
}

// take loads a file. A file that fails is recorded; an error ends the worker.
func (w *worker) take(ctx context.Context, j *job) error {
	err := w.readFile(ctx, j, nil, w.pushing(nil))
	j.scatter()
	switch {
	case err == nil:
		j.forgetContents()
		w.read = append(w.read, j)
		return nil
	case isPush(err):
		// Even if ctx has ended: the files in w.read are not durable now.
		return w.recover(ctx, err, append(w.read, j))
	case ctx.Err() != nil:
		return ctx.Err()
	}
	// The file itself failed. What was read of it before is good, and is
	// committed before the failure is recorded.
	if flushErr := w.flush(ctx); flushErr != nil {
		return w.recover(ctx, flushErr, append(w.read, j))
	}
	if _, ok := wantsColumns(err); ok {
		return w.alone(ctx, j, backoff{})
	}
	if abstract.ClassOf(err) == abstract.Transient {
		wait := backoff{}
		if err := wait.sleep(ctx); err != nil {
			return err
		}
		return w.alone(ctx, j, wait)
	}
	return w.fail(ctx, j, err)
}

// pushing is how a pass pushes its chunks, the way that iso says if it is not
// nil. The errors are *pushErrors, errThrough, or ctx's.
func (w *worker) pushing(iso *isolation) pushFunc {
	return func(ctx context.Context, chunk pusher.Chunk) error {
		last, whole := chunk.Completed, len(chunk.Items[0].Origin.Replaces) > 0
		if iso != nil {
			iso.pushing(chunk)
		}
		if err := w.pusher.Push(ctx, chunk); err != nil {
			return err
		}
		switch {
		case iso != nil:
			return iso.pushed(ctx, w, last)
		case !whole && w.flushDue():
			// The small files before a large one need not wait for its end,
			// unless a flush would undo what there is of it.
			return w.flush(ctx)
		}
		return nil
	}
}

// push hands items to the session, and marks what goes wrong there.
func (w *worker) push(items []abstract.ChangeItem) error {
	if err := w.session.Push(items); err != nil {
		return &pushError{err}
	}
	return nil
}

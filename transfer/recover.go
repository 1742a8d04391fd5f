package transfer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

const (
	// maxTries is how often a file is tried in one run when what fails may
	// pass.
	maxTries = 4
	// firstWait is how long the first wait is; each is twice the one before.
	firstWait = 500 * time.Millisecond
	// longestWait bounds a wait.
	longestWait = 5 * time.Second
	// standstill is how long an object that another loader has moved on must
	// stand still before it is taken over.
	standstill = 30 * time.Second
)

// recover goes on after the session's transaction was rolled back. Each file
// that had rows in it, or may have had, is driven again from where the ledger
// has it, alone in its transaction, so that the file at fault is found and the
// others are not held back by it.
func (w *worker) recover(ctx context.Context, cause error, jobs []*job) error {
	w.read = nil
	var rollback *target.RollbackError
	if !errors.As(cause, &rollback) || w.ledger == nil {
		return fmt.Errorf("load into table %q: %w", w.cfg.Table, cause)
	}
	w.cfg.Logger.Warn("transaction rolled back, going on file by file", "files", len(jobs), "cause", rollback.Cause)
	for _, j := range jobs {
		if err := w.alone(ctx, j); err != nil {
			return err
		}
	}
	w.flushed = time.Now()
	return nil
}

// alone loads a file in transactions that hold nothing else, and settles what
// becomes of it. An error ends the worker.
func (w *worker) alone(ctx context.Context, j *job) error {
	wait := waiting{}
	for try := 1; ; try++ {
		if done, err := w.refresh(ctx, j); err != nil {
			return err
		} else if done {
			return w.finish(ctx, j)
		}
		err := w.load.read(ctx, j, w.pusher)
		if flushErr := w.flushUnlessPush(err); flushErr != nil {
			err = flushErr
		}
		switch {
		case err == nil:
			return w.finish(ctx, j)
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ledger.ErrConflict):
			// Someone else is at work on this file. That is no failure.
			if err := w.awaitStandstill(ctx, j); err != nil {
				return err
			}
		case abstract.ClassOf(err) == abstract.Transient && try < maxTries:
			if err := wait.sleep(ctx); err != nil {
				return err
			}
		case isPush(err) && abstract.ClassOf(err) != abstract.FileOnly:
			return fmt.Errorf("load %s into table %q: %w", j.id, w.cfg.Table, err)
		default:
			return w.fail(ctx, j, err)
		}
	}
}

// flushUnlessPush commits what could be read of a file, unless pushing is
// what failed: then there is nothing left to commit.
func (w *worker) flushUnlessPush(err error) error {
	if isPush(err) {
		return nil
	}
	if err := w.session.Flush(); err != nil {
		return &pushError{err}
	}
	return nil
}

// refresh reads the file's entry anew and tells whether the file is done.
func (w *worker) refresh(ctx context.Context, j *job) (done bool, err error) {
	if w.ledger == nil {
		return false, nil
	}
	entry, ok, err := w.ledger.Get(context.WithoutCancel(ctx), j.entry.ID)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, fmt.Errorf("the ledger entry of %s was removed while the file was being loaded", j.id)
	}
	j.entry = entry
	return entry.State == ledger.Done, nil
}

// awaitStandstill waits until an object that another loader has moved on is
// done, or has not moved for a while.
func (w *worker) awaitStandstill(ctx context.Context, j *job) error {
	wait := waiting{}
	still := time.Now()
	for offset := int64(-1); ; {
		done, err := w.refresh(ctx, j)
		if err != nil || done {
			return err
		}
		if j.entry.Offset != offset {
			offset, still = j.entry.Offset, time.Now()
		}
		if time.Since(still) >= standstill {
			return nil
		}
		if err := wait.sleep(ctx); err != nil {
			return err
		}
	}
}

// waiting is a back-off: each wait is twice the one before, up to a bound,
// with some randomness so that several loaders do not stay in step.
type waiting struct{ last time.Duration }

func (b *waiting) sleep(ctx context.Context) error {
	b.last = min(max(2*b.last, firstWait), longestWait)
	timer := time.NewTimer(b.last/2 + rand.N(b.last/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

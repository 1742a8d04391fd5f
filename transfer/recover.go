package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// recover goes on after a push or a flush failed. Each file that had rows in
// the transaction, or may have had, is driven again from where the ledger has
// it, alone in its transaction, so that the file at fault is found and the
// others are not held back by it.
func (w *worker) recover(ctx context.Context, cause error, jobs []*job) error {
	w.read = nil
	if w.ledger == nil || !curable(cause) {
		return fmt.Errorf("load into table %q: %w", w.cfg.Table, cause)
	}
	w.cfg.Logger.Warn("transaction rolled back, going on file by file", "files", len(jobs), "cause", cause)
	conflict, _ := errors.AsType[*ledger.ConflictError](cause)
	for _, j := range jobs {
		var err error
		if conflict != nil && conflict.ID == j.entry.ID {
			err = w.putAside(ctx, j)
		} else {
			err = w.alone(ctx, j, backoff{})
		}
		if err != nil {
			return err
		}
	}
	w.resetClock()
	return nil
}

// curable tells whether asking the ledger and trying again may help.
func curable(err error) bool {
	_, rolledBack := errors.AsType[*target.RollbackError](err)
	class := abstract.ClassOf(err)
	return rolledBack || class == abstract.Transient || class == abstract.FileOnly || errors.Is(err, ledger.ErrConflict)
}

// alone loads a file in transactions that hold nothing else, and settles what
// becomes of it. An error ends the worker.
func (w *worker) alone(ctx context.Context, j *job, wait backoff) error {
	var iso *isolation
	for offset := j.entry.Offset; ; {
		if open, err := w.refresh(ctx, j); err != nil || !open {
			return err
		}
		if j.entry.Offset > offset {
			offset, wait = j.entry.Offset, backoff{}
		}
		err := w.readFile(ctx, j, iso, w.pushing(iso))
		if !isPush(err) && !errors.Is(err, errThrough) { // else there is nothing left to commit
			if flushErr := w.flush(ctx); flushErr != nil {
				err = flushErr
			}
		}
		if news, ok := wantsColumns(err); ok {
			if err = w.grow(ctx, j, news); err == nil {
				continue
			}
		}
		if w.isolates(j, err) && ctx.Err() == nil {
			if iso == nil {
				iso = &isolation{}
			}
			if err = iso.next(err); err == nil {
				continue
			}
		}
		switch {
		case err == nil:
			w.finish(ctx, j)
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case isPush(err) && w.ledger == nil:
			// Nobody knows which rows have arrived.
			return w.fatal(j, err)
		case errors.Is(err, ledger.ErrConflict):
			if j.takeovers >= maxTries {
				return w.fail(ctx, j, err)
			}
			return w.putAside(ctx, j)
		case abstract.ClassOf(err) == abstract.Transient && (wait.more() || (isPush(err) || isGrow(err)) && wait.outlasts()):
			if err := wait.sleep(ctx); err != nil {
				return err
			}
		case isPush(err) && abstract.ClassOf(err) != abstract.FileOnly:
			return w.fatal(j, err)
		default:
			return w.fail(ctx, j, err)
		}
	}
}

// isolates tells whether a pass over a file that ended so is followed by
// another one in search of the record at fault. A file that replaces others is
// stored in one transaction, which cannot be committed chunk by chunk.
func (w *worker) isolates(j *job, err error) bool {
	return w.ledger != nil && w.cfg.OnBadRow.GoesOn() && len(j.replaces) == 0 &&
		(errors.Is(err, errThrough) || isPush(err) && abstract.ClassOf(err) == abstract.FileOnly)
}

func (w *worker) fatal(j *job, err error) error {
	return fmt.Errorf("load %s into table %q: %w", j.id, w.cfg.Table, err)
}

// refresh reads the file's entry anew. If there is nothing left to do, it
// reports what became of the file, and open is false.
func (l *load) refresh(ctx context.Context, j *job) (open bool, err error) {
	if l.ledger == nil {
		return true, nil
	}
	var entry ledger.Entry
	var ok bool
	get := func() (err error) {
		entry, ok, err = l.ledger.Get(context.WithoutCancel(ctx), j.entry.ID)
		return err
	}
	if l.patient {
		err = get() // who follows waits at the gate
	} else {
		err = l.ask(ctx, get)
	}
	switch {
	case err != nil:
		return false, err
	case !ok:
		return false, l.fail(ctx, j, errors.New("the file was forgotten, or replaced by another generation, while it was being loaded: load it again"))
	}
	j.entry = entry
	switch entry.State {
	case ledger.Replay:
		return false, l.fail(ctx, j, errors.New("the file was put back to be replayed while it was being loaded: load it again"))
	case ledger.Done:
		l.finish(ctx, j)
		return false, nil
	case ledger.Parked:
		l.parked(ctx, j)
		return false, nil
	}
	return true, nil
}

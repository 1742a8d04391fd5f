package transfer

import (
	"context"
	"time"
)

// A worker flushes when this many of its files have ended, or this long after
// the last flush, whichever comes first: small files share a commit.
const (
	flushFiles = 500
	flushAfter = 2 * time.Second
)

// patience is how long the worker may wait for a job before it has something
// to flush, 0 for as long as it likes.
func (w *worker) patience() time.Duration {
	if len(w.read) == 0 {
		return 0
	}
	return max(flushAfter-time.Since(w.flushed), 1)
}

// flushDue tells whether files have waited long enough to be flushed.
func (w *worker) flushDue() bool { return len(w.read) > 0 && time.Since(w.flushed) >= flushAfter }

// flush makes durable what was pushed, and finishes the files that ended. The
// error is a *pushError.
//
// Invariant 3: a file is reported as loaded, and its source told so, only
// after a flush that followed its last chunk.
func (w *worker) flush(ctx context.Context) error {
	if err := w.session.Flush(); err != nil {
		return &pushError{err}
	}
	read := w.read
	w.resetClock()
	w.read = nil
	for _, j := range read {
		w.finish(ctx, j)
	}
	return nil
}

// resetClock starts the time to the next flush.
func (w *worker) resetClock() { w.flushed = time.Now() }

// stop commits what was pushed, as far as that goes, before the worker ends.
// If it does not go, the rows are rolled back and the next load reads them
// again.
func (w *worker) stop(ctx context.Context) {
	if err := w.flush(ctx); err != nil {
		w.cfg.Logger.Warn("what was pushed last could not be committed; the next load reads it again", "error", err)
	}
}

// catchUp ends everything that the worker has begun.
func (w *worker) catchUp(ctx context.Context) error {
	if err := w.flushRead(ctx); err != nil {
		return err
	}
	return w.settle(ctx)
}

// flushRead flushes, and goes on as well as it can if that fails.
func (w *worker) flushRead(ctx context.Context) error {
	if err := w.flush(ctx); err != nil {
		return w.recover(ctx, err, w.read)
	}
	return nil
}

package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/target"
)

// apart loads a file as a snapshot would: in a session of its own, and with each
// push taken before the next. There are two kinds of files for which a pipe is
// no place. One that replaces others is a single transaction from its first row
// to its last, so that its chunks would wait for a commit that only comes after
// them. And one with rows that the table refuses is gone through in search of
// them, where bad rows are to be left out (see isolation). One such file is
// loaded at a time: others may have to wait for it.
func (f *follow) apart(ctx context.Context, j *job) (err error) {
	select {
	case f.single <- struct{}{}:
		defer func() { <-f.single }()
	case <-ctx.Done():
		return ctx.Err()
	}
	session, err := f.cfg.Target.Session(context.WithoutCancel(ctx), target.SessionConfig{Committed: func(list []ledger.Progress) {
		f.committed(list)
		f.committedSome()
	}})
	if err != nil {
		return &pushFailure{err: err, sole: true}
	}
	defer func() {
		if closeErr := session.Close(); closeErr != nil && errors.Is(err, errClosed) {
			f.cfg.Logger.Warn("the session of a file that was loaded apart could not be closed", "error", closeErr)
		}
	}()
	w := &worker{load: f.load, session: session, flushed: time.Now()}
	w.pusher = pusher.New(w.push, nil, f.cfg.Logger, 0)
	switch err := w.alone(ctx, j, backoff{}); {
	case ctx.Err() != nil && err != nil:
		return ctx.Err()
	case err != nil:
		return &pushFailure{err: err, sole: true}
	case len(w.contested) > 0:
		j.course.contested = w.contested[0]
		return errContested
	}
	return errClosed // alone has reported what became of it
}

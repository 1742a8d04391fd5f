package transfer

import (
	"context"
	"errors"
	"time"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/target"
)

// replace loads a file that takes the place of others, as a snapshot would: in
// a session of its own and with each push taken before the next. It is one
// transaction from the file's first row to its last, so its chunks would wait
// in a pipe for a commit that only comes after them. One such file is loaded at
// a time: others may have to wait for it.
func (f *follow) replace(ctx context.Context, j *job) (err error) {
	select {
	case f.replacing <- struct{}{}:
		defer func() { <-f.replacing }()
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
			f.cfg.Logger.Warn("the session of a file that replaces others could not be closed", "error", closeErr)
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

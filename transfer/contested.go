package transfer

import (
	"context"
	"time"
)

const (
	// standstill is how long an object that another loader has moved on must
	// stand still before it is taken over.
	standstill = 30 * time.Second
	// maxContested is how many such objects a worker puts aside before it
	// waits for them.
	maxContested = 100
)

// contested is a file that someone else was found at work on. That is no
// failure: it is looked at again when the other files are through, and taken
// over if it has not moved for a while.
type contested struct {
	job    *job
	offset int64     // where it was last seen
	since  time.Time // when it was first seen there
}

// putAside notes where a contested file stands.
func (w *worker) putAside(ctx context.Context, j *job) error {
	open, err := w.refresh(ctx, j)
	if err == nil && open {
		w.cfg.Logger.Info("another loader is at work on a file, looking again later", "file", j.id, "offset", j.entry.Offset)
		w.contested = append(w.contested, &contested{j, j.entry.Offset, time.Now()})
	}
	return err
}

// settle waits for the contested files: until each is done, or has stood still
// and was loaded here. Nothing may be unflushed.
func (w *worker) settle(ctx context.Context) error {
	wait := backoff{}
	for len(w.contested) > 0 {
		list := w.contested
		w.contested = nil
		for _, c := range list {
			if err := w.lookAgain(ctx, c); err != nil {
				return err
			}
		}
		if len(w.contested) > 0 {
			if err := wait.sleep(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *worker) lookAgain(ctx context.Context, c *contested) error {
	open, err := w.refresh(ctx, c.job)
	if err != nil || !open {
		return err
	}
	switch at := c.job.entry.Offset; {
	case at != c.offset:
		c.offset, c.since, c.job.takeovers = at, time.Now(), 0
	case time.Since(c.since) >= standstill:
		// Where nothing moves and every attempt is a conflict, it is not
		// another loader that stands in the way.
		c.job.takeovers++
		return w.alone(ctx, c.job, backoff{})
	}
	w.contested = append(w.contested, c)
	return nil
}

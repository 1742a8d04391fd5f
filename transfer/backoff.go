package transfer

import (
	"cmp"
	"context"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/pause"
)

const (
	// maxTries is how often a file is tried in one run when what fails may
	// pass. It is counted anew when the file has moved on.
	maxTries = 4
	// firstWait is how long the first wait is; each is twice the one before.
	firstWait = 500 * time.Millisecond
	// longestWait bounds a wait.
	longestWait = 5 * time.Second
	// outage is how long the target may be away, or undo all that it is given,
	// before the load gives up: longer than a failover takes. It is counted
	// anew when the file has moved on.
	outage = 2 * time.Minute
)

// backoff counts the waits between tries: each is twice the one before, up to
// a bound, with some randomness so that several loaders do not stay in step.
type backoff struct {
	waits int
	last  time.Duration
	since time.Time     // of the first failure
	most  time.Duration // bounds a wait; 0 is longestWait
}

// more tells whether a file may be tried again after a failure of its own.
func (b *backoff) more() bool { return b.waits < maxTries-1 }

// outlasts tells whether to wait for the target any longer.
func (b *backoff) outlasts() bool { return b.waits == 0 || time.Since(b.since) < outage }

// next is how long the next wait is to be.
func (b *backoff) next() time.Duration {
	if b.waits++; b.waits == 1 {
		b.since = time.Now()
	}
	b.last = min(max(2*b.last, firstWait), cmp.Or(b.most, longestWait))
	return pause.About(b.last)
}

// sleep waits, or returns ctx's error when that ends.
func (b *backoff) sleep(ctx context.Context) error {
	return pause.For(ctx, b.next())
}

// ask runs what may be run twice: a question to the ledger, or a note in it.
// It tries again while the target is away, if ctx has not ended: for as long
// as it takes when following.
func (l *load) ask(ctx context.Context, fn func() error) error {
	var wait backoff
	for {
		err := fn()
		if err == nil || abstract.ClassOf(err) != abstract.Transient || !l.patient && !wait.outlasts() {
			return err
		}
		if l.patient && wait.waits == 0 {
			l.cfg.Logger.Warn("the target does not answer, asking again", "error", err)
		}
		if wait.sleep(ctx) != nil {
			return err
		}
	}
}

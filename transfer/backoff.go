package transfer

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// maxTries is how often a file is tried in one run when what fails may
	// pass. It is counted anew when the file has moved on.
	maxTries = 4
	// firstWait is how long the first wait is; each is twice the one before.
	firstWait = 500 * time.Millisecond
	// longestWait bounds a wait.
	longestWait = 5 * time.Second
)

// backoff counts the waits between tries: each is twice the one before, up to
// a bound, with some randomness so that several loaders do not stay in step.
type backoff struct {
	waits int
	last  time.Duration
}

// more tells whether another try is allowed.
func (b *backoff) more() bool { return b.waits < maxTries-1 }

// sleep waits, or returns ctx's error when that ends.
func (b *backoff) sleep(ctx context.Context) error {
	b.waits++
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

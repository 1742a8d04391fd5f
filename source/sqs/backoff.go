package sqs

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// firstWait is how long the first wait after a request that failed is at
	// most; the next ones are twice as long each, up to longestWait.
	firstWait   = 200 * time.Millisecond
	longestWait = 15 * time.Second
)

// backoff counts the waits after failures in a row.
type backoff struct{ longest time.Duration }

// sleep waits for half of the longest time at least, or returns ctx's error
// when that ends. Many who failed together do not come back together.
func (b *backoff) sleep(ctx context.Context) error {
	b.longest = min(max(2*b.longest, firstWait), longestWait)
	timer := time.NewTimer(b.longest/2 + rand.N(b.longest/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reset says that a request has succeeded.
func (b *backoff) reset() { b.longest = 0 }

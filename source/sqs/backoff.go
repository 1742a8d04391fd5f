package sqs

import (
	"context"
	"time"

	"github.com/seed-ede61cd5/sluice/internal/pause"
)

const (
	// firstWait is how long the first wait after a request that failed is at
	// most; the next ones are twice as long each, up to longestWait.
	firstWait   = 200 * time.Millisecond
	longestWait = 15 * time.Second
)

// backoff counts the waits after failures in a row.
type backoff struct{ longest time.Duration }

// sleep waits, or returns ctx's error when that ends.
func (b *backoff) sleep(ctx context.Context) error {
	b.longest = min(max(2*b.longest, firstWait), longestWait)
	return pause.For(ctx, pause.About(b.longest))
}

// reset says that a request has succeeded.
func (b *backoff) reset() { b.longest = 0 }

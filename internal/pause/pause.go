// Package pause is how long and in what way whoever tries again waits before.
// How the waits grow and when to give up is their own.
package pause

import (
	"context"
	"math/rand/v2"
	"time"
)

// For waits, and returns nil when the time has passed or ctx's error when that
// ends before, or had.
func For(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// About is a random time between half of d, which is not negative, and d: many
// who failed together do not come back together, and none comes at once.
func About(d time.Duration) time.Duration { return d/2 + rand.N(d-d/2+1) }

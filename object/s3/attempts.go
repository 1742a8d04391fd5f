package s3

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/internal/pause"
)

const (
	// maxTries is how often a request is tried, or a body is continued
	// without much progress.
	maxTries = 8
	// strangerTries is maxTries for a store that has not answered anything yet:
	// its address is more likely wrong than it is down.
	strangerTries = 4
	// firstWait is how long the first wait is at most; the next ones are
	// twice as long each, up to longestWait: half a minute in all.
	firstWait   = 200 * time.Millisecond
	longestWait = 10 * time.Second
)

// attempts is the budget of one request, or of one body.
type attempts struct {
	failed  int
	mended  bool // credentials or clock, which is done once
	longest time.Duration
}

// again waits before another try after err, and says by nil that there may be
// one. Else it returns the classified error to give up with.
func (a *attempts) again(ctx context.Context, b *Bucket, what request, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	code := awsclient.CodeOf(err)
	if !a.mended && (code == "ExpiredToken" || code == "RequestTimeTooSkewed") {
		// The SDK has set its clock by the answer already.
		b.credentials.Renew()
		a.mended = true
		return nil
	}
	err = b.explain(what, err)
	if abstract.ClassOf(err) != abstract.Transient {
		return err
	}
	tries := maxTries
	if !b.transport.answered.Load() {
		tries = strangerTries
	}
	if a.failed++; a.failed >= tries {
		return abstract.WithClass(abstract.Transient, fmt.Errorf("%w (tried %d times)", err, a.failed))
	}
	a.longest = min(max(2*a.longest, firstWait), longestWait)
	// Anything from nothing to the longest: many who failed together do not
	// come back together.
	return pause.For(ctx, rand.N(a.longest))
}

// moved says that a body has made progress since its last failure.
func (a *attempts) moved() { a.failed, a.longest = 0, 0 }

// retry tries a request until it succeeds, cannot, or has spent its budget.
func (b *Bucket) retry(ctx context.Context, what request, try func() error) error {
	var budget attempts
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := try()
		if err == nil {
			return nil
		}
		if err := budget.again(ctx, b, what, err); err != nil {
			return err
		}
	}
}

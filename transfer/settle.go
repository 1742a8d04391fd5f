package transfer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
)

// course is what is remembered of a file between attempts at it, so that what
// passes is told from what does not. Only one goroutine at a time has the file.
type course struct {
	attempts int   // begun so far
	offset   int64 // where the ledger had the file
	tries    int   // failures since then that may pass but were the file's own
	solo     bool  // it shares no transaction: it may be the one at fault
	apart    bool  // the table refuses rows of it, which are to be left out
	// news are columns that the table is to get before the next attempt, if any.
	news *reader.NewColumnsError
	wait backoff
	// What others had achieved when the file failed last.
	commits, reads int64
	contested      *contested // another loader moves it on
}

const (
	// mostWaiting is how many files wait for another attempt. Beyond, the
	// source is to deliver them again.
	mostWaiting = 10_000
	// retryFailed is how long a file that failed waits, times four for each
	// failure before.
	retryFailed = time.Second
	// retryLongest bounds the wait for what may pass, but for the target:
	// see gate.
	retryLongest = 30 * time.Second
)

// errNoEnd would be a bug of a format.
var errNoEnd = errors.New("the reader ended without the file's last chunk")

// renew gives a file all its tries anew.
func (c *course) renew() { c.tries, c.wait = 0, backoff{most: retryLongest} }

// settleAll settles the attempts that end, until there are no more. After the
// end of ctx it only tells the source of files that are loaded.
func (f *follow) settleAll(ctx context.Context) {
	for fl := range f.ended {
		if err := f.settle(ctx, fl); err != nil {
			f.stop(fmt.Errorf("load %s into table %q: %w", fl.job.id, f.cfg.Table, err))
		}
		f.gate.over(fl.job)
		f.gate.nudge()
	}
}

// settle decides what becomes of a file after an attempt. An error ends all.
func (f *follow) settle(ctx context.Context, fl *flight) error {
	j, cause := fl.job, fl.failed()
	if fl.done() {
		// Invariant 3: every chunk was answered after the commit that it is in.
		f.finish(ctx, j)
		return nil
	}
	if ctx.Err() != nil || errors.Is(cause, errClosed) {
		return nil
	}
	if errors.Is(cause, errContested) {
		return f.later(ctx, j, min(j.course.wait.next(), longestWait))
	}
	if news, ok := wantsColumns(cause); ok {
		j.course.news = news
		return f.later(ctx, j, 0)
	}
	if isGrow(cause) { // that is not the file's fault, however long it takes
		return f.later(ctx, j, j.course.wait.next())
	}
	if failure, ok := isTarget(cause); ok {
		return f.settleLost(ctx, j, failure)
	}
	if cause == nil {
		cause = errNoEnd
	}
	j.course.contested = nil
	// The file's own failure. What was read of it before is committed by now.
	if abstract.ClassOf(cause) == abstract.Transient && f.mayPass(j, &j.course.reads, f.flow.reads.Load()) {
		return f.later(ctx, j, j.course.wait.next())
	}
	return f.giveUp(ctx, j, cause)
}

// settleLost goes on after chunks of a file were undone.
func (f *follow) settleLost(ctx context.Context, j *job, failure *pushFailure) error {
	conflict, named := errors.AsType[*ledger.ConflictError](failure.err)
	switch {
	case named && conflict.ID != j.entry.ID:
		return f.later(ctx, j, 0) // the other one is at fault
	case errors.Is(failure.err, ledger.ErrConflict) && (named || failure.sole):
		return f.contend(ctx, j, failure.err)
	}
	j.course.contested = nil
	switch class := abstract.ClassOf(failure.err); {
	case class == abstract.Transient:
		if f.mayPass(j, &j.course.commits, f.flow.commits.Load()) {
			return f.later(ctx, j, 0) // the gate waits
		}
		if !j.course.solo {
			return f.alone(ctx, j)
		}
		return f.giveUp(ctx, j, failure.err)
	case !failure.sole:
		if !curable(failure.err) {
			return failure.err
		}
		return f.alone(ctx, j)
	case class == abstract.FileOnly && f.cfg.OnBadRow.GoesOn() && len(j.replaces) == 0 && !j.course.apart:
		j.course.apart = true
		return f.later(ctx, j, 0)
	case class == abstract.FileOnly:
		return f.giveUp(ctx, j, failure.err)
	default:
		return failure.err
	}
}

// mayPass tells whether a failure that may pass does not count yet. One does
// not count at all while others fare no better, for then it is not the file's:
// a store or a target that is down parks nothing, however long it is. seen is
// what others had achieved when the file failed last, now what they have.
func (f *follow) mayPass(j *job, seen *int64, now int64) bool {
	if *seen != now || j.course.tries == 0 {
		j.course.tries++
	}
	*seen = now
	return j.course.tries < maxTries
}

// later lets a file be tried again after a while.
func (f *follow) later(ctx context.Context, j *job, wait time.Duration) error {
	select {
	case f.again <- waiting{j, time.Now().Add(wait)}:
	case <-ctx.Done():
	}
	return nil
}

// alone lets a file be tried again in transactions of its own, so that the one
// at fault is found and holds up no other.
func (f *follow) alone(ctx context.Context, j *job) error {
	j.course.solo, j.course.tries = true, 0
	return f.later(ctx, j, 0)
}

// contend leaves a file to another loader for as long as that moves it on.
func (f *follow) contend(ctx context.Context, j *job, cause error) error {
	if c := j.course.contested; c != nil && c.offset == j.entry.Offset {
		// It stood still, was taken over, and is a conflict nevertheless.
		if j.takeovers++; j.takeovers >= maxTries {
			return f.giveUp(ctx, j, cause)
		}
		c.since = time.Now()
	} else {
		f.cfg.Logger.Info("another loader is at work on a file, looking again later", "file", j.id, "offset", j.entry.Offset)
		j.course.contested, j.takeovers = &contested{j, -1, time.Now()}, 0
	}
	return f.later(ctx, j, j.course.wait.next())
}

// stands tells whether a contested file, whose entry is fresh, has stood still
// for long enough to be taken over.
func (c *contested) stands() bool {
	if at := c.job.entry.Offset; at != c.offset {
		c.offset, c.since = at, time.Now()
	}
	return time.Since(c.since) >= standstill
}

// giveUp counts a failure. The file is tried again after a while, until the
// ledger parks it. One that is not there any more in that form is left to the
// source, which may know the new one.
func (f *follow) giveUp(ctx context.Context, j *job, cause error) error {
	outcome, err := f.record(ctx, j, cause)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	j.entry.Attempts++
	gone := errors.Is(cause, object.ErrChanged) || abstract.ClassOf(cause) == abstract.NotFound
	if outcome.Parked || gone || f.flow.waiting.Load() >= mostWaiting {
		f.failed(ctx, outcome)
		return nil
	}
	wait := retryFailed << (2 * (j.entry.Attempts - 1))
	f.cfg.Logger.Warn("a file failed, trying it again later", "file", j.id, "failures", j.entry.Attempts, "in", wait, "error", outcome.Reason())
	j.course.renew()
	return f.later(ctx, j, wait)
}

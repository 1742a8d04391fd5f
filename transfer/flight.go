package transfer

import (
	"context"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/pusher"
)

// flight is one attempt at a file: the reading, and the chunks that are on
// their way. It ends when the reading has ended and each chunk was answered,
// so that two attempts at a file never overlap.
type flight struct {
	follow *follow
	job    *job
	number int                // of the attempt, for the pusher
	solo   bool               // shares no transaction
	stop   context.CancelFunc // of the reading
	pipe   *pipe              // nil if it never came to reading

	mu struct {
		sync.Mutex
		reading    bool
		unanswered int   // chunks
		done       bool  // every chunk is durable, the last included
		cause      error // what went wrong first
	}
}

func newFlight(f *follow, j *job, stop context.CancelFunc) *flight {
	f.flow.active.Add(1)
	f.flow.moved()
	j.course.attempts++
	fl := &flight{follow: f, job: j, number: j.course.attempts, solo: j.course.solo, stop: stop}
	fl.mu.reading = true
	return fl
}

// path names the file to the pusher: as the reader does.
func (fl *flight) path() string { return fl.job.id.String() }

// push hands a chunk to the pusher, which waits for room.
func (fl *flight) push(ctx context.Context, chunk pusher.Chunk) error {
	chunk.Attempt = fl.number
	chunk.Size += chunkOverhead
	fl.mu.Lock()
	fl.mu.unanswered++
	fl.mu.Unlock()
	begun := time.Now()
	err := fl.pipe.pusher.Push(ctx, chunk)
	fl.follow.flow.pushed(time.Since(begun))
	if err != nil {
		fl.mu.Lock()
		fl.mu.unanswered--
		fl.mu.Unlock()
	}
	return err
}

// fail ends the attempt: its reading stops, and its chunks that are still to
// be pushed are not. The first cause counts.
func (fl *flight) fail(cause error) {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	if fl.mu.cause == nil {
		fl.mu.cause = cause
	}
	fl.stop()
}

// failed is why the attempt has no future, nil while it has one.
func (fl *flight) failed() error {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	return fl.mu.cause
}

// done tells whether the file is durable to its end.
func (fl *flight) done() bool {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	return fl.mu.done
}

// readEnded tells that nothing more will be pushed.
func (fl *flight) readEnded(err error) {
	fl.mu.Lock()
	fl.mu.reading = false
	if fl.mu.cause == nil {
		fl.mu.cause = err
	}
	over := fl.mu.unanswered == 0
	fl.mu.Unlock()
	if over {
		fl.end()
	}
}

// answered tells that a chunk is durable, if err is nil, and whether with it
// the file is.
func (fl *flight) answered(done bool, err error) {
	fl.mu.Lock()
	fl.mu.unanswered--
	if done {
		fl.mu.done = true
	}
	if fl.mu.cause == nil {
		fl.mu.cause = err
	}
	over := fl.mu.unanswered == 0 && !fl.mu.reading
	fl.mu.Unlock()
	if over {
		fl.end()
	}
}

// end passes the flight on. It is called once.
func (fl *flight) end() {
	if fl.pipe != nil {
		fl.pipe.forget(fl)
	}
	fl.follow.flow.active.Add(-1)
	fl.follow.flow.moved()
	fl.follow.ended <- fl
}

package parsequeue

import (
	"errors"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Close refuses new data, waits until everything accepted has been answered,
// joins the queue's goroutines and closes the sink. It may be called any
// number of times, from any goroutine; every call returns when the first has
// finished, with the same result: the error that ended the queue, joined with
// the sink's if closing that failed too. An AckFunc gets [ErrInAck] and
// changes nothing; it ends the queue by returning an error.
func (q *ParseQueue[T]) Close() error {
	if q.InAck() {
		return ErrInAck
	}
	if !q.refuse() {
		<-q.joined
		return q.closeErr
	}
	q.workers.Wait()
	sinkErr := guard(q.logger, abstract.Permanent, "Close of the sink", q.sink.Close)
	if q.end(sinkErr) {
		q.closeErr = sinkErr
	} else if q.closeErr = q.Error(); sinkErr != nil {
		q.closeErr = errors.Join(q.closeErr, sinkErr)
	}
	close(q.joined)
	return q.closeErr
}

// refuse makes every Add fail from now on and lets the stages run dry. It
// reports whether this call was the first.
func (q *ParseQueue[T]) refuse() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.mu.closed {
		return false
	}
	q.mu.closed = true
	close(q.closing)
	close(q.toParse)
	close(q.toPush)
	return true
}

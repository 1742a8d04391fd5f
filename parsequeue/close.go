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
	q.closeOnce.Do(func() {
		q.refuse()
		q.workers.Wait()
		sinkErr := guard(q.logger, abstract.Permanent, "Close of the sink", q.sink.Close)
		q.closeErr = sinkErr
		if q.end(sinkErr) {
			return
		}
		q.closeErr = q.Error()
		if sinkErr != nil {
			q.closeErr = errors.Join(q.closeErr, sinkErr)
		}
	})
	return q.closeErr
}

// refuse makes every Add fail from now on and lets the stages run dry.
func (q *ParseQueue[T]) refuse() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mu.closed = true
	close(q.closing)
	close(q.toParse)
	close(q.toPush)
}

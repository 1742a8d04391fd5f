package parsequeue

import (
	"context"
	"slices"
)

// waiter is a caller of Wait: ready is closed when as many data have been
// answered as had been added when it came.
type waiter struct {
	upTo  uint64
	ready chan struct{}
}

// Wait blocks until everything added before the call has been answered. It
// returns early with the queue's error when the queue fails, and with ctx's
// when that ends. An AckFunc gets [ErrInAck], as its own datum is not answered
// until it returns.
func (q *ParseQueue[T]) Wait(ctx context.Context) error {
	if q.InAck() {
		return ErrInAck
	}
	q.mu.Lock()
	if q.mu.err != nil || q.mu.answered == q.mu.added {
		defer q.mu.Unlock()
		return q.mu.err
	}
	w := waiter{upTo: q.mu.added, ready: make(chan struct{})}
	q.mu.waiters = append(q.mu.waiters, w) // upTo never falls along the slice
	q.mu.Unlock()

	select {
	case <-w.ready:
		return q.Error()
	case <-q.done:
		return q.Error()
	case <-ctx.Done():
		q.mu.Lock()
		defer q.mu.Unlock()
		q.mu.waiters = slices.DeleteFunc(q.mu.waiters, func(other waiter) bool { return other == w })
		if q.mu.err != nil {
			return q.mu.err
		}
		return ctx.Err()
	}
}

// noteAnswered counts an answer and wakes those who waited for it.
func (q *ParseQueue[T]) noteAnswered() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.mu.answered++
	n := 0
	for n < len(q.mu.waiters) && q.mu.waiters[n].upTo <= q.mu.answered {
		close(q.mu.waiters[n].ready)
		n++
	}
	q.mu.waiters = slices.Delete(q.mu.waiters, 0, n)
}

package parsequeue

import "context"

// Add puts a datum at the end of the queue. It blocks while the queue is full
// (see the package comment), until there is room or the queue ends. A nil
// result means that the datum is accepted and will be answered; the AckFunc
// may be called before Add returns. An error means that it is not accepted and
// will never be seen: the queue's error after a failure, [ErrClosed] once
// Close has begun, [ErrInAck] for an AckFunc that finds the queue full.
//
// Of concurrent callers, none starves, and which of them comes first is not
// determined.
func (q *ParseQueue[T]) Add(data T) error {
	return q.AddContext(context.Background(), data)
}

// AddContext is Add for a caller that does not want to block beyond the end of
// ctx, whose error it then returns.
func (q *ParseQueue[T]) AddContext(ctx context.Context, data T) error {
	if err := q.take(ctx, q.unanswered); err != nil {
		return err
	}
	if err := q.take(ctx, q.unpushed); err != nil {
		<-q.unanswered
		return err
	}
	j := &job[T]{data: data, parsed: make(chan struct{})}

	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.refusalLocked(); err != nil {
		<-q.unpushed
		<-q.unanswered
		return err
	}
	q.mu.added++
	// Both sends find room, because the datum holds its slots. They share a
	// critical section so that the order of parsing is the order of pushing.
	q.toParse <- j
	q.toPush <- j
	return nil
}

// take acquires a slot.
func (q *ParseQueue[T]) take(ctx context.Context, slots chan<- struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	default:
	}
	if q.InAck() {
		if err := q.refusal(); err != nil {
			return err
		}
		return ErrInAck
	}
	select {
	case slots <- struct{}{}:
		return nil
	case <-q.done:
	case <-q.closing:
	case <-ctx.Done():
	}
	if err := q.refusal(); err != nil {
		return err
	}
	return ctx.Err()
}

// refusal is why the queue accepts no more data, nil while it does.
func (q *ParseQueue[T]) refusal() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.refusalLocked()
}

func (q *ParseQueue[T]) refusalLocked() error {
	switch {
	case q.mu.err != nil:
		return q.mu.err
	case q.mu.closed:
		return ErrClosed
	}
	return nil
}

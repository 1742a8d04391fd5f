package parsequeue

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/seed-ede61cd5/sluice/abstract"
)

var (
	// ErrClosed is returned for data offered to a queue after Close began.
	ErrClosed = errors.New("parsequeue: closed")
	// ErrInAck is returned to an AckFunc for a call that would wait for that
	// AckFunc to return.
	ErrInAck = errors.New("parsequeue: this call would wait for the AckFunc that makes it")

	errNoAnswer = errors.New("parsequeue: the sink gave no answer")
)

// fail ends the queue with err, unless it has ended before.
func (q *ParseQueue[T]) fail(err error) {
	if abstract.ClassOf(err) == abstract.FileOnly {
		// Data behind are answered with this error; for them it must not
		// look like a fault of their own.
		err = abstract.WithClass(abstract.Permanent, err)
	}
	if !q.end(err) {
		q.logger.Debug("parsequeue: error after the end", "error", err)
	}
}

// end closes done and reports whether this call was the first.
func (q *ParseQueue[T]) end(err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.mu.ended {
		return false
	}
	q.mu.ended, q.mu.err = true, err
	close(q.done)
	q.cancel()
	return true
}

// guard runs one of the caller's functions and makes an error of a panic.
func guard(logger *slog.Logger, class abstract.Class, name string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			logger.Error("parsequeue: panic", "in", name, "panic", v, "stack", string(debug.Stack()))
			cause, ok := v.(error)
			if !ok {
				cause = fmt.Errorf("%v", v)
			}
			err = abstract.WithClass(class, fmt.Errorf("panic in %s: %w", name, cause))
		}
	}()
	return f()
}

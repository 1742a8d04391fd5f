package parsequeue

import (
	"context"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// parseLoop is one worker of the parse stage. It parses after a failure too,
// because what a datum owns must end up somewhere; ctx has ended by then.
func (q *ParseQueue[T]) parseLoop(ctx context.Context) {
	for j := range q.toParse {
		j.err = guard(q.logger, abstract.FileOnly, "ParseFunc", func() (err error) {
			j.items, err = q.parse(ctx, j.data)
			return err
		})
		close(j.parsed)
	}
}

// pushLoop is the push stage.
func (q *ParseQueue[T]) pushLoop() {
	defer close(q.toAck)
	for j := range q.toPush {
		<-j.parsed
		q.push(j)
		q.toAck <- j
		<-q.unpushed
	}
}

// push hands a parsed job to the sink, unless it or the queue has failed.
func (q *ParseQueue[T]) push(j *job[T]) {
	items := j.items
	j.items = nil
	switch {
	case j.err != nil: // there are no items
	case q.Error() != nil:
		abstract.ReleaseAll(items)
	default:
		j.pushStart = time.Now()
		j.err = guard(q.logger, abstract.Permanent, "AsyncPush", func() error {
			j.answer = q.sink.AsyncPush(items)
			if j.answer == nil {
				return errNoAnswer
			}
			return nil
		})
	}
	if j.err != nil && abstract.ClassOf(j.err) != abstract.FileOnly {
		q.fail(j.err) // before the next job is looked at
	}
}

// ackLoop is the ack stage. broken turns true at the first job, in the order
// of Add, that ended the queue or whose AckFunc did; a job that was not pushed
// for a failure elsewhere is always behind it.
func (q *ParseQueue[T]) ackLoop() {
	q.ackGoroutine.Store(goroutineID())
	broken := false
	for j := range q.toAck {
		var err error
		if broken {
			err = q.Error()
		} else if err = j.result(); err != nil && abstract.ClassOf(err) != abstract.FileOnly {
			q.fail(err)
			broken, err = true, q.Error()
		}
		q.acking.Store(true)
		ackErr := guard(q.logger, abstract.Permanent, "AckFunc", func() error {
			return q.ack(j.data, j.pushStart, err)
		})
		q.acking.Store(false)
		if ackErr != nil {
			q.fail(ackErr)
			broken = true
		}
		q.noteAnswered()
		<-q.unanswered
	}
}

// result waits for the job's own outcome.
func (j *job[T]) result() error {
	if j.answer == nil {
		return j.err
	}
	err, ok := <-j.answer
	if !ok {
		return errNoAnswer
	}
	return err
}

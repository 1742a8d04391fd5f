package transfer

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// queue hands out jobs: first the ones that were taken to prepare the table,
// then the rest as discovery finds them.
type queue struct {
	mu    sync.Mutex
	first []*job
	rest  <-chan *job
}

// errIdle tells that no job came in time.
var errIdle = errors.New("no job yet")

// next waits for a job, no longer than patience unless that is 0. It answers
// io.EOF when there will be no more.
func (q *queue) next(ctx context.Context, patience time.Duration) (*job, error) {
	q.mu.Lock()
	if len(q.first) > 0 {
		j := q.first[0]
		q.first = q.first[1:]
		q.mu.Unlock()
		return j, nil
	}
	q.mu.Unlock()
	var idle <-chan time.Time
	if patience > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		idle = timer.C
	}
	select {
	case j, ok := <-q.rest:
		if !ok {
			return nil, io.EOF
		}
		return j, nil
	case <-idle:
		return nil, errIdle
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

package transfer

import (
	"container/heap"
	"context"
	"time"
)

// waiting is a file that is to be tried again.
type waiting struct {
	job *job
	due time.Time
}

// waitlist is a heap of files, the one that is due first on top.
type waitlist []waiting

func (w waitlist) Len() int           { return len(w) }
func (w waitlist) Less(i, j int) bool { return w[i].due.Before(w[j].due) }
func (w waitlist) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *waitlist) Push(x any)        { *w = append(*w, x.(waiting)) }
func (w *waitlist) Pop() any {
	old := *w
	last := old[len(old)-1]
	old[len(old)-1] = waiting{}
	*w = old[:len(old)-1]
	return last
}

// dispatch hands files to the readers: those that are due for another attempt
// first, then what discovery finds. It takes one from discovery only when a
// reader could begin it, so that intake pauses when the gate is closed. It
// returns when discovery has ended and no file is left.
func (f *follow) dispatch(ctx context.Context, first []*job, jobs <-chan *job) error {
	defer close(f.todo)
	var list waitlist
	timer := time.NewTimer(0)
	defer timer.Stop()
	for jobs != nil || len(first) > 0 || f.flying.len() > 0 {
		f.flow.waiting.Store(int64(len(list)))
		admitted, wait := f.gate.admits()
		due := len(list) > 0 && !list[0].due.After(time.Now())
		var next *job
		var todo chan<- *job
		var fresh <-chan *job
		switch {
		case !admitted:
		case due:
			next, todo = list[0].job, f.todo
		case len(first) > 0:
			next, todo = first[0], f.todo
		default:
			fresh = jobs
		}
		if len(list) > 0 && !due {
			if until := time.Until(list[0].due); wait == 0 || until < wait {
				wait = until
			}
		}
		timer.Stop()
		if wait > 0 {
			timer.Reset(wait)
		}
		if next != nil {
			f.gate.take(next) // before its attempt could be over
		}
		sent := false
		select {
		case todo <- next:
			sent = true
			if due {
				heap.Pop(&list)
			} else {
				first = first[1:]
			}
		case j, ok := <-fresh:
			if ok {
				first = append(first, j)
			} else {
				jobs = nil
			}
		case w := <-f.again:
			heap.Push(&list, w)
		case <-timer.C:
		case <-f.gate.changed:
		case <-ctx.Done():
			return ctx.Err()
		}
		if next != nil && !sent {
			f.gate.drop(next)
		}
	}
	return nil
}

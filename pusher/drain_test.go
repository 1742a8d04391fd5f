package pusher_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

func (r *rig) waitEmpty(ctx context.Context) <-chan error {
	result := make(chan error, 1)
	go func() { result <- r.WaitEmpty(ctx) }()
	synctest.Wait()
	return result
}

func TestWaitEmpty(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		wantErr(t, "nothing in flight", r.WaitEmpty(t.Context()), nil)
		first, last := r.push(chunk(1, 0)), r.push(chunk("last", 0))
		one, two := r.waitEmpty(t.Context()), r.waitEmpty(t.Context())
		r.ack(first, false)
		synctest.Wait()
		want(t, "returned too early", pending(one) && pending(two), true)
		r.ack(last, true)
		wantErr(t, "WaitEmpty", <-one, nil)
		wantErr(t, "WaitEmpty", <-two, nil)
		r.push(chunk(2, 0))
		three := r.waitEmpty(t.Context())
		want(t, "an old emptiness does not count", pending(three), true)
		r.ack(chunk(2, 0), false)
		wantErr(t, "WaitEmpty", <-three, nil)
	})
}

func TestWaitEmptyCountsSupersededAttempts(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		old, retry := r.push(attempt(1, 1)), r.push(attempt(2, "last"))
		r.ack(retry, true)
		waiting := r.waitEmpty(t.Context())
		want(t, "returned too early", pending(waiting), true)
		r.ack(old, false)
		wantErr(t, "WaitEmpty", <-waiting, nil)
	})
}

func TestWaitEmptyIsNotEmptyWhileAThrottledPushMovesUp(t *testing.T) {
	bubble(t, 1, func(t *testing.T, r *rig) {
		first := r.push(chunk(1, 1))
		next := r.start(t.Context(), chunk(2, 1))
		waiting := r.waitEmpty(t.Context())
		r.ack(first, false)
		wantErr(t, "Push", <-next, nil)
		synctest.Wait()
		want(t, "returned too early", pending(waiting), true)
		r.ack(chunk(2, 1), false)
		wantErr(t, "WaitEmpty", <-waiting, nil)
	})
}

func TestWaitEmptyEndsWithItsContext(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		r.push(chunk(1, 1))
		ctx, cancel := context.WithCancel(t.Context())
		waiting := r.waitEmpty(ctx)
		cancel()
		want(t, "WaitEmpty", <-waiting, context.Canceled)
	})
}

func TestK21TheQueuesErrorWakesWaitEmpty(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		c := r.push(chunk(1, 1))
		waiting := r.waitEmpty(context.Background())
		r.failQueue(errSession)
		want(t, "WaitEmpty", <-waiting, errSession)
		wantErr(t, "Nack", r.Nack(c), nil)
		want(t, "empty only because of the failure", r.WaitEmpty(context.Background()), errSession)
	})
}

func TestK21AClosedQueueEndsWaitEmpty(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		c := r.push(chunk(1, 1))
		waiting := r.waitEmpty(context.Background())
		wantErr(t, "Close", r.queue.Close(), nil)
		want(t, "WaitEmpty", <-waiting, parsequeue.ErrClosed)
		r.ack(c, false)
		wantErr(t, "WaitEmpty, with all acked", r.WaitEmpty(context.Background()), nil)
	})
}

func TestSyncPusher(t *testing.T) {
	var got []string
	p := pusher.NewSyncPusher(func(items []abstract.ChangeItem) error {
		for _, item := range items {
			got = append(got, item.Table)
		}
		if len(items) == 0 {
			return errSession
		}
		return nil
	})
	c := pusher.Chunk{FilePath: "f", Completed: true, Items: []abstract.ChangeItem{{Table: "a"}, {Table: "b"}}}
	wantErr(t, "Push", p.Push(t.Context(), c), nil)
	want(t, "items", len(got), 2)
	want(t, "sink's error", p.Push(t.Context(), pusher.Chunk{}), errSession)
	for range 2 { // also of a chunk never pushed
		done, err := p.Ack(pusher.Chunk{Completed: true})
		want(t, "done", done, false)
		wantErr(t, "Ack", err, nil)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	want(t, "after the end", p.Push(ctx, c), context.Canceled)
	want(t, "items pushed after the end", len(got), 2)
}

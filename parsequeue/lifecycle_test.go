package parsequeue_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

func TestK10CloseDrainsAndRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 2, s, item, a.ack)
		add(t, q, 1, 2)
		synctest.Wait()
		first := async(q.Close)
		second := async(q.Close)
		synctest.Wait()
		want(t, "Close returned before the drain", !pending(first) || !pending(second), false)
		want(t, "ended before the drain", ended(q), false)
		wantErr(t, "Add while closing", q.Add(3), parsequeue.ErrClosed)
		s.answer(1, nil)
		s.answer(2, nil)
		wantErr(t, "Close", <-first, nil)
		wantErr(t, "concurrent Close", <-second, nil)
		wantErr(t, "third Close", q.Close(), nil)
		wantErr(t, "Add", q.Add(4), parsequeue.ErrClosed)
		wantErr(t, "Wait", q.Wait(t.Context()), nil)
		want(t, "ended", ended(q), true)
		wantErr(t, "Error", q.Error(), nil)
		want(t, "acked", a.String(), "[1:ok 2:ok]")
		want(t, "sink closed", s.closed, 1)
	})
}

func TestK10CloseWakesBlockedAdds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		s, a := &sink{stores: true}, &acks{}
		q := parsequeue.New(nil, 1, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			<-gate
			return item(ctx, n)
		}, a.ack)
		add(t, q, 1, 2)
		blocked := async(func() error { return q.Add(3) })
		synctest.Wait()
		closing := async(q.Close)
		wantErr(t, "blocked Add", <-blocked, parsequeue.ErrClosed)
		want(t, "Close returned before the drain", pending(closing), true)
		close(gate)
		wantErr(t, "Close", <-closing, nil)
		want(t, "acked", a.String(), "[1:ok 2:ok]")
	})
}

// K-10, K-24, K-25: whatever the interleaving, nothing panics, every accepted
// datum is answered once and in order. Run under -race.
func TestK10AddsConcurrentWithClose(t *testing.T) {
	for range 20 {
		s := &sink{stores: true}
		var mu sync.Mutex
		accepted, answered := map[int]bool{}, map[int]int{}
		q := parsequeue.New(nil, 3, s, item, func(n int, _ time.Time, err error) error {
			mu.Lock()
			defer mu.Unlock()
			answered[n]++
			if err != nil {
				t.Errorf("answer %v", err)
			}
			return nil
		})
		var adders sync.WaitGroup
		for adder := range 4 {
			adders.Go(func() {
				for n := adder << 32; ; n++ {
					err := q.Add(n)
					if err != nil {
						wantErr(t, "Add", err, parsequeue.ErrClosed)
						return
					}
					mu.Lock()
					accepted[n] = true
					mu.Unlock()
				}
			})
		}
		for q.Wait(t.Context()) == nil && rand.IntN(5) > 0 {
		}
		wantErr(t, "Close", q.Close(), nil)
		adders.Wait()
		want(t, "answered", len(answered), len(accepted))
		for n, times := range answered {
			if times != 1 || !accepted[n] {
				t.Errorf("datum %d was answered %d times", n, times)
			}
		}
	}
}

func TestCloseReportsTheSinksError(t *testing.T) {
	t.Run("alone", func(t *testing.T) {
		s, a := &sink{closeErr: errSession}, &acks{}
		q := parsequeue.New(nil, 1, s, item, a.ack)
		want(t, "Close", q.Close(), errSession)
		want(t, "Error", q.Error(), errSession)
	})
	t.Run("with the queue's", func(t *testing.T) {
		s, a := &sink{closeErr: errors.New("close")}, &acks{}
		q := parsequeue.New(nil, 1, s, failAt(1, errSession), a.ack)
		add(t, q, 1)
		err := q.Close()
		wantErr(t, "Close", err, errSession)
		wantErr(t, "Close", err, s.closeErr)
		want(t, "Error", q.Error(), errSession)
	})
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 2, s, item, a.ack)
		wantErr(t, "nothing added", q.Wait(t.Context()), nil)
		add(t, q, 1, 2)
		both := async(func() error { return q.Wait(context.Background()) })
		synctest.Wait()
		add(t, q, 3)
		all := async(func() error { return q.Wait(context.Background()) })
		ctx, cancel := context.WithCancel(t.Context())
		cut := async(func() error { return q.Wait(ctx) })
		synctest.Wait()
		s.answer(1, nil)
		synctest.Wait()
		want(t, "Wait for two returned after one", pending(both), true)
		s.answer(2, nil)
		synctest.Wait()
		want(t, "Wait for two still waits", pending(both), false)
		want(t, "Wait for three returned after two", pending(all), true)
		cancel()
		wantErr(t, "cancelled", <-cut, context.Canceled)
		s.answer(3, errSession)
		wantErr(t, "failed", <-all, errSession)
		wantErr(t, "after the failure", q.Wait(context.Background()), errSession)
		wantErr(t, "Close", q.Close(), errSession)
	})
}

func TestAFailureWakesBlockedAddsAndWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 1, s, item, a.ack)
		for n := range 1024 {
			add(t, q, n)
		}
		adding := async(func() error { return q.Add(1024) })
		waiting := async(func() error { return q.Wait(context.Background()) })
		synctest.Wait()
		s.answer(0, errSession)
		wantErr(t, "Add", <-adding, errSession)
		wantErr(t, "Wait", <-waiting, errSession)
		wantErr(t, "Close", q.Close(), errSession)
		want(t, "answered", len(a.calls), 1024)
	})
}

func TestAFailureWakesAllWhileTheAckStageIsStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, gate, bad := &sink{stores: true}, make(chan struct{}), make(chan struct{})
		q := parsequeue.New(nil, 1, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			if n == 1023 {
				<-bad
				return nil, errSession
			}
			return item(ctx, n)
		}, func(int, time.Time, error) error { <-gate; return nil })
		for n := range 1024 {
			add(t, q, n)
		}
		adding := async(func() error { return q.Add(1024) })
		waiting := async(func() error { return q.Wait(context.Background()) })
		synctest.Wait()
		want(t, "the queue is full", pending(adding), true)
		close(bad)
		wantErr(t, "Add", <-adding, errSession)
		wantErr(t, "Wait", <-waiting, errSession)
		close(gate)
		wantErr(t, "Close", q.Close(), errSession)
	})
}

func TestARefusedAddHoldsNoSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, gate := &sink{}, &acks{}, make(chan struct{})
		q := parsequeue.New(nil, 1, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			<-gate
			return item(ctx, n)
		}, a.ack)
		add(t, q, 0, 1)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for range 2000 { // more than there are slots
			wantErr(t, "AddContext", q.AddContext(ended, 2), context.Canceled)
		}
		close(gate)
		for n := 2; n < 1024; n++ {
			add(t, q, n)
		}
		synctest.Wait()
		for n := range 1024 {
			s.answer(n, nil)
		}
		wantErr(t, "Close", q.Close(), nil)
	})
}

func TestK20ReentrantCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{stores: true}, &acks{}
		var q *parsequeue.ParseQueue[int]
		q = parsequeue.New(nil, 1, s, item, func(n int, start time.Time, err error) error {
			want(t, "InAck", q.InAck(), true)
			wantErr(t, "Wait", q.Wait(context.Background()), parsequeue.ErrInAck)
			wantErr(t, "Close", q.Close(), parsequeue.ErrInAck)
			if n < 5 {
				add(t, q, n+1)
			}
			return a.ack(n, start, err)
		})
		want(t, "InAck elsewhere", q.InAck(), false)
		add(t, q, 1)
		synctest.Wait()
		wantErr(t, "Close", q.Close(), nil)
		want(t, "acked", a.String(), "[1:ok 2:ok 3:ok 4:ok 5:ok]")
	})
}

func TestK20AddFromAFullAckStageDoesNotDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		var q *parsequeue.ParseQueue[int]
		var refused error
		q = parsequeue.New(nil, 1, s, item, func(n int, start time.Time, err error) error {
			if n == 0 {
				refused = q.Add(9999)
			}
			return a.ack(n, start, err)
		})
		for n := range 1024 {
			add(t, q, n)
		}
		others := async(func() error { return q.Add(1024) }) // they just wait
		synctest.Wait()
		s.answer(0, nil)
		wantErr(t, "the other Add", <-others, nil)
		wantErr(t, "Add by the AckFunc", refused, parsequeue.ErrInAck)
		synctest.Wait()
		for n := 1; n <= 1024; n++ {
			s.answer(n, nil)
		}
		wantErr(t, "Close", q.Close(), nil)
		want(t, "answered", len(a.calls), 1025)
	})
}

func TestABlockedAckBlocksNothingButAcks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{stores: true}
		gate := make(chan struct{})
		q := parsequeue.New(nil, 1, s, item, func(int, time.Time, error) error { <-gate; return nil })
		add(t, q, 1, 2, 3, 4, 5)
		synctest.Wait()
		want(t, "pushed", s.pushed(), "[1 2 3 4 5]")
		close(gate)
		wantErr(t, "Close", q.Close(), nil)
	})
}

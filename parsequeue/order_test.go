package parsequeue_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

// The public API, for a caller outside the package.
var (
	_ func(*slog.Logger, int, abstract.AsyncSink, parsequeue.ParseFunc[string], parsequeue.AckFunc[string]) *parsequeue.ParseQueue[string] = parsequeue.New[string]

	_ parsequeue.ParseFunc[string] = func(context.Context, string) ([]abstract.ChangeItem, error) { return nil, nil }
	_ parsequeue.AckFunc[string]   = func(string, time.Time, error) error { return nil }

	_ interface {
		Add(string) error
		Wait(context.Context) error
		Close() error
		Done() <-chan struct{}
		Error() error
	} = (*parsequeue.ParseQueue[string])(nil)
)

func TestK17PushOrderIsAddOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{stores: true}, &acks{}
		var parsing, most atomic.Int64
		q := parsequeue.New(nil, 5, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			most.Store(max(most.Load(), parsing.Add(1)))
			defer parsing.Add(-1)
			time.Sleep(time.Duration(10-n) * time.Second) // the first is the slowest
			return item(ctx, n)
		}, a.ack)
		add(t, q, 1, 2, 3, 4, 5, 6, 7, 8, 9)
		wantErr(t, "Close", q.Close(), nil)
		want(t, "pushed", s.pushed(), "[1 2 3 4 5 6 7 8 9]")
		want(t, "acked", a.String(), "[1:ok 2:ok 3:ok 4:ok 5:ok 6:ok 7:ok 8:ok 9:ok]")
		want(t, "parsed at a time", most.Load(), 5)
	})
}

func TestAcksComeInAddOrderAndOnlyAfterTheSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 2, s, item, a.ack)
		add(t, q, 1, 2, 3)
		synctest.Wait()
		want(t, "pushed without an answer", s.pushed(), "[1 2 3]")
		want(t, "acked before the sink answered", a.String(), "[]")
		s.answer(3, nil)
		s.answer(2, nil)
		synctest.Wait()
		want(t, "acked before the first was answered", a.String(), "[]")
		s.answer(1, nil)
		synctest.Wait()
		want(t, "acked", a.String(), "[1:ok 2:ok 3:ok]")
		wantErr(t, "Close", q.Close(), nil)
	})
}

func TestPushStartIsWhenThePushBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 1, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			if n == 2 {
				return nil, errFile
			}
			time.Sleep(time.Second)
			return item(ctx, n)
		}, a.ack)
		began := time.Now()
		add(t, q, 1, 2)
		time.Sleep(time.Minute)
		s.answer(1, nil)
		wantErr(t, "Close", q.Close(), nil)
		want(t, "start of the push", a.starts[0].Sub(began), time.Second)
		want(t, "the datum without a push has the zero time", a.starts[1].IsZero(), true)
	})
}

func TestDepthIsBounded(t *testing.T) {
	for _, parallelism := range []int{-1, 1, 3} {
		workers := max(parallelism, 1)
		t.Run("unpushed", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				s, a := &sink{stores: true}, &acks{}
				q := parsequeue.New(nil, parallelism, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
					<-gate
					return item(ctx, n)
				}, a.ack)
				for n := range 2 * workers {
					add(t, q, n)
				}
				blocked := async(func() error { return q.Add(99) })
				synctest.Wait()
				want(t, "the next Add blocks", pending(blocked), true)
				close(gate)
				wantErr(t, "Add after there was room", <-blocked, nil)
				wantErr(t, "Close", q.Close(), nil)
			})
		})
		t.Run("unanswered", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a := &sink{}, &acks{}
				q := parsequeue.New(nil, parallelism, s, item, a.ack)
				limit := 1024 * workers
				for n := range limit {
					add(t, q, n)
				}
				blocked := async(func() error { return q.Add(limit) })
				synctest.Wait()
				want(t, "the next Add blocks", pending(blocked), true)
				s.answer(0, nil)
				wantErr(t, "Add after an answer", <-blocked, nil)
				synctest.Wait()
				for n := 1; n <= limit; n++ {
					s.answer(n, nil)
				}
				wantErr(t, "Close", q.Close(), nil)
			})
		})
	}
}

func TestAddContextEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 1, s, item, a.ack)
		for n := range 1024 {
			add(t, q, n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		blocked := async(func() error { return q.AddContext(ctx, 1024) })
		synctest.Wait()
		cancel()
		wantErr(t, "AddContext", <-blocked, context.Canceled)
		for n := range 1024 {
			s.answer(n, nil)
		}
		// The one that gave up holds no slot.
		for n := 2000; n < 3024; n++ {
			add(t, q, n)
		}
		synctest.Wait()
		for n := 2000; n < 3024; n++ {
			s.answer(n, nil)
		}
		wantErr(t, "Close", q.Close(), nil)
	})
}

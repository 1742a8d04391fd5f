package parsequeue_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

// failAt parses like item, but not that datum.
func failAt(bad int, err error) parsequeue.ParseFunc[int] {
	return func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
		if n == bad {
			return nil, err
		}
		return item(ctx, n)
	}
}

func TestK18AParseErrorAtK(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 4, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			switch n {
			case 1: // still being parsed when 3 fails
				select {
				case <-time.After(time.Hour):
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			case 3:
				return nil, errSession
			}
			return item(ctx, n)
		}, a.ack)
		add(t, q, 1, 2, 3, 4, 5)
		synctest.Wait()
		want(t, "ended before the turn of the failing one", ended(q), false)
		time.Sleep(2 * time.Hour)
		want(t, "ended", ended(q), true)
		want(t, "Error", q.Error(), errSession)
		want(t, "pushed", s.pushed(), "[1 2]")
		want(t, "acked before the sink answered", a.String(), "[]")
		s.answer(1, nil)
		s.answer(2, nil)
		wantErr(t, "Close", q.Close(), errSession)
		want(t, "pushed after all", s.pushed(), "[1 2]")
		want(t, "acked", a.String(), "[1:ok 2:ok 3:session 4:session 5:session]")
	})
}

func TestK19APushErrorAtKWithLaterOnesSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 2, s, item, a.ack)
		add(t, q, 1, 2, 3, 4)
		synctest.Wait()
		s.answer(3, nil) // durable, but behind the failing one; 4 has no answer
		s.answer(1, nil)
		s.answer(2, errSession)
		synctest.Wait()
		want(t, "ended", ended(q), true)
		wantErr(t, "Add", q.Add(5), errSession)
		wantErr(t, "Close", q.Close(), errSession)
		want(t, "pushed", s.pushed(), "[1 2 3 4]")
		want(t, "acked", a.String(), "[1:ok 2:session 3:session 4:session]")
	})
}

func TestAFailureBeforeTheOneThatEndedTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 2, s, failAt(5, errSession), a.ack)
		add(t, q, 1, 2, 3, 4, 5)
		synctest.Wait() // 5 has failed, the others wait for the sink
		s.answer(1, errFile)
		s.answer(2, nil)
		s.answer(3, errors.New("came second"))
		s.answer(4, nil)
		wantErr(t, "Close", q.Close(), errSession)
		want(t, "acked", a.String(), "[1:file 2:ok 3:session 4:session 5:session]")
		want(t, "Error", q.Error(), errSession)
	})
}

func TestFileOnlyErrorsEndNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a := &sink{}, &acks{}
		q := parsequeue.New(nil, 2, s, failAt(1, fmt.Errorf("parse: %w", errFile)), a.ack)
		add(t, q, 1, 2, 3)
		synctest.Wait()
		s.answer(2, errors.Join(errors.New("load"), errFile))
		s.answer(3, nil)
		wantErr(t, "Wait", q.Wait(t.Context()), nil)
		wantErr(t, "Close", q.Close(), nil)
		want(t, "pushed", s.pushed(), "[2 3]")
		want(t, "acked", a.String(), "[1:file 2:file 3:ok]")
	})
}

func TestK20AnAckErrorEndsTheQueue(t *testing.T) {
	for name, ackErr := range map[string]error{"of its own": errSession, "of one file": errFile} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, a := &sink{stores: true}, &acks{}
				gate := make(chan struct{})
				var behind []error
				q := parsequeue.New(nil, 2, s, item, func(n int, start time.Time, err error) error {
					if n == 1 {
						<-gate
						return ackErr
					}
					behind = append(behind, err)
					return errors.Join(err, a.ack(n, start, err)) // ignored by now
				})
				add(t, q, 1, 2, 3)
				waiting := async(func() error { return q.Wait(context.Background()) })
				synctest.Wait()
				close(gate)
				wantErr(t, "Wait", <-waiting, ackErr)
				wantErr(t, "Close", q.Close(), ackErr)
				wantErr(t, "Error", q.Error(), ackErr)
				want(t, "answered behind it", len(behind), 2)
				for _, err := range behind {
					wantErr(t, "answer behind it", err, ackErr)
					want(t, "its class", abstract.ClassOf(err), abstract.Permanent)
				}
			})
		})
	}
}

func TestK20Panics(t *testing.T) {
	t.Run("in parse is an error of the datum", func(t *testing.T) {
		s, a := &sink{stores: true}, &acks{}
		q := parsequeue.New(nil, 2, s, func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			if n == 1 {
				panic("boom")
			}
			return item(ctx, n)
		}, a.ack)
		add(t, q, 1, 2)
		wantErr(t, "Close", q.Close(), nil)
		want(t, "acked", a.String(), "[1:panic in ParseFunc: boom 2:ok]")
	})
	t.Run("in ack ends the queue", func(t *testing.T) {
		s, a := &sink{stores: true}, &acks{}
		q := parsequeue.New(nil, 2, s, item, func(n int, start time.Time, err error) error {
			if n == 1 {
				panic(errSession)
			}
			return a.ack(n, start, err)
		})
		add(t, q, 1)
		<-q.Done()
		wantErr(t, "Add", q.Add(2), errSession)
		wantErr(t, "Close", q.Close(), errSession)
	})
	t.Run("in the sink ends the queue", func(t *testing.T) {
		a := &acks{}
		q := parsequeue.New(nil, 1, brokenSink{panics: errFile}, item, a.ack)
		add(t, q, 1)
		wantErr(t, "Close", q.Close(), errFile)
		want(t, "class", abstract.ClassOf(q.Error()), abstract.Permanent)
		want(t, "acked", a.String(), "[1:file]")
	})
}

// brokenSink breaks the contract of AsyncSink in one of several ways.
type brokenSink struct {
	panics error
	answer <-chan error
}

func (s brokenSink) AsyncPush([]abstract.ChangeItem) <-chan error {
	if s.panics != nil {
		panic(s.panics)
	}
	return s.answer
}
func (brokenSink) Close() error { return nil }

func TestASinkWithoutAnAnswerEndsTheQueue(t *testing.T) {
	closed := make(chan error)
	close(closed)
	for name, answer := range map[string]<-chan error{"nil channel": nil, "closed channel": closed} {
		t.Run(name, func(t *testing.T) {
			var a acks
			q := parsequeue.New(nil, 1, brokenSink{answer: answer}, item, a.ack)
			add(t, q, 1)
			<-q.Done()
			if err := q.Close(); err == nil {
				t.Error("no error")
			}
			want(t, "acked", a.String(), "[1:parsequeue: the sink gave no answer]")
		})
	}
}

func TestParseIsCalledOnceForEachAndUnpushedItemsAreReleased(t *testing.T) {
	allocated := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer allocated.AssertSize(t, 0)
	synctest.Test(t, func(t *testing.T) {
		var parsed, cancelled atomic.Int64
		schema := abstract.Schema{{Name: "a", Type: abstract.Int64}}.Arrow()
		q := parsequeue.New(nil, 4, brokenSink{panics: errSession},
			func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
				parsed.Add(1)
				if n == 0 {
					return nil, errSession
				}
				<-ctx.Done() // the failure ends the context
				cancelled.Add(1)
				b := array.NewRecordBuilder(allocated, schema)
				defer b.Release()
				b.Field(0).(*array.Int64Builder).Append(int64(n))
				return []abstract.ChangeItem{{Batch: b.NewRecordBatch()}}, nil
			},
			func(int, time.Time, error) error { return nil })
		add(t, q, 0)
		accepted := int64(1)
		for n := 1; q.Add(n) == nil; n++ {
			accepted++
		}
		wantErr(t, "Close", q.Close(), errSession)
		want(t, "parsed", parsed.Load(), accepted)
		want(t, "cancelled", cancelled.Load(), accepted-1)
	})
}

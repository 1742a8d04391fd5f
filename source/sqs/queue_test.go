package sqs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/sqs"
	"github.com/seed-ede61cd5/sluice/source/sqs/sqstest"
)

// errDown is what a queue answers that is not well.
var errDown = errors.New("503")

// While a file takes long its message does not come to anybody else.
func TestQ05Heartbeat(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		for i := range 25 {
			r.queue.Send(message(r.created(fmt.Sprintf("in/%d.csv", i), "e", 1)))
		}
		ids := r.take()
		for range 600 {
			wait(6 * second)
			if n := r.queue.Visible(); n > 0 {
				t.Fatalf("%d messages are visible", n)
			}
		}
		if st := r.source.Stats(); st.Received != 25 || st.Extended < 25*100 || st.Oldest < time.Hour {
			t.Errorf("%+v", st)
		}
		r.done(ids...)
		r.wantLen(0)
	})
}

// heartbeats that are lost are no failure. One does not matter;
// after many the message comes again, is known, and is deleted.
func TestQ05Q07HeartbeatsLost(t *testing.T) {
	var down atomic.Int64
	inBubble(t, sqs.Config{}, func(r *rig) {
		r.queue.Fail = func(call string) error {
			if call == "ChangeMessageVisibilityBatch" && down.Add(-1) >= 0 {
				return errDown
			}
			return nil
		}
	}, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		ids := r.wantTaken("in/a.csv")
		for range 10 {
			down.Store(1)
			wait(30 * second)
		}
		if st := r.source.Stats(); st.Received != 1 || st.Failures < 9 {
			t.Errorf("one heartbeat of three lost: %+v", st)
		}
		down.Store(1000)
		wait(5 * time.Minute)
		r.wantTaken()
		if st := r.source.Stats(); st.Duplicates < 5 {
			t.Errorf("all heartbeats lost: %+v", st)
		}
		r.done(ids...)
		r.wantLen(0)
	})
}

// SQS lets nobody hold a message for more than twelve hours. It comes
// again then, to us as well, and the file goes on being loaded once.
func TestQ06TwelveHours(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		ids := r.wantTaken("in/a.csv")
		wait(40 * time.Hour)
		r.wantTaken()
		if st := r.source.Stats(); st.Received != 4 || st.Duplicates != 3 || st.Stale != 0 {
			t.Errorf("%+v", st)
		}
		r.done(ids...)
		r.wantLen(0)
	})
}

// a message that somebody else has deleted.
func TestQ08Gone(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		ids := r.wantTaken("in/a.csv")
		r.queue.Purge()
		wait(5 * time.Minute)
		if st := r.source.Stats(); st.Stale != 1 || st.Held != 1 || r.queue.Calls("ChangeMessageVisibilityBatch") != 1 {
			t.Errorf("%+v", st)
		}
		r.failed(ids[0], false)
		wait(second)
		if st := r.source.Stats(); st.Held != 0 || st.Stale != 2 {
			t.Errorf("%+v", st)
		}
	})
}

// deletes that fail, as a whole or some of a batch, are sent again,
// and only those.
func TestQ09Q20Deletes(t *testing.T) {
	var entries, calls atomic.Int64
	inBubble(t, sqs.Config{}, func(r *rig) {
		r.queue.Fail = func(call string) error {
			if call == "DeleteMessageBatch" && calls.Add(1) <= 3 {
				return errDown
			}
			return nil
		}
		// One third goes at once, one fails once, one twice.
		var mu sync.Mutex
		failures, tries := map[string]int{}, map[string]int{}
		r.queue.FailEntry = func(call, handle string) bool {
			if call != "DeleteMessageBatch" {
				return false
			}
			mu.Lock()
			defer mu.Unlock()
			if entries.Add(1); tries[handle] == 0 {
				failures[handle] = len(failures) % 3
			}
			tries[handle]++
			return tries[handle] <= failures[handle]
		}
	}, func(t *testing.T, r *rig) {
		for i := range 100 {
			r.queue.Send(message(r.created(fmt.Sprintf("in/%d.csv", i), "e", 1)))
		}
		r.done(r.take()...)
		wait(2 * time.Minute)
		if st := r.source.Stats(); r.queue.Len() != 0 || st.Deleted != 100 || st.Received != 100 {
			t.Errorf("%d left, %+v", r.queue.Len(), st)
		}
		if n := entries.Load(); n > 200 {
			t.Errorf("%d entries for 100 messages", n)
		}
	})
	// A queue that takes no deletes for an hour: the messages come again, are
	// answered by the ledger, and are deleted in the end.
	var down atomic.Bool
	down.Store(true)
	inBubble(t, sqs.Config{}, func(r *rig) {
		r.queue.MaxReceives = 1000
		r.queue.Fail = func(call string) error {
			if call == "DeleteMessageBatch" && down.Load() {
				return errDown
			}
			return nil
		}
	}, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		for range 60 {
			r.done(r.take()...)
			wait(time.Minute)
		}
		down.Store(false)
		r.done(r.take()...)
		wait(2 * time.Minute)
		r.done(r.take()...)
		r.wantLen(0)
		if n := r.queue.Calls("DeleteMessageBatch"); n > 60*maxPerMinute {
			t.Errorf("%d requests in an hour", n)
		}
	})
}

// maxPerMinute is how many requests of one kind to a queue that is down are
// no busy loop.
const maxPerMinute = 40

// a queue that answers nothing but errors is asked again, ever more
// seldom, and what it says is logged; when it is back all goes on.
func TestQ21Q22Down(t *testing.T) {
	for _, err := range []error{&types.OverLimit{}, &smithy.GenericAPIError{Code: "AccessDenied", Message: "no"}, &types.QueueDoesNotExist{}, errDown} {
		var down atomic.Bool
		inBubble(t, sqs.Config{}, func(r *rig) {
			r.queue.Fail = func(call string) error {
				if down.Load() {
					return err
				}
				return nil
			}
		}, func(t *testing.T, r *rig) {
			r.queue.Send(message(r.created("in/a.csv", "e", 1)))
			ids := r.wantTaken("in/a.csv")
			down.Store(true)
			r.queue.Send(message("{}")) // wakes one receiver
			wait(10 * time.Minute)
			if n := r.queue.Calls("ReceiveMessage"); n > 10*maxPerMinute {
				t.Errorf("%v: %d requests in ten minutes", err, n)
			}
			if !strings.Contains(r.log.String(), "a request to the queue failed") {
				t.Errorf("%v is not logged", err)
			}
			down.Store(false)
			r.queue.Send(message(r.created("in/b.csv", "e", 1)))
			wait(30 * second)
			r.done(append(ids, r.wantTaken("in/b.csv")...)...)
			wait(time.Minute)
			r.wantTaken()
			if r.queue.Len() != 0 {
				t.Errorf("%v: %d left", err, r.queue.Len())
			}
		})
	}
}

// what is wrong at the start ends it, named.
func TestQ22Check(t *testing.T) {
	q := sqstest.New()
	q.Fail = func(string) error { return &smithy.GenericAPIError{Code: "AccessDenied"} }
	s := sqs.New(q, sqs.Config{Queue: "https://sqs.x/1/q"})
	err := s.Pages(t.Context(), nil)
	if abstract.ClassOf(err) != abstract.Permanent || !strings.Contains(err.Error(), "sqs:GetQueueAttributes") {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for receives, want := range map[int]string{0: "no redrive policy", 3: "maxReceiveCount is small", 5: ""} {
		q, log := sqstest.New(), &logged{}
		q.MaxReceives = receives
		if err := sqs.New(q, sqs.Config{Queue: "https://sqs.x/1/q", Logger: slog.New(slog.NewTextHandler(log, nil))}).Check(t.Context()); err != nil {
			t.Error(err)
		}
		if text := log.String(); !strings.Contains(text, want) || want == "" && text != "" {
			t.Errorf("maxReceiveCount %d: logged %q", receives, text)
		}
	}
}

// While the engine is busy no more is received than may be held.
func TestBackpressure(t *testing.T) {
	inBubble(t, sqs.Config{Hold: 64}, func(r *rig) { r.block = make(chan struct{}) }, func(t *testing.T, r *rig) {
		for i := range 1000 {
			r.queue.Send(message(r.created(fmt.Sprintf("in/%d.csv", i), "e", 1)))
		}
		wait(time.Hour)
		if st := r.source.Stats(); st.Held > 64 || st.Received > 64 || st.Duplicates > 0 {
			t.Errorf("%+v", st)
		}
		close(r.block)
		for r.queue.Len() > 0 {
			r.done(r.take()...)
			wait(second / 10)
			if held := r.source.Stats().Held; held > 64 {
				t.Fatalf("%d are held", held)
			}
		}
		if st := r.source.Stats(); st.Received != 1000 {
			t.Errorf("%+v", st)
		}
	})
}

// C-14: when told to stop, nothing more is received; what was not taken goes
// back at once, what becomes durable in the grace period is deleted, and the
// rest goes back when it is over.
func TestStop(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)), message(r.created("in/b.csv", "e", 1)))
		ids := r.wantTaken("in/a.csv", "in/b.csv")
		r.mu.Lock()
		r.block = make(chan struct{})
		r.mu.Unlock()
		for i := range 30 {
			r.queue.Send(message(r.created(fmt.Sprintf("in/%d.csv", i), "e", 1)))
		}
		synctest.Wait()
		r.stop()
		synctest.Wait()
		wait(second)
		if n := r.queue.Visible(); n != 30 {
			t.Errorf("%d messages went back, want 30", n)
		}
		wait(5 * time.Minute) // still being committed, and still held
		if n := r.queue.Visible(); n != 30 {
			t.Errorf("%d messages are visible after a while, want 30", n)
		}
		r.done(ids[0])
		r.end()
		if n := r.queue.Len(); n != 31 || r.queue.Visible() != 31 {
			t.Errorf("%d messages are left, %d of them visible; want 31", n, r.queue.Visible())
		}
	})
}

// A queue that does not answer when it is closed does not keep anybody.
func TestCloseIsBounded(t *testing.T) {
	var down atomic.Bool
	inBubble(t, sqs.Config{}, func(r *rig) {
		r.queue.Fail = func(call string) error {
			if down.Load() {
				return errDown
			}
			return nil
		}
	}, func(t *testing.T, r *rig) {
		for i := range 1000 {
			r.queue.Send(message(r.created(fmt.Sprintf("in/%d.csv", i), "e", 1)))
		}
		r.done(r.take()[:500]...)
		down.Store(true)
		begun := time.Now()
		r.end()
		if took := time.Since(begun); took > 11*second {
			t.Errorf("it took %s", took)
		}
	})
}

// An error of the engine ends following, comes back as it is, and gives back
// what was not taken.
func TestPageError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sqstest.New()
		r := &rig{t: t, queue: q, store: &store{objects: map[string]object.Info{}}}
		q.Send(message(r.created("in/a.csv", "e", 1)), message(r.created("in/b.csv", "e", 1)))
		s := sqs.New(q, sqs.Config{Queue: "https://sqs.x/1/q", Places: place(t, r.store), Logger: slog.New(slog.DiscardHandler)})
		broken := errors.New("broken")
		err := s.Pages(t.Context(), func(context.Context, object.Bucket, []object.Info) error { return broken })
		if err != broken {
			t.Errorf("%v", err)
		}
		if err := s.Close(); err != nil || q.Visible() != 2 {
			t.Errorf("%v, %d messages are visible, want 2", err, q.Visible())
		}
	})
}

// Any order, and everything twice: each object is delivered until it is done,
// and the queue ends empty.
func TestRandom(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	order, fail := sqstest.Shuffled(seed), sqstest.Shuffled(seed+1)
	inBubble(t, sqs.Config{Hold: 100}, func(r *rig) { r.queue.Order = order; r.queue.MaxReceives = 1000 }, func(t *testing.T, r *rig) {
		loaded := map[abstract.ObjectID]int{}
		for i := range 500 {
			body := message(r.created(fmt.Sprintf("in/%d.csv", i), "e", 1), r.created(fmt.Sprintf("in/%d.csv", i/2), "e", 1))
			r.queue.Redeliver(r.queue.Send(body, body))
		}
		for r.queue.Len() > 0 {
			for _, id := range r.take() {
				switch {
				case loaded[id] == 0 && fail(4) == 0:
					r.failed(id, false)
				default:
					loaded[id]++
					r.done(id)
				}
			}
			wait(second)
		}
		if len(loaded) != 500 {
			t.Errorf("%d objects are loaded, want 500", len(loaded))
		}
	})
}

// A store that does not answer at the start is waited for; a bucket that may
// not be looked at ends it.
func TestStoreIsDownAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		location, err := source.Parse("s3://b/in")
		if err != nil {
			t.Fatal(err)
		}
		down := &store{objects: map[string]object.Info{}, fail: abstract.WithClass(abstract.Transient, errDown)}
		queue := sqstest.New()
		queue.Send(message(event("ObjectCreated:Put", "b", "in/a.csv", "e", 1)))
		s := sqs.New(queue, sqs.Config{Queue: "https://sqs.x/1/q", Places: []source.Place{{Bucket: down, Location: location}},
			Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
		forbidden := errors.New("403")
		go func() {
			wait(10 * time.Minute)
			if n := queue.Calls("ReceiveMessage"); n != 0 {
				t.Errorf("%d requests for messages that nobody could tell the meaning of", n)
			}
			down.breakWith(forbidden)
		}()
		begun := time.Now()
		if err := s.Pages(t.Context(), nil); !errors.Is(err, forbidden) || time.Since(begun) > 11*time.Minute {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

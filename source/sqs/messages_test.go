package sqs_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/source/sqs"
)

// the same message again after it was deleted is loaded by nobody, and
// deleted again.
func TestQ01Q03Duplicates(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		body := message(r.created("in/a.csv", "e", 1))
		r.queue.Send(body)
		id := r.wantTaken("in/a.csv")[0]
		r.done(id)
		r.wantLen(0)
		r.queue.Send(body) // SQS tells of it again, under another id or the same
		r.done(r.wantTaken("in/a.csv")[0])
		r.wantLen(0)
		// two messages at the same time: delivered once, both deleted.
		r.queue.Send(body, body)
		r.done(r.wantTaken("in/a.csv")...)
		r.wantLen(0)
		// The second one comes while the first is being loaded.
		r.queue.Send(body)
		id = r.wantTaken("in/a.csv")[0]
		r.queue.Send(body)
		r.wantTaken()
		r.done(id, id) // and Done may be told twice
		r.wantLen(0)
	})
}

// a message that comes again while it is held is not delivered again, and
// is deleted by its latest handle: the double ignores older ones.
func TestQ02SameMessageInFlight(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		m := r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		id := r.wantTaken("in/a.csv")[0]
		r.queue.Redeliver(m)
		r.wantTaken()
		if st := r.source.Stats(); st.Received != 2 || st.Duplicates != 1 || st.Held != 1 {
			t.Errorf("%+v", st)
		}
		r.done(id)
		r.wantLen(0)
		// It comes again in the moment between Done and the delete.
		m = r.queue.Send(message(r.created("in/b.csv", "e", 1)))
		r.done(r.wantTaken("in/b.csv")...)
		r.queue.Redeliver(m)
		r.wantTaken()
		r.wantLen(0)
	})
}

// a message comes again while it is being deleted. The queue takes the old
// handle and deletes nothing; so it is deleted by the new one, too.
func TestQ02ReceivedWhileDeleted(t *testing.T) {
	var id atomic.Value
	inBubble(t, sqs.Config{}, func(r *rig) {
		r.queue.Fail = func(call string) error {
			if call == "DeleteMessageBatch" {
				if m, ok := id.Swap("").(string); ok && m != "" {
					r.queue.Redeliver(m)
					wait(second)
				}
			}
			return nil
		}
	}, func(t *testing.T, r *rig) {
		m := r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		ids := r.wantTaken("in/a.csv")
		id.Store(m)
		r.done(ids...)
		wait(2 * second)
		r.wantTaken()
		r.wantLen(0)
		if st := r.source.Stats(); st.Duplicates != 1 || st.Deleted != 1 {
			t.Errorf("%+v", st)
		}
	})
}

// two generations of one key. The engine takes one at a time; the other
// is delivered when the first was answered. The older one is superseded.
func TestQ04Generations(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		older := event("ObjectCreated:Put", "b", "in/a.csv", "old", 1)
		newer := r.created("in/a.csv", "new", 2)
		r.queue.Send(message(newer))
		first := r.wantTaken("in/a.csv")[0]
		r.queue.Send(message(older))
		r.wantTaken("in/a.csv")
		r.done(first)
		second := r.wantTaken("in/a.csv")[0] // again: the engine may have left it out
		if second.Generation != "old:1" {
			t.Errorf("delivered %+v", second)
		}
		r.failed(second, false)
		r.wantLen(0)
		if st := r.source.Stats(); st.Superseded != 1 || st.Deleted != 2 || st.Released != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// S-32: what needs no loading is deleted by rule.
func TestQ10Q15Skipped(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send(`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`,
			message(event("ObjectRemoved:Delete", "b", "in/a.csv", "", 0)),
			message(event("s3:ObjectTagging:Put", "b", "in/a.csv", "e", 1)),
			message(event("ObjectCreated:Put", "b", "in/a.txt", "e", 1)),
			message(event("ObjectCreated:Put", "b", "out/a.csv", "e", 1)),
			message(event("ObjectCreated:Put", "b", "in/_tmp/a.csv", "e", 1)),
			message(event("ObjectCreated:Put", "b", "in/dir.csv/", "e", 0)),
		)
		r.wantTaken()
		r.wantLen(0)
		if st := r.source.Stats(); st.TestEvents != 1 || st.Skipped != 6 || st.Deleted != 7 {
			t.Errorf("%+v", st)
		}
	})
}

// what cannot be understood, or is of another bucket, is not
// deleted: the redrive policy takes it away soon, named in the log once.
func TestQ11Q16Refused(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send("nonsense", `{"Records":[]}`, message(event("ObjectCreated:Put", "other", "in/a.csv", "e", 1)), message(r.created("in/a.csv", "e", 1)))
		r.done(r.wantTaken("in/a.csv")...)
		r.wantLen(3)
		wait(time.Minute)
		r.wantTaken()
		if dead := r.queue.Dead(); len(dead) != 3 || r.queue.Len() != 0 {
			t.Errorf("in the dead-letter queue: %q", dead)
		}
		log := r.log.String()
		if strings.Count(log, "refused") != 3 || !strings.Contains(log, `other`) {
			t.Errorf("logged:\n%s", log)
		}
		if st := r.source.Stats(); st.Foreign == 0 || st.Poison == 0 || st.Deleted != 1 {
			t.Errorf("%+v", st)
		}
	})
	// Without such a policy it stays, and comes ever more seldom.
	inBubble(t, sqs.Config{}, func(r *rig) { r.queue.MaxReceives = 0 }, func(t *testing.T, r *rig) {
		r.queue.Send("nonsense")
		wait(24 * time.Hour)
		if st := r.source.Stats(); r.queue.Len() != 1 || st.Poison < 20 || st.Poison > 60 {
			t.Errorf("%d messages, %+v", r.queue.Len(), st)
		}
	})
}

// an object that fails comes again, less and less often, until the queue
// moves its message to the dead-letter queue.
func TestQ12Failing(t *testing.T) {
	inBubble(t, sqs.Config{}, func(r *rig) { r.queue.MaxReceives = 3 }, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		for i, delay := range []time.Duration{30 * second, 60 * second, 120 * second} {
			r.failed(r.wantTaken("in/a.csv")[0], i > 1)
			wait(second)
			if i < 2 {
				wait(delay/2 - second)
				r.wantTaken()
			}
			wait(delay / 2)
		}
		wait(time.Minute)
		r.wantTaken()
		if len(r.queue.Dead()) != 1 || r.queue.Len() != 0 {
			t.Errorf("dead: %q, %d left", r.queue.Dead(), r.queue.Len())
		}
	})
	// Parked, without a redrive policy: deleted, or it would come for ever.
	inBubble(t, sqs.Config{}, func(r *rig) { r.queue.MaxReceives = 0 }, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		r.failed(r.wantTaken("in/a.csv")[0], true)
		r.wantLen(0)
	})
	// Parked, with one: left to it, soon.
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		for range 20 {
			r.failed(r.wantTaken("in/a.csv")[0], true)
			wait(2 * second)
		}
		if len(r.queue.Dead()) != 1 {
			t.Errorf("%d left", r.queue.Len())
		}
	})
}

// an object that is not there is looked for some more times; then
// there is nothing to be loaded.
func TestQ13Q19Missing(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send(message(event("ObjectCreated:Put", "b", "in/a.csv", "e", 1)))
		for range 2 {
			r.failed(r.wantTaken("in/a.csv")[0], false)
			r.wantLen(1)
			wait(4 * second)
		}
		r.failed(r.wantTaken("in/a.csv")[0], false)
		r.wantLen(0)
		// It appears after a moment.
		r.queue.Send(message(event("ObjectCreated:Put", "b", "in/b.csv", "e", 1)))
		r.failed(r.wantTaken("in/b.csv")[0], false)
		wait(second)
		r.store.put("in/b.csv", "e", 1)
		wait(2 * second)
		r.done(r.wantTaken("in/b.csv")...)
		r.wantLen(0)
	})
}

// MinIO tells no size of empty objects: the store is asked.
func TestStat(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.store.put("in/empty.csv", "e", 0)
		bare := `{"eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"in%2F%s","eTag":"e"}}}`
		r.queue.Send(message(strings.Replace(bare, "%s", "empty.csv", 1)))
		id := r.wantTaken("in/empty.csv")[0]
		if id.Generation != "e:0" {
			t.Errorf("%+v", id)
		}
		r.done(id)
		r.wantLen(0)
		r.queue.Send(message(strings.Replace(bare, "%s", "gone.csv", 1)))
		r.wantTaken()
		wait(30 * second)
		r.wantLen(0)
		// A store that does not answer keeps the message.
		r.store.breakWith(errors.New("503"))
		r.queue.Send(message(strings.Replace(bare, "%s", "empty.csv", 1)))
		r.wantTaken()
		r.wantLen(1)
		r.store.breakWith(nil)
		wait(30 * second)
		r.done(r.wantTaken("in/empty.csv")...)
		r.wantLen(0)
	})
}

// one message, three records. It is deleted, or given back, when all of
// them have a verdict.
func TestQ14Records(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		body := message(r.created("in/a.csv", "e", 1), event("ObjectCreated:Put", "b", "x.txt", "e", 1), r.created("in/b.csv", "e", 1), r.created("in/b.csv", "e", 1))
		r.queue.Send(body)
		ids := r.wantTaken("in/a.csv", "in/b.csv")
		r.done(ids[0])
		r.wantLen(1)
		wait(5 * time.Minute) // and it is held meanwhile
		r.wantTaken()
		r.failed(ids[1], false)
		r.wantLen(1)
		wait(30 * second)
		r.done(r.wantTaken("in/a.csv", "in/b.csv")...)
		r.wantLen(0)
		// Good records are loaded though another one is refused.
		r.queue.Send(message(r.created("in/c.csv", "e", 1), event("ObjectCreated:Put", "other", "k", "e", 1), `{}`))
		r.done(r.wantTaken("in/c.csv")...)
		r.wantLen(1)
	})
}

// a thousand records are one message: one delete, pages of a thousand.
func TestQ25ManyRecords(t *testing.T) {
	inBubble(t, sqs.Config{Hold: 100}, nil, func(t *testing.T, r *rig) {
		var records []string
		for i := range 2500 {
			records = append(records, r.created(fmt.Sprintf("in/%d.csv", i), "e", 1))
		}
		r.queue.Send(message(records...), message(r.created("in/x.csv", "e", 1)))
		ids := r.take()
		r.done(ids[:2400]...)
		r.wantLen(len(ids) - 2499) // with x.csv or without: the first message fills the hold
		r.done(ids[2400:]...)
		r.done(r.take()...)
		r.wantLen(0)
		for _, page := range r.pages {
			if len(page) == 0 || len(page) > 1000 {
				t.Errorf("a page of %d", len(page))
			}
		}
	})
}

// Objects that came from elsewhere are nobody's business here.
func TestUnknownObjects(t *testing.T) {
	inBubble(t, sqs.Config{}, nil, func(t *testing.T, r *rig) {
		r.queue.Send(message(r.created("in/a.csv", "e", 1)))
		ids := r.wantTaken("in/a.csv")
		other := ids[0]
		other.Key = "in/b.csv"
		r.done(other)
		r.failed(other, true)
		if r.store.stats != 0 {
			t.Errorf("the store was asked %d times", r.store.stats)
		}
		r.wantLen(1)
		r.done(ids...)
		r.wantLen(0)
	})
}

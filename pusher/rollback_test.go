package pusher_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

// closingQueue is a queue that refuses everything but has not ended, because
// its AckFunc does not return before the gate is closed.
func closingQueue(t *testing.T, gate <-chan struct{}) *parsequeue.ParseQueue[pusher.Chunk] {
	q := parsequeue.New(nil, 1, durable{}, pusher.Items, func(pusher.Chunk, time.Time, error) error {
		<-gate
		return nil
	})
	if err := q.Add(pusher.Chunk{}); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	go q.Close()
	synctest.Wait()
	return q
}

// K-22: what the queue refuses leaves no trace. That an attempt which was
// begun before is as it was, TestRollbackRestoresTheAttempt shows.
func TestK22ARefusedAddIsRolledBack(t *testing.T) {
	for name, c := range map[string]pusher.Chunk{
		"first": chunk(1, 5), "completed": chunk("last", 5), "empty": chunk("last", 0), "oversize": chunk(1, 500),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				defer close(gate)
				p := pusher.NewParsequeuePusher(closingQueue(t, gate), nil, 100)
				r := &rig{ParsequeuePusher: p, t: t}
				wantErr(t, "Push", p.Push(t.Context(), c), parsequeue.ErrClosed)
				want(t, "state", r.String(), nothing)
				wantErr(t, "WaitEmpty", p.WaitEmpty(t.Context()), nil)
				r.unknown(c)
			})
		})
	}
}

// fullQueue is a queue of one worker that holds as much as it can. inAck runs
// as the first AckFunc while it is full; then all is acked.
func fullQueue(t *testing.T, limit int64, inAck func(p *pusher.ParsequeuePusher)) *rig {
	const depth = 1024
	r, gate, calls := &rig{t: t}, make(chan struct{}), 0
	r.queue = parsequeue.New(nil, 1, durable{}, pusher.Items, func(c pusher.Chunk, _ time.Time, _ error) error {
		if calls++; calls == 1 {
			<-gate
			inAck(r.ParsequeuePusher)
		}
		done, err := r.Ack(c)
		if done != c.Completed {
			t.Errorf("Ack(%v) = %v", c, done)
		}
		return err
	})
	t.Cleanup(func() { r.queue.Close() })
	r.ParsequeuePusher = pusher.NewParsequeuePusher(r.queue, nil, limit)
	for range depth {
		if err := r.Push(t.Context(), chunk("next", 1)); err != nil {
			t.Fatal(err)
		}
	}
	close(gate)
	synctest.Wait()
	return r
}

func TestK20APushFromTheAckFuncWithAFullQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := fullQueue(t, 0, func(p *pusher.ParsequeuePusher) {
			before := (&rig{ParsequeuePusher: p}).String()
			wantErr(t, "Push", p.Push(t.Context(), chunk("last", 1)), parsequeue.ErrInAck)
			want(t, "state", (&rig{ParsequeuePusher: p}).String(), before)
		})
		want(t, "not complete, as the last chunk was refused", r.String(), nothing+" f[]")
		wantErr(t, "Push again", r.Push(t.Context(), chunk("last", 1)), nil)
		wantErr(t, "WaitEmpty", r.WaitEmpty(t.Context()), nil)
		want(t, "state", r.String(), nothing)
	})
}

func TestK20APushFromTheAckFuncWhenThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := fullQueue(t, 1024, func(p *pusher.ParsequeuePusher) {
			wantErr(t, "Push", p.Push(t.Context(), chunk("last", 1)), parsequeue.ErrInAck)
			wantErr(t, "WaitEmpty", p.WaitEmpty(t.Context()), parsequeue.ErrInAck)
		})
		want(t, "state", r.String(), nothing+" f[]")
	})
}

func TestK20APushFromTheAckFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p *pusher.ParsequeuePusher
		var dones int
		q := parsequeue.New(nil, 1, durable{}, pusher.Items, func(c pusher.Chunk, _ time.Time, _ error) error {
			done, err := p.Ack(c)
			if err != nil {
				return err
			}
			if done {
				dones++
			}
			if n := c.Offset.(int); n < 10 {
				return p.Push(t.Context(), pusher.Chunk{FilePath: "f", Offset: n + 1, Size: 1, Completed: n == 9})
			}
			return nil
		})
		p = pusher.NewParsequeuePusher(q, nil, 1)
		wantErr(t, "Push", p.Push(t.Context(), pusher.Chunk{FilePath: "f", Offset: 0, Size: 1}), nil)
		synctest.Wait()
		wantErr(t, "Close", q.Close(), nil)
		want(t, "done", dones, 1)
	})
}

func TestARefusedChunkIsReleased(t *testing.T) {
	allocated := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer allocated.AssertSize(t, 0)
	withRows := func(c pusher.Chunk) pusher.Chunk {
		b := array.NewRecordBuilder(allocated, abstract.Schema{{Name: "a", Type: abstract.Int64}}.Arrow())
		defer b.Release()
		b.Field(0).(*array.Int64Builder).Append(1)
		c.Items = []abstract.ChangeItem{{Batch: b.NewRecordBatch()}}
		return c
	}
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		defer close(gate)
		p := pusher.NewParsequeuePusher(closingQueue(t, gate), nil, 1)
		for _, p := range []pusher.Pusher{p, pusher.NewSyncPusher(nil)} {
			if err := p.Push(t.Context(), withRows(chunk(1, -1))); err == nil {
				t.Error("a negative size was taken")
			}
		}
		wantErr(t, "Push", p.Push(t.Context(), withRows(chunk(1, 1))), parsequeue.ErrClosed)
	})
}

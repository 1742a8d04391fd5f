package pusher

import (
	"fmt"
	"math"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// The tests in this file look at the state from inside, to leave the queue out
// or to stop between two steps that a Push takes at once.

// begin is a Push up to the moment when the queue is asked.
func begin(tb testing.TB, s *PusherState, c Chunk) *record {
	r := newRecord(s, c)
	if w, err := s.enter(r); w != nil || err != nil {
		tb.Fatalf("not admitted: %v", err)
	}
	return r
}

// push is a whole Push, without the queue.
func push(tb testing.TB, s *PusherState, c Chunk) Chunk {
	c.token = begin(tb, s, c)
	s.accepted(c.token)
	return c
}

func ack(tb testing.TB, s *PusherState, c Chunk, want bool) {
	tb.Helper()
	if done, err := s.settle(c, true); err != nil || done != want {
		tb.Errorf("ack of %v: %v, %v; want %v", c.Offset, done, err, want)
	}
}

func newState(limit int64) *PusherState {
	s := new(PusherState)
	s.init(limit)
	return s
}

func TestTheOwnPartOfPushAndAckAllocatesLittle(t *testing.T) {
	s := newState(0)
	for range 1000 {
		push(t, s, Chunk{FilePath: "f", Size: 1})
	}
	c := Chunk{FilePath: "f", Offset: 1, Size: 1}
	withToken := testing.AllocsPerRun(1000, func() { ack(t, s, push(t, s, c), false) })
	withoutToken := testing.AllocsPerRun(1000, func() { push(t, s, c); ack(t, s, c, false) })
	if withToken > 2 || withoutToken > 2 {
		t.Errorf("%v allocations with a token, %v without", withToken, withoutToken)
	}
}

func TestAnAckMayOvertakeTheReturnOfPush(t *testing.T) {
	s := newState(0)
	old := push(t, s, Chunk{FilePath: "f", Completed: true})
	c := Chunk{FilePath: "f", Completed: true}
	c.token = begin(t, s, c)
	ack(t, s, c, true) // so the queue has taken it
	ack(t, s, old, false)
	s.accepted(c.token)
	if len(s.PushProgress) != 0 || s.chunks != 0 {
		t.Errorf("left: %+v", s.PushProgress)
	}
}

func TestK22RollbackRestoresTheAttempt(t *testing.T) {
	s := newState(0)
	one := push(t, s, Chunk{FilePath: "f", Attempt: 1, Offset: "one", Completed: true})
	two := begin(t, s, Chunk{FilePath: "f", Attempt: 2, Offset: "two"})
	three := begin(t, s, Chunk{FilePath: "f", Attempt: 3, Offset: "three"})
	newest := func(want string) {
		t.Helper()
		if got := fmt.Sprint(s.PushProgress); got != want {
			t.Errorf("progress %s, want %s", got, want)
		}
	}
	newest("map[f:{[three] false}]")
	s.rollback(two)
	newest("map[f:{[three] false}]")
	s.rollback(three)
	newest("map[f:{[one] true}]")
	ack(t, s, one, true)
	newest("map[]")
}

func TestK22RollbackOfACompletedChunkLeavesTheAttemptOpen(t *testing.T) {
	s := newState(0)
	first := push(t, s, Chunk{FilePath: "f"})
	s.rollback(begin(t, s, Chunk{FilePath: "f", Completed: true}))
	ack(t, s, first, false)
	last := push(t, s, Chunk{FilePath: "f", Completed: true})
	ack(t, s, last, true)
}

func TestK22RollbackDoesNotBringBackWhatIsDone(t *testing.T) {
	s := newState(0)
	old := push(t, s, Chunk{FilePath: "f", Completed: true})
	refused := begin(t, s, Chunk{FilePath: "f"})
	ack(t, s, old, true)
	s.rollback(refused)
	if len(s.PushProgress) != 0 || len(s.newest) != 0 {
		t.Errorf("left: %+v", s.PushProgress)
	}
}

func TestK22RollbackOfAChunkThatAWrongAckHit(t *testing.T) {
	s := newState(0)
	c := Chunk{FilePath: "f", Size: 1}
	r := begin(t, s, c)
	ack(t, s, c, false) // by a caller who acked an equal chunk twice
	s.rollback(r)
	if s.chunks != 0 || s.bytes.value() != 0 {
		t.Errorf("%d chunks, %d bytes", s.chunks, s.bytes.value())
	}
}

func TestK22RollbackAdmitsTheNext(t *testing.T) {
	s := newState(1)
	r := begin(t, s, Chunk{FilePath: "f", Size: 1})
	w, _ := s.enter(newRecord(s, Chunk{FilePath: "g", Size: 1}))
	s.rollback(r)
	select {
	case <-w.ready:
	default:
		t.Error("the waiter was not woken")
	}
}

func TestLeavingAfterAdmissionGivesTheRoomBack(t *testing.T) {
	s := newState(1)
	first := push(t, s, Chunk{FilePath: "f", Size: 1})
	cut, _ := s.enter(newRecord(s, Chunk{FilePath: "g", Size: 1}))
	next, _ := s.enter(newRecord(s, Chunk{FilePath: "h", Size: 1}))
	ack(t, s, first, false)
	<-cut.ready // and then the context ended
	s.leave(cut)
	<-next.ready
	if _, ok := s.PushProgress["g"]; ok || s.chunks != 1 {
		t.Errorf("%d chunks, %+v", s.chunks, s.PushProgress)
	}
}

func TestAnAckedTokenHoldsNothing(t *testing.T) {
	s := newState(0)
	c := push(t, s, Chunk{FilePath: "f", Offset: 1, Items: make([]abstract.ChangeItem, 1)})
	ack(t, s, c, false)
	r := c.token
	if r.attempt != nil || r.offset != nil || r.id.items != nil || r.older != nil || r.youngerTwin != nil {
		t.Errorf("%+v", r)
	}
	if s.inFlight.head != nil || s.inFlight.tail != nil || s.inFlight.twins != nil {
		t.Errorf("the index holds %+v", s.inFlight)
	}
}

func TestTally(t *testing.T) {
	var sum tally
	for range 5 {
		sum.add(math.MaxInt64)
	}
	sum.add(7)
	for range 5 {
		if got := sum.value(); got != math.MaxInt64 {
			t.Errorf("%d", got)
		}
		sum.sub(math.MaxInt64)
	}
	if got := sum.value(); got != 7 {
		t.Errorf("%d, want 7", got)
	}
}

// BenchmarkOwnPart is BenchmarkPushAck without the queue.
func BenchmarkOwnPart(b *testing.B) {
	for _, token := range []bool{true, false} {
		for _, inFlight := range []int{10, 1_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("token=%v/inflight=%d", token, inFlight), func(b *testing.B) {
				s := newState(0)
				items := make([]abstract.ChangeItem, inFlight)
				chunks := make([]Chunk, inFlight)
				keep := func(i int, c Chunk) {
					chunks[i] = push(b, s, c)
					if !token {
						chunks[i].token = nil
					}
				}
				for i := range chunks {
					keep(i, Chunk{FilePath: "s3://bucket/dir/file.csv", Size: 1, Items: items[i : i+1]})
				}
				if !token {
					s.inFlight.oldest(identity{}) // builds the index before the clock runs
				}
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.settle(chunks[i], true); err != nil {
						b.Fatal(err)
					}
					keep(i, chunks[i])
					if i++; i == inFlight {
						i = 0
					}
				}
			})
		}
	}
}

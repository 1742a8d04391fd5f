package parsequeue_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

// outcome is what befalls a datum.
type outcome int

const (
	stored outcome = iota
	parseFile
	parseSession
	pushFile
	pushSession
	ackFails
)

// slowSink answers each push after a while, in any order, as planned.
type slowSink struct {
	plan   []outcome
	delays []time.Duration
	next   []int // what was pushed
}

func (s *slowSink) AsyncPush(items []abstract.ChangeItem) <-chan error {
	var n int
	fmt.Sscan(items[0].Table, &n)
	s.next = append(s.next, n)
	answer := make(chan error, 1)
	time.AfterFunc(s.delays[n], func() {
		switch s.plan[n] {
		case pushFile:
			answer <- errFile
		case pushSession:
			answer <- errSession
		default:
			answer <- nil
		}
	})
	return answer
}
func (s *slowSink) Close() error { return nil }

// TestEveryDatumIsAnsweredOnceAndInOrder runs random plans with random delays
// against the contract in the package comment.
func TestEveryDatumIsAnsweredOnceAndInOrder(t *testing.T) {
	for range 100 {
		seed := rand.Uint64()
		synctest.Test(t, func(t *testing.T) { runPlan(t, seed) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func runPlan(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	delay := func() time.Duration { return time.Duration(random.IntN(50)) * time.Millisecond }
	s := &slowSink{}
	var parseDelays []time.Duration
	for range 1 + random.IntN(40) {
		o := stored
		if random.IntN(8) == 0 {
			o = outcome(random.IntN(int(ackFails) + 1))
		}
		s.plan = append(s.plan, o)
		s.delays = append(s.delays, delay())
		parseDelays = append(parseDelays, delay())
	}
	var answered []int
	var answers []error
	q := parsequeue.New(nil, 1+random.IntN(4), s,
		func(ctx context.Context, n int) ([]abstract.ChangeItem, error) {
			time.Sleep(parseDelays[n])
			switch s.plan[n] {
			case parseFile:
				return nil, errFile
			case parseSession:
				return nil, errSession
			}
			return item(ctx, n)
		},
		func(n int, _ time.Time, err error) error {
			answered, answers = append(answered, n), append(answers, err)
			if s.plan[n] == ackFails {
				return errSession
			}
			return nil
		})
	accepted := 0
	for n := range s.plan {
		if q.Add(n) != nil {
			break
		}
		accepted++
	}
	err := q.Close()

	want(t, "answered", len(answered), accepted)
	want(t, "answered in order", slices.IsSorted(answered), true)
	want(t, "pushed in order", slices.IsSorted(s.next), true)
	failed := false
	for i, n := range answered {
		switch {
		case failed, s.plan[n] == pushSession, s.plan[n] == parseSession:
			failed = true
			wantErr(t, fmt.Sprint("answer ", n), answers[i], errSession)
		case s.plan[n] == pushFile, s.plan[n] == parseFile:
			wantErr(t, fmt.Sprint("answer ", n), answers[i], errFile)
		default:
			want(t, fmt.Sprint("answer ", n), answers[i], nil)
		}
		failed = failed || s.plan[n] == ackFails
	}
	want(t, "failed", err != nil, failed)
}

// TestK24NoGoroutineIsLeft leaves it to the bubble to find one.
func TestK24NoGoroutineIsLeft(t *testing.T) {
	for name, parse := range map[string]parsequeue.ParseFunc[int]{
		"all well": item, "a bad file": failAt(2, errFile), "a failure": failAt(2, errSession),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := parsequeue.New(nil, 8, &sink{stores: true}, parse, (&acks{}).ack)
				for n := range 5 {
					q.Add(n) // refused after the failure
				}
				q.Close()
			})
		})
	}
}

package poll_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/source/sourcetest"
)

// newStore is a bucket with the first n of keys that grow.
func newStore(n int) *sourcetest.Bucket {
	s := sourcetest.NewBucket("mem://b")
	s.Put(keys(0, n)...)
	return s
}

// key is the nth of keys that grow.
func key(n int) string { return fmt.Sprintf("in/%07d", n) }

func keys(from, to int) (list []string) {
	for n := from; n < to; n++ {
		list = append(list, key(n))
	}
	return list
}

// unordered is a store that turns out to have no order.
type unordered struct{ *sourcetest.Bucket }

func (u unordered) ListAfter(context.Context, string, string, func([]object.Info) error) error {
	return abstract.WithClass(abstract.Permanent, fmt.Errorf("list: %w", object.ErrUnordered))
}

// polled is what a source has delivered.
type polled struct {
	t      *testing.T
	bucket object.Bucket
	texts  []string
	config poll.Config
	found  map[string][]time.Duration // when each key was delivered
}

// run polls for a while, doing at its time what is to be done.
func (p *polled) run(d time.Duration, at map[time.Duration]func()) error {
	p.t.Helper()
	var places []source.Place
	for _, text := range p.texts {
		l, err := source.Parse(text)
		if err != nil {
			p.t.Fatal(err)
		}
		places = append(places, source.Place{Bucket: p.bucket, Location: l})
	}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	for when, do := range at {
		defer time.AfterFunc(when, do).Stop()
	}
	p.found = map[string][]time.Duration{}
	return poll.New(snapshot.New(places...), p.config).Pages(ctx, func(_ context.Context, b object.Bucket, infos []object.Info) error {
		if len(infos) == 0 || len(infos) > 1000 || b != p.bucket {
			p.t.Errorf("a page of %d of %v", len(infos), b)
		}
		for _, info := range infos {
			p.found[info.Key] = append(p.found[info.Key], time.Since(begun))
		}
		return nil
	})
}

// first is when a key was delivered, -1 if never.
func (p *polled) first(key string) time.Duration {
	if len(p.found[key]) == 0 {
		return -1
	}
	return p.found[key][0]
}

func lookingBack(t *testing.T, s *sourcetest.Bucket, texts ...string) *polled {
	if len(texts) == 0 {
		texts = []string{"mem://b/in/"}
	}
	return &polled{t: t, bucket: s, texts: texts,
		config: poll.Config{Interval: 10 * time.Second, LookBack: 2000, Reconcile: 10 * time.Minute}}
}

// at is shortly before a listing, so that it finds what is put then.
func at(d time.Duration) time.Duration { return d - time.Millisecond }

// TestLookBackCost: a pass lists what is looked back and a page at most, and
// the whole now and then (S-28).
func TestLookBackCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(10_500)
		p := lookingBack(t, s)
		var before, after int
		err := p.run(at(11*time.Minute), map[time.Duration]func(){
			at(10 * time.Second): func() { before = s.Requests() },
			at(10 * time.Minute): func() { after = s.Requests() },
		})
		if !errors.Is(err, context.DeadlineExceeded) || before != 11 || after-before != 59*3 {
			t.Errorf("%d requests for the first pass, %d for the next 59, %v; want 11 and 3 each", before, after-before, err)
		}
		if whole := s.Requests() - after; whole != 11+5*3 {
			t.Errorf("%d requests in the minute of the reconcile", whole)
		}
		if n := len(p.found[key(0)]); n != 2 {
			t.Errorf("the first key came %d times, want twice", n)
		}
		if n := len(p.found[key(10_499-2000)]); n != 66 {
			t.Errorf("the key as far back as is looked came %d times, want 66", n)
		}
	})
}

// TestLookBackFinds is what may arrive where and when. Nothing is lost, and
// what sorts within the look-back or behind it is found by the next listing.
func TestLookBackFinds(t *testing.T) {
	const next, reconciled = 30 * time.Second, 10 * time.Minute
	for _, c := range []struct {
		name  string
		texts []string
		at    time.Duration // the last listing that does not see it is before
		do    func(s *sourcetest.Bucket)
		want  map[string]time.Duration
	}{
		{name: "new keys, many at once", do: func(s *sourcetest.Bucket) { s.Put(keys(10_000, 20_000)...) },
			want: map[string]time.Duration{key(10_000): next, key(19_999): next}},
		{name: "S24 a late key within the look-back", do: func(s *sourcetest.Bucket) { s.Put(key(8_500) + "x") },
			want: map[string]time.Duration{key(8_500) + "x": next}},
		{name: "S24 a late key before it", do: func(s *sourcetest.Bucket) { s.Put(key(500) + "x") },
			want: map[string]time.Duration{key(500) + "x": reconciled}},
		{name: "S24 a key that sorts first", do: func(s *sourcetest.Bucket) { s.Put("in/!") },
			want: map[string]time.Duration{"in/!": reconciled}},
		{name: "S22 the tail is deleted, then goes on", do: func(s *sourcetest.Bucket) {
			s.Delete(func(k string) bool { return k >= key(5_000) })
			s.Put(key(9_000) + "y")
			s.Put(key(6_000) + "y")
		}, want: map[string]time.Duration{key(9_000) + "y": next, key(6_000) + "y": reconciled}},
		{name: "S22 everything is deleted", do: func(s *sourcetest.Bucket) {
			s.Delete(func(string) bool { return true })
			s.Put(key(1) + "z")
			s.Put(key(10_001))
		}, want: map[string]time.Duration{key(10_001): next, key(1) + "z": reconciled}},
		{name: "S31 partitions, each with its tail", texts: []string{"mem://b/in/", "mem://b/a=1/", "mem://b/**/*x"}, do: func(s *sourcetest.Bucket) {
			s.Put("a=1/0001x")
			s.Put(key(10_001))
		}, want: map[string]time.Duration{"a=1/0001x": next, key(10_001): next}},
		{name: "S31 a place within the tail of another", texts: []string{"mem://b/**", "mem://b/a=1/"}, do: func(s *sourcetest.Bucket) {
			s.Put("a=1/0001x")
		}, want: map[string]time.Duration{"a=1/0001x": next}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(10_000)
				p := lookingBack(t, s, c.texts...)
				err := p.run(reconciled+30*time.Second, map[time.Duration]func(){at(next): func() { c.do(s) }})
				for key, want := range c.want {
					if got := p.first(key); got != want {
						t.Errorf("%s came after %v, want %v", key, got, want)
					}
				}
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			})
		})
	}
}

// TestLookBackAfterRestart: another process begins with everything; nothing
// remembers where the last one was (S-24, C-01).
func TestLookBackAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(10_000)
		p := lookingBack(t, s)
		_ = p.run(35*time.Second, map[time.Duration]func(){at(30 * time.Second): func() { s.Put("in/!") }})
		if got := p.first("in/!"); got != -1 {
			t.Errorf("a key that sorts first came after %v", got)
		}
		_ = p.run(5*time.Second, nil)
		if got := p.first("in/!"); got != 0 {
			t.Errorf("it came %v after the restart", got)
		}
	})
}

// TestLookBackPagesThatFail: a listing that breaks off half-way says nothing of
// where the end is. It is done again, and what was found comes again.
func TestLookBackPagesThatFail(t *testing.T) {
	broken := abstract.WithClass(abstract.Transient, errors.New("slow down"))
	for _, c := range []struct {
		name  string
		fails []int // requests
		at    time.Duration
		put   string
		want  time.Duration
	}{
		// The first listing has 10 pages, and the tails have 2.
		{"the first whole listing", []int{5}, 5 * time.Second, "in/!", 10 * time.Second},
		{"twice", []int{5, 10}, 15 * time.Second, "in/!", 20 * time.Second},
		{"a reconcile", []int{10 + 59*2 + 3}, 5 * time.Minute, key(5_500) + "x", 10*time.Minute + 10*time.Second},
		{"a tail's second page", []int{12}, 15 * time.Second, key(10_001), 20 * time.Second},
		{"a tail's second page, a key on its first", []int{12}, 5 * time.Second, key(8_001) + "x", 20 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(10_000)
				s.Request = func(request int) error {
					if slices.Contains(c.fails, request) {
						return broken
					}
					return nil
				}
				p := lookingBack(t, s)
				err := p.run(12*time.Minute, map[time.Duration]func(){c.at: func() { s.Put(c.put) }})
				if got := p.first(c.put); got != c.want || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%q came after %v, want %v; %v", c.put, got, c.want, err)
				}
				if len(p.found) != 10_001 {
					t.Errorf("%d keys", len(p.found))
				}
			})
		})
	}
}

// TestReconcileDoesNotHoldUpTheEnds: a whole listing of thirty pages, each
// of which takes two seconds, is interleaved with the ends; and one that never
// comes to its end does not keep new keys from being found.
func TestReconcileDoesNotHoldUpTheEnds(t *testing.T) {
	for _, breaks := range []bool{false, true} {
		t.Run(fmt.Sprintf("breaks %v", breaks), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(30_000)
				p := lookingBack(t, s)
				pages := 0
				s.Request = func(int) error {
					time.Sleep(2 * time.Second)
					if _, listed := p.found[key(29_999)]; !listed || !breaks {
						return nil
					}
					if pages++; pages%9 == 0 { // never the first pages of a tail alone
						return abstract.WithClass(abstract.Transient, errors.New("slow down"))
					}
					return nil
				}
				put := map[time.Duration]func(){}
				for i := range 60 {
					when := 10*time.Minute + time.Duration(i)*10*time.Second
					put[when] = func() { s.Put(key(30_000 + i)) }
				}
				_ = p.run(21*time.Minute, put)
				t.Logf("%d requests", s.Requests())
				for i := range 60 {
					when := 10*time.Minute + time.Duration(i)*10*time.Second
					if got := p.first(key(30_000 + i)); got < 0 || got-when > 40*time.Second {
						t.Errorf("the key of %v came after %v", when, got-when)
					}
				}
			})
		})
	}
}

// S-29: a store without order is listed whole each time.
func TestLookBackWithoutOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(3_000)
		p := lookingBack(t, s)
		p.bucket = unordered{s}
		err := p.run(25*time.Second, map[time.Duration]func(){at(10 * time.Second): func() { s.Put("in/!") }})
		if got := p.first("in/!"); got != 10*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("came after %v, %v", got, err)
		}
	})
}

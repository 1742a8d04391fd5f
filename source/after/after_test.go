package after

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/pause"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// log is what has happened, in its order.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *log) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := l.lines
	l.lines = nil
	return lines
}

// store is a bucket whose objects can be disposed of. What comes of it do
// decides.
type store struct {
	object.Bucket
	log *log
	do  func(ctx context.Context, id abstract.ObjectID) error
}

func (*store) Name() string { return "s3://b" }

func (s *store) act(ctx context.Context, name string, id abstract.ObjectID) error {
	if s.do != nil {
		if err := s.do(ctx, id); err != nil {
			s.log.add("%s failed", name)
			return err
		}
	}
	s.log.add("%s", name)
	return nil
}

func (s *store) Remove(ctx context.Context, id abstract.ObjectID) error {
	return s.act(ctx, "remove "+id.Key, id)
}

func (s *store) Move(ctx context.Context, id abstract.ObjectID, key string) error {
	return s.act(ctx, "move "+id.Key+" to "+key, id)
}

func (s *store) Tag(ctx context.Context, id abstract.ObjectID, key, value string) error {
	return s.act(ctx, "tag "+id.Key+" "+key+":"+value, id)
}

// inner is a source that tells what it is told.
type inner struct {
	source.Source
	log *log
}

func (i inner) Done(_ context.Context, id abstract.ObjectID) error {
	i.log.add("done %s", id.Key)
	return nil
}

func (i inner) Failed(_ context.Context, id abstract.ObjectID, _ error, _ bool) error {
	i.log.add("failed %s", id.Key)
	return nil
}

// rig is a source under test.
type rig struct {
	*Source
	*log
	store *store
	stop  context.CancelFunc
}

// inBubble runs a test with the action, in a bubble of time.
func inBubble(t *testing.T, action string, run func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &log{}
		r := &rig{log: l, store: &store{log: l}}
		a, err := Parse(action)
		if err != nil {
			t.Fatal(err)
		}
		list := []source.Place{{Bucket: r.store, Location: locate(t, "s3://b/in/")}}
		if err := Check(a, list); err != nil {
			t.Fatal(err)
		}
		var ctx context.Context
		ctx, r.stop = context.WithCancel(t.Context())
		defer r.stop()
		r.Source = New(ctx, inner{log: l}, Config{Action: a, Places: list, Grace: 10 * time.Second, Failed: func(id abstract.ObjectID, err error) {
			l.add("report %s: %v", id.Key, err)
		}})
		run(t, r)
		r.Close()
		if n := r.Stats().Pending; n != 0 {
			t.Errorf("%d are pending after the end", n)
		}
	})
}

func locate(t *testing.T, text string) source.Location {
	t.Helper()
	l, err := source.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func id(key string) abstract.ObjectID {
	return abstract.ObjectID{Bucket: "s3://b", Key: key, Generation: "g"}
}

func (r *rig) done(t *testing.T, key string) {
	t.Helper()
	if err := r.Done(t.Context(), id(key)); err != nil {
		t.Error(err)
	}
}

// want waits until all that can happen now has happened, and compares.
func (r *rig) want(t *testing.T, lines ...string) {
	t.Helper()
	synctest.Wait()
	if got := r.take(); !slices.Equal(got, lines) {
		t.Errorf("%q\nwant %q", got, lines)
	}
}

// P4: only what is done is acted on, and the source within is told after that.
func TestP4ActsOnlyWhenDone(t *testing.T) {
	for action, line := range map[string]string{
		"delete": "remove in/a/b", "move=old": "move in/a/b to old/a/b", "tag=state:loaded": "tag in/a/b state:loaded",
	} {
		inBubble(t, action, func(t *testing.T, r *rig) {
			if err := r.Failed(t.Context(), id("in/c"), errors.New("bad"), true); err != nil {
				t.Error(err)
			}
			r.want(t, "failed in/c")
			r.done(t, "in/a/b")
			r.want(t, line, "done in/a/b")
			if s := r.Stats(); s != (Stats{Acted: 1}) {
				t.Errorf("%+v", s)
			}
		})
	}
}

// C-10: what may pass is tried again; an object is acted on by one at a time.
func TestTriedAgain(t *testing.T) {
	inBubble(t, "delete", func(t *testing.T, r *rig) {
		left := 2
		r.store.do = func(context.Context, abstract.ObjectID) error {
			if left--; left >= 0 {
				return abstract.WithClass(abstract.Transient, errors.New("busy"))
			}
			return nil
		}
		r.done(t, "in/a")
		r.want(t, "remove in/a failed")
		r.done(t, "in/a") // delivered again meanwhile
		r.want(t)
		time.Sleep(firstWait)
		r.want(t, "remove in/a failed")
		time.Sleep(2 * firstWait)
		r.want(t, "remove in/a", "done in/a")
	})
}

// What fails is reported before the source within is told, left alone for a
// while although it is delivered again and again, and then tried again.
func TestFailureIsReportedAndRests(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		tries int
	}{
		"permission": {abstract.WithClass(abstract.FileOnly, errors.New("denied")), 1},
		"busy":       {abstract.WithClass(abstract.Transient, errors.New("denied")), maxTries},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, "delete", func(t *testing.T, r *rig) {
				r.store.do = func(context.Context, abstract.ObjectID) error { return c.err }
				var lines []string
				for range c.tries {
					lines = append(lines, "remove in/a failed")
				}
				lines = append(lines, "report in/a: denied", "done in/a")
				r.done(t, "in/a")
				time.Sleep(time.Minute)
				r.want(t, lines...)
				r.done(t, "in/a")
				r.want(t, "done in/a")
				time.Sleep(restTime)
				r.store.do = nil
				r.done(t, "in/a")
				r.want(t, "remove in/a", "done in/a")
				if s := r.Stats(); s.Failed != 1 || s.Acted != 1 {
					t.Errorf("%+v", s)
				}
			})
		})
	}
}

// S-13: a newer generation is no failure: it has a verdict of its own.
func TestReplaced(t *testing.T) {
	inBubble(t, "delete", func(t *testing.T, r *rig) {
		r.store.do = func(context.Context, abstract.ObjectID) error {
			return abstract.WithClass(abstract.FileOnly, object.ErrChanged)
		}
		r.done(t, "in/a")
		r.want(t, "remove in/a failed", "done in/a")
		if s := r.Stats(); s != (Stats{Replaced: 1}) {
			t.Errorf("%+v", s)
		}
	})
}

// What was written again after it was loaded is not lost: it stays, and is told
// of, once in a while.
func TestWrittenAgain(t *testing.T) {
	for _, action := range []string{"delete", "move=done"} {
		inBubble(t, action, func(t *testing.T, r *rig) {
			for range 2 {
				for range 3 {
					if err := r.Keep(t.Context(), id("in/a")); err != nil {
						t.Error(err)
					}
				}
				r.want(t, "report in/a: "+errAgain.Error(), "done in/a", "done in/a", "done in/a")
				time.Sleep(restTime)
			}
		})
	}
	inBubble(t, "tag=k:v", func(t *testing.T, r *rig) {
		if err := r.Keep(t.Context(), id("in/a")); err != nil {
			t.Error(err)
		}
		r.want(t, "tag in/a k:v", "done in/a")
	})
}

// What is tagged stays, and is not asked for its tags at each listing; what
// was deleted and comes again is deleted again.
func TestDeliveredAgain(t *testing.T) {
	for action, acts := range map[string]bool{"delete": true, "tag=k:v": false} {
		inBubble(t, action, func(t *testing.T, r *rig) {
			r.done(t, "in/a")
			synctest.Wait()
			first := r.take()
			r.done(t, "in/a")
			if !acts {
				first = []string{"done in/a"}
			}
			r.want(t, first...)
		})
	}
}

// No more than so many act, and no more than so many wait: then Done does.
func TestBounded(t *testing.T) {
	inBubble(t, "delete", func(t *testing.T, r *rig) {
		gate := make(chan struct{})
		r.store.do = func(context.Context, abstract.ObjectID) error {
			r.add("begun")
			<-gate
			return nil
		}
		var feeding sync.WaitGroup
		fed := 0
		feeding.Go(func() {
			for i := range mostWaiting + 1 {
				r.done(t, fmt.Sprintf("in/%d", i))
				fed++
			}
		})
		synctest.Wait()
		if begun := r.take(); len(begun) != actors {
			t.Errorf("%d are acted on at the same time, want %d", len(begun), actors)
		}
		if fed != mostWaiting {
			t.Errorf("Done has returned %d times, want %d", fed, mostWaiting)
		}
		close(gate)
		feeding.Wait()
	})
}

// C-18: after the end of the context there is some time to finish; then what is
// under way ends, and is as though the process had ended before.
func TestGrace(t *testing.T) {
	inBubble(t, "delete", func(t *testing.T, r *rig) {
		r.store.do = func(ctx context.Context, id abstract.ObjectID) error {
			d := 5 * time.Second
			if id.Key == "in/slow" {
				d = time.Hour
			}
			return pause.For(ctx, d)
		}
		r.done(t, "in/slow")
		r.done(t, "in/quick")
		begun := time.Now()
		r.stop()
		r.Close()
		if took := time.Since(begun); took != 10*time.Second {
			t.Errorf("it took %v", took)
		}
		r.want(t, "remove in/quick", "done in/quick", "remove in/slow failed")
		if err := r.Done(t.Context(), id("in/late")); !errors.Is(err, context.Canceled) && err != nil {
			t.Error(err)
		}
		if s := r.Stats(); s.Failed != 0 || s.Acted != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// A Done that waits for room ends with the time, too.
func TestGraceEndsDone(t *testing.T) {
	inBubble(t, "delete", func(t *testing.T, r *rig) {
		r.store.do = func(ctx context.Context, _ abstract.ObjectID) error { return pause.For(ctx, time.Hour) }
		for i := range mostWaiting {
			r.done(t, fmt.Sprintf("in/%d", i))
		}
		r.stop()
		begun := time.Now()
		if err := r.Done(t.Context(), id("in/late")); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if took := time.Since(begun); took != 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	var r rests
	now := time.Now()
	for i := range 2 * mostResting {
		r.add(id(fmt.Sprint(i)), now)
	}
	if len(r.until) != mostResting {
		t.Errorf("%d", len(r.until))
	}
	r.add(id("later"), now.Add(restTime))
	if len(r.until) != 1 || !r.has(id("later"), now.Add(restTime)) {
		t.Errorf("%d", len(r.until))
	}
	a := newActed(true)
	for i := range 2 * mostActed {
		a.add(id(fmt.Sprint(i)))
	}
	if len(a.hashes) > mostActed || !a.has(id("0")) || a.has(id("other")) {
		t.Errorf("%d", len(a.hashes))
	}
}

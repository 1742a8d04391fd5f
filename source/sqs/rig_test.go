package sqs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/sqs"
	"github.com/seed-ede61cd5/sluice/source/sqs/sqstest"
)

// store is a bucket that knows nothing but the generations of its objects.
type store struct {
	object.Bucket
	mu      sync.Mutex
	objects map[string]object.Info
	fail    error
	stats   int
}

func (*store) Name() string { return "s3://b" }

func (s *store) Stat(_ context.Context, key string) (object.Info, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats++
	if s.fail != nil {
		return object.Info{}, s.fail
	}
	info, ok := s.objects[key]
	if !ok {
		return object.Info{}, abstract.WithClass(abstract.NotFound, errors.New("it is not there"))
	}
	return info, nil
}

// breakWith makes the store fail, nil mends it.
func (s *store) breakWith(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func (s *store) put(key, etag string, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = object.Info{Key: key, Size: size, Generation: fmt.Sprintf("%s:%d", etag, size)}
}

// rig is a source that follows a double, and an engine that the test plays:
// it takes every page at once and answers when the test says so.
type rig struct {
	t      *testing.T
	queue  *sqstest.Queue
	store  *store
	source *sqs.Source
	log    *logged
	stop   context.CancelFunc
	ended  chan error

	mu    sync.Mutex
	taken []abstract.ObjectID
	pages [][]string
	block chan struct{} // page waits for it to be closed, unless it is nil
}

const second = time.Second

// wait lets the bubble's time pass.
func wait(d time.Duration) { time.Sleep(d) }

// logged collects what is logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// inBubble runs a test with time of its own. prepare may change the queue
// before it is followed; nil changes nothing.
func inBubble(t *testing.T, cfg sqs.Config, prepare func(r *rig), test func(t *testing.T, r *rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, queue: sqstest.New(), store: &store{objects: map[string]object.Info{}}, log: &logged{}, ended: make(chan error, 1)}
		r.queue.MaxReceives = 20
		if prepare != nil {
			prepare(r)
		}
		cfg.Queue = "https://sqs.us-east-1.amazonaws.com/000000000000/q"
		cfg.Logger = slog.New(slog.NewTextHandler(io.MultiWriter(r.log, t.Output()), nil))
		if cfg.Places == nil {
			cfg.Places = place(t, r.store)
		}
		r.source = sqs.New(r.queue, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		r.stop = cancel
		go func() { r.ended <- r.source.Pages(ctx, r.page) }()
		defer r.end() // after a failure, too: nothing may be left in the bubble
		synctest.Wait()
		test(t, r)
	})
}

// place is where the objects must be.
func place(t *testing.T, b object.Bucket) []source.Place {
	t.Helper()
	location, err := source.Parse("s3://b/in/**/*.csv")
	if err != nil {
		t.Fatal(err)
	}
	return []source.Place{{Bucket: b, Location: location}}
}

// end stops following and closes, as the engine does.
func (r *rig) end() {
	r.t.Helper()
	if r.ended == nil {
		return
	}
	r.stop()
	if err := <-r.ended; !errors.Is(err, context.Canceled) {
		r.t.Errorf("following ended with %v", err)
	}
	r.ended = nil
	if err := r.source.Close(); err != nil {
		r.t.Errorf("close: %v", err)
	}
	if held := r.source.Stats().Held; held != 0 {
		r.t.Errorf("%d messages are held after the end", held)
	}
}

func (r *rig) page(ctx context.Context, b object.Bucket, infos []object.Info) error {
	r.mu.Lock()
	var keys []string
	for _, info := range infos {
		r.taken = append(r.taken, object.ID(b, info))
		keys = append(keys, info.Key)
	}
	r.pages = append(r.pages, keys)
	block := r.block
	r.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// take waits until everything is at rest, and returns what was delivered since
// the last time.
func (r *rig) take() []abstract.ObjectID {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.taken
	r.taken = nil
	return taken
}

// wantTaken is take for tests that want certain objects, in any order.
func (r *rig) wantTaken(keys ...string) []abstract.ObjectID {
	r.t.Helper()
	taken := r.take()
	var got []string
	for _, id := range taken {
		got = append(got, id.Key)
	}
	slices.Sort(got)
	slices.Sort(keys)
	if !slices.Equal(got, keys) {
		r.t.Fatalf("delivered %q, want %q", got, keys)
	}
	return taken
}

func (r *rig) done(ids ...abstract.ObjectID) {
	r.t.Helper()
	for _, id := range ids {
		if err := r.source.Done(r.t.Context(), id); err != nil {
			r.t.Error(err)
		}
	}
}

func (r *rig) failed(id abstract.ObjectID, parked bool) {
	r.t.Helper()
	if err := r.source.Failed(r.t.Context(), id, errors.New("it is broken"), parked); err != nil {
		r.t.Error(err)
	}
}

// wantLen waits a second, in which deletes are sent, and looks at the queue.
func (r *rig) wantLen(n int) {
	r.t.Helper()
	wait(second)
	if got := r.queue.Len(); got != n {
		r.t.Fatalf("%d messages are in the queue, want %d; %+v", got, n, r.source.Stats())
	}
}

// created is a record of an object that was put, and puts it.
func (r *rig) created(key, etag string, size int64) string {
	r.store.put(key, etag, size)
	return event("ObjectCreated:Put", "b", key, etag, size)
}

func event(name, bucket, key, etag string, size int64) string {
	return fmt.Sprintf(`{"eventSource":"aws:s3","eventName":%q,"s3":{"bucket":{"name":%q},"object":{"key":%q,"size":%d,"eTag":%q}}}`,
		name, bucket, url.QueryEscape(key), size, etag)
}

func message(records ...string) string { return `{"Records":[` + strings.Join(records, ",") + `]}` }

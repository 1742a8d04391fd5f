package sqs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/s3"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/sqs"
	"github.com/seed-ede61cd5/sluice/source/sqs/sqstest"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
	"github.com/seed-ede61cd5/sluice/test/internal/sqsserver"
)

func TestMain(m *testing.M) { os.Exit(s3server.Main(m)) }

// TestServer holds the server to the suite that the double passes.
func TestServer(t *testing.T) {
	server := sqsserver.Start(t)
	sqstest.Run(t, func(t *testing.T) sqstest.Harness {
		queue, dead := server.NewQueue(t, 3)
		return sqstest.Harness{
			API: server.Client, URL: queue,
			Send: func(t *testing.T, body string) {
				if err := server.Send(t.Context(), queue, body); err != nil {
					t.Error(err)
				}
			},
			Dead: func(t *testing.T) int {
				visible, _ := server.Len(t, dead)
				n, _ := strconv.Atoi(visible)
				return n
			},
		}
	})
}

// rig is a bucket, a queue and a source that follows it for s3://bucket/in/**.
type rig struct {
	t           *testing.T
	objects     *s3server.Server
	queues      *sqsserver.Server
	bucket      string
	queue, dead string
	store       object.Bucket
	source      *sqs.Source
}

func newRig(t *testing.T, receives int) *rig {
	r := &rig{t: t, objects: s3server.Start(t), queues: sqsserver.Start(t)}
	for _, entry := range r.objects.Env() {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value)
		}
	}
	r.bucket = r.objects.NewBucket(t)
	r.queue, r.dead = r.queues.NewQueue(t, receives)
	store, err := s3.Open(t.Context(), r.bucket, s3.Options{Endpoint: r.objects.Endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	r.store = store
	location, err := source.Parse("s3://" + r.bucket + "/in/**")
	if err != nil {
		t.Fatal(err)
	}
	r.source, err = sqs.Open(t.Context(), sqs.Config{
		Queue: r.queue, Places: []source.Place{{Bucket: store, Location: location}}, Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}, sqs.Options{Endpoint: r.queues.Endpoint})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// follow runs the source until stop is called, and lets engine answer.
func (r *rig) follow(engine func(id abstract.ObjectID) error) (stop func()) {
	ctx, cancel := context.WithCancel(r.t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- r.source.Pages(ctx, func(_ context.Context, b object.Bucket, infos []object.Info) error {
			for _, info := range infos {
				if err := engine(object.ID(b, info)); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	return func() {
		r.t.Helper()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			r.t.Errorf("following ended with %v", err)
		}
		if err := r.source.Close(); err != nil {
			r.t.Error(err)
		}
	}
}

// put puts an object and returns the record of S3 about it.
func (r *rig) put(key, content string) string {
	r.t.Helper()
	out, err := r.objects.Client.PutObject(r.t.Context(), &awss3.PutObjectInput{Bucket: &r.bucket, Key: &key, Body: strings.NewReader(content)})
	if err != nil {
		r.t.Fatal(err)
	}
	return record(r.bucket, key, aws.ToString(out.ETag), len(content))
}

func record(bucket, key, etag string, size int) string {
	return fmt.Sprintf(`{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":%q},"object":{"key":%q,"size":%d,"eTag":%q}}}`,
		bucket, url.QueryEscape(key), size, strings.Trim(etag, `"`))
}

func message(records ...string) string { return `{"Records":[` + strings.Join(records, ",") + `]}` }

// await waits until the queue is empty, and so many messages are in the other.
func (r *rig) await(dead int) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		visible, held := r.queues.Len(r.t, r.queue)
		gone := "0"
		if r.dead != "" {
			gone, _ = r.queues.Len(r.t, r.dead)
		}
		if visible == "0" && held == "0" && gone == strconv.Itoa(dead) {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			r.t.Fatalf("%s messages are in the queue, %s held, %s dead (want %d); %+v", visible, held, gone, dead, r.source.Stats())
		}
	}
}

func (r *rig) send(bodies ...string) {
	r.t.Helper()
	if err := r.queues.Send(r.t.Context(), r.queue, bodies...); err != nil {
		r.t.Fatal(err)
	}
}

// good and bad messages in one
// queue. What is delivered is what a listing tells, once or more; the queue ends
// empty, the refused ones in the dead-letter queue.
func TestMixedMessages(t *testing.T) {
	r := newRig(t, 3)
	var bodies, records []string
	for i := range 40 {
		records = append(records, r.put(fmt.Sprintf("in/a+b c%%2Bd=é %d.csv", i), strings.Repeat("x", i)))
		bodies = append(bodies, message(records[i]))
	}
	bodies = append(bodies, bodies[:10]...)
	bodies = append(bodies, message(records[10:20]...), message(records[0], record(r.bucket, "out/x", "e", 1), record(r.bucket, "in/gone.csv", "e", 1)))
	bodies = append(bodies, `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, strings.Replace(bodies[0], "ObjectCreated:Put", "ObjectRemoved:Delete", 1))
	bodies = append(bodies, "nonsense", message(record("other", "in/a", "e", 1)))
	r.send(bodies...)

	var mu sync.Mutex
	loaded := map[abstract.ObjectID]bool{}
	stop := r.follow(func(id abstract.ObjectID) error {
		if strings.HasSuffix(id.Key, "gone.csv") {
			return r.source.Failed(t.Context(), id, errors.New("it is not there"), false)
		}
		mu.Lock()
		loaded[id] = true
		mu.Unlock()
		return r.source.Done(t.Context(), id)
	})
	r.await(2)
	stop()
	listed := map[abstract.ObjectID]bool{}
	if err := r.store.List(t.Context(), "in/", func(page []object.Info) error {
		for _, info := range page {
			listed[object.ID(r.store, info)] = true
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(loaded) != 40 {
		t.Errorf("%d objects were delivered, want 40", len(loaded))
	}
	for id := range loaded {
		if !listed[id] {
			t.Errorf("%+v is not what a listing tells", id)
		}
	}
	t.Logf("%+v", r.source.Stats())
}

// an object that was overwritten: the older event is superseded. And
// a stop gives back what is held.
func TestOverwrittenAndStopped(t *testing.T) {
	r := newRig(t, 20)
	older := r.put("in/a.csv", "old")
	newer := r.put("in/a.csv", "newer")
	r.send(message(older), message(newer))
	stop := r.follow(func(id abstract.ObjectID) error {
		if strings.HasSuffix(id.Generation, ":3") {
			return r.source.Failed(t.Context(), id, object.ErrChanged, false)
		}
		return r.source.Done(t.Context(), id)
	})
	r.await(0)
	if st := r.source.Stats(); st.Superseded != 1 || st.Released != 0 {
		t.Errorf("%+v", st)
	}
	r.send(message(newer))
	stop()

	r2 := newRig(t, 20)
	r2.send(message(r2.put("in/a.csv", "x")), message(r2.put("in/b.csv", "x")))
	both := make(chan abstract.ObjectID, 2)
	stop = r2.follow(func(id abstract.ObjectID) error {
		both <- id
		return nil
	})
	first := <-both
	<-both
	if err := r2.source.Done(t.Context(), first); err != nil {
		t.Error(err)
	}
	stop()
	// fauxqs does not notice that a long poll was given up, and may answer it
	// with what was given back: then the message counts as held.
	visible, held := r2.queues.Len(t, r2.queue)
	if st := r2.source.Stats(); visible+held != "10" && visible+held != "01" || st.Released != 1 || st.Deleted != 1 {
		t.Errorf("%s messages are visible and %s held after the stop, want 1 in all; %+v", visible, held, st)
	}
}

// a queue that is not there is named.
func TestQ22NoQueue(t *testing.T) {
	server := sqsserver.Start(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	s, err := sqs.Open(t.Context(), sqs.Config{Queue: server.Endpoint + "/000000000000/none"}, sqs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); abstract.ClassOf(err) != abstract.Permanent || !strings.Contains(err.Error(), "no such queue") {
		t.Error(err)
	}
}

// 5,000 messages through an engine that does nothing: more than the 1,000 a
// second that are promised would not be noticed if the source were slower.
func TestRate(t *testing.T) {
	r := newRig(t, 20)
	const n = 5000
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = message(record(r.bucket, fmt.Sprintf("in/%d.csv", i), "e", 1))
	}
	r.send(bodies...)
	begun := time.Now()
	seen := 0
	stop := r.follow(func(id abstract.ObjectID) error {
		seen++
		return r.source.Done(t.Context(), id)
	})
	r.await(0)
	took := time.Since(begun)
	stop()
	if st := r.source.Stats(); seen != n || st.Deleted != n || st.Duplicates != 0 {
		t.Errorf("%d delivered, %+v", seen, st)
	}
	t.Logf("%d messages in %s: %.0f a second", n, took.Round(time.Millisecond), n/took.Seconds())
}

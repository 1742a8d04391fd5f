//go:build cgo

package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// arrivals is a source whose nth listing has the nth keys, the last one again
// and again, with times that mean nothing.
type arrivals struct {
	source.Source // Done, Failed
	bucket        object.Bucket
	listings      [][]string
	modified      func(key string) time.Time
	passes        int
}

func (a *arrivals) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	keys := a.listings[min(a.passes, len(a.listings)-1)]
	a.passes++
	for part := range slices.Chunk(keys, 1000) {
		var infos []object.Info
		for _, key := range part {
			info := object.Info{Key: key, Generation: "1", Size: 20}
			if stat, err := a.bucket.Stat(ctx, key); err == nil {
				info = stat
			}
			if a.modified != nil {
				info.ModTime = a.modified(key)
			}
			infos = append(infos, info)
		}
		if err := page(ctx, a.bucket, infos); err != nil {
			return err
		}
	}
	return nil
}

func (*arrivals) Done(context.Context, abstract.ObjectID) error { return nil }

func (*arrivals) Failed(context.Context, abstract.ObjectID, error, bool) error { return nil }

// TestArrivals follows listings that would mislead a watermark: whatever comes
// whenever is loaded, once.
func TestArrivals(t *testing.T) {
	long := time.Date(1999, 12, 31, 20, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name     string
		listings [][]string
		gone     string // a key that is listed and cannot be read
		modified func(key string) time.Time
	}{
		{name: "S21 added behind the listing's position", listings: [][]string{{"a", "m", "z"}, {"a", "b", "m", "z"}}},
		{name: "S22 deleted while it was listed", listings: [][]string{{"a", "gone", "z"}, {"a", "z"}}, gone: "gone"},
		{name: "S23 all of the same time", listings: [][]string{{"a", "c"}, {"a", "b", "c", "d"}},
			modified: func(string) time.Time { return long }},
		{name: "S24 a late key that sorts first", listings: [][]string{{"m", "n"}, {"m", "n", "z"}, {"a", "m", "n", "z"}}},
		{name: "S25 uploaded in parts since three hours ago", listings: [][]string{{"a", "b"}, {"a", "b", "multipart"}},
			modified: func(key string) time.Time {
				if key == "multipart" {
					return long.Add(-3 * time.Hour)
				}
				return long
			}},
		{name: "S26 times ahead", listings: [][]string{{"a"}, {"a", "b"}},
			modified: func(string) time.Time { return time.Now().Add(10 * time.Minute) }},
		{name: "S29 in no order", listings: [][]string{{"z", "a"}, {"q", "z", "b", "a"}}},
		{name: "S31 partitions in parallel", listings: [][]string{{"city=a/1", "city=b/1"}, {"city=a/1", "city=a/2", "city=b/1", "city=c/1"}}},
		{name: "S32 empty objects and directory markers", listings: [][]string{{"a", "empty"}, {"a", "b", "empty"}}},
		{name: "S35 S37 keys that look alike", listings: [][]string{{"k", "K", "k ", "a+b", "a b"}, {"a%2Bb", "a%2bb", "e\u0301", "\u00e9", "\xff", "k", "K", "k ", "a+b", "a b"}}},
		{name: "L10 between the snapshot and the first poll", listings: [][]string{{"a"}, {"a", "b"}, {"a", "b"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, r *rig) {
				bucket := &readertest.Bucket{Files: map[string][]byte{}}
				rows, last := 0, c.listings[len(c.listings)-1]
				for _, key := range last {
					bucket.Files[key] = nil
					if key != "empty" {
						bucket.Files[key] = []byte(numbersCSV(10*rows, 10))
						rows++
					}
				}
				list := &arrivals{bucket: goneBucket{bucket, c.gone}, listings: c.listings, modified: c.modified}
				db := r.open()
				p := r.polling(db, func(cfg *transfer.Config) {
					cfg.Source = poll.New(list, poll.Config{Interval: 10 * time.Second, MinAge: time.Hour})
				})
				time.Sleep(time.Minute)
				result := p.stopped(t)
				failed := int64(0)
				if c.gone != "" {
					failed = 1
				}
				if result.FilesLoaded != int64(len(last)) || result.FilesFailed != failed {
					t.Errorf("%+v", result)
				}
				if list.passes < 6 {
					t.Errorf("%d listings", list.passes)
				}
				r.close(db)
				r.wantRows(int64(10 * rows))
			})
		})
	}
}

// TestS27SmallerKeyFailsWhileLargerCommits: it is not left behind.
func TestS27SmallerKeyFailsWhileLargerCommits(t *testing.T) {
	inBubble(t, func(t *testing.T, r *rig) {
		for i := range 5 {
			r.numbers(fmt.Sprintf("f%d.csv", i), 100*i, 100)
		}
		db := r.open()
		var tries atomic.Int64
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Target = &pushRefusals{Target: db, refuse: func(items []abstract.ChangeItem) error {
				if items[0].Origin.Object.Key == r.data+"/f0.csv" && tries.Add(1) < 5 {
					return &target.RollbackError{Cause: abstract.WithClass(abstract.FileOnly, errors.New("refused"))}
				}
				return nil
			}}
		})
		time.Sleep(2 * time.Minute)
		if result := p.stopped(t); result.FilesLoaded != 5 || result.FilesFailed != 0 {
			t.Errorf("%+v", result)
		}
		r.close(db)
		r.wantRows(500)
	})
}

// goneBucket is a bucket from which a key has gone since it was listed.
type goneBucket struct {
	object.Bucket
	gone string
}

func (b goneBucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	if info.Key == b.gone {
		return nil, abstract.WithClass(abstract.NotFound, errors.New("no such key"))
	}
	return b.Bucket.Open(ctx, info, offset, length)
}

// countingDB counts what the ledger asks.
type countingDB struct {
	ledger.DB
	queries atomic.Int64
}

func (c *countingDB) View(ctx context.Context, fn func(ledger.Tx) error) error {
	c.queries.Add(1)
	return c.DB.View(ctx, fn)
}

func (c *countingDB) Update(ctx context.Context, fn func(ledger.Tx) error) error {
	c.queries.Add(1)
	return c.DB.Update(ctx, fn)
}

type countedTarget struct {
	target.Target
	store *ledger.Store
}

func (c *countedTarget) Ledger() *ledger.Store { return c.store }

// TestPassOverAKnownBucketIsCheap: 100,000 keys that are in the ledger cost a
// query per page, and memory for a page.
func TestPassOverAKnownBucketIsCheap(t *testing.T) {
	if testing.Short() {
		t.Skip("lists 100,000 keys")
	}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		const n = 100_000
		db := r.open()
		counting := &countingDB{DB: db.(ledger.DB)}
		store := ledger.New(counting, "_sluice", ledger.Dialect{OneWriter: true})
		ctx := context.Background()
		keys := make([]string, n)
		for i := range keys {
			keys[i] = fmt.Sprintf("k%06d", i)
		}
		if err := store.Bind(ctx, "t", "t"); err != nil {
			t.Fatal(err)
		}
		err := counting.DB.Update(ctx, func(tx ledger.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO _sluice.ledger (pipeline, bucket, object_key, generation, version, size, read_offset,
				rows_loaded, rows_rejected, bytes_read, state, reason, attempts, first_seen, updated)
				SELECT 't', 'mem://test', format('k{:06d}', i), '1', '', 20, 8, 0, 0, 8, 'done', '', 0, now()::timestamp, now()::timestamp
				FROM range(100000) AS r(i)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		list := &arrivals{bucket: &readertest.Bucket{Files: map[string][]byte{}}, listings: [][]string{nil, keys, nil}}
		p := r.polling(db, func(cfg *transfer.Config) {
			cfg.Target = &countedTarget{db, store}
			cfg.Source = poll.New(list, poll.Config{Interval: time.Hour})
		})
		time.Sleep(time.Minute)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		counting.queries.Store(0)
		time.Sleep(time.Hour)
		if got := counting.queries.Load(); got > n/1000+1 || got < n/1000 {
			t.Errorf("%d queries for a pass over %d keys", got, n)
		}
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 50<<20 {
			t.Errorf("the heap grew by %d MiB", grown>>20)
		}
		p.stopped(t)
		r.close(db)
	})
}

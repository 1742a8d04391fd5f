package s3

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
)

// TestLookBackRequests counts what polling asks of the store: 6 requests for
// 5,500 keys, and 2 to look 1,000 keys back, with a late key (S-24) that is
// found by the reconcile. A store that does not sort (S-29) is listed whole.
func TestLookBackRequests(t *testing.T) {
	for _, c := range []struct {
		name        string
		order       func(keys []string)
		tail, found time.Duration
		requests    int64
	}{
		{"in order", nil, 10 * time.Second, time.Minute, 6 + 5*2 + 6 + 3*2},
		{"in no order", slices.Reverse[[]string], 10 * time.Second, 10 * time.Second, 1 + 10*6},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, d *double, b *Bucket) {
				d.order = c.order
				for i := range 5500 {
					d.put(t, fmt.Sprintf("in/%04d", i), nil)
				}
				l, err := source.Parse("s3://bucket/in/")
				if err != nil {
					t.Fatal(err)
				}
				s := poll.New(snapshot.New(source.Place{Bucket: b, Location: l}),
					poll.Config{Interval: 10 * time.Second, LookBack: 1000, Reconcile: time.Minute})
				ctx, cancel := context.WithTimeout(t.Context(), 99*time.Second)
				defer cancel()
				begun, found := time.Now(), map[string]time.Duration{}
				late := time.AfterFunc(9*time.Second, func() { d.put(t, "in/!late", nil); d.put(t, "in/5500", nil) })
				defer late.Stop()
				err = s.Pages(ctx, func(_ context.Context, _ object.Bucket, infos []object.Info) error {
					for _, info := range infos {
						if _, ok := found[info.Key]; !ok {
							found[info.Key] = time.Since(begun)
						}
					}
					return nil
				})
				if !errors.Is(err, context.DeadlineExceeded) || len(found) != 5502 {
					t.Errorf("%d keys, %v", len(found), err)
				}
				if found["in/5500"] != c.tail || found["in/!late"] != c.found {
					t.Errorf("the last key came after %v, the late one after %v; want %v and %v", found["in/5500"], found["in/!late"], c.tail, c.found)
				}
				if lists := b.Usage().Lists; lists != c.requests {
					t.Errorf("%d LIST requests, want %d", lists, c.requests)
				}
			})
		})
	}
}

package after_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/after"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/source/sourcetest"
)

// bucket takes every action and does nothing.
type bucket struct{ *sourcetest.Bucket }

func (bucket) Remove(context.Context, abstract.ObjectID) error { return nil }

func (bucket) Move(context.Context, abstract.ObjectID, string) error { return nil }

func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, run func(*testing.T, sourcetest.Harness)) {
		b := bucket{sourcetest.NewBucket("mem://b")}
		l, err := source.Parse("mem://b/in/*.csv")
		if err != nil {
			t.Fatal(err)
		}
		place := source.Place{Bucket: b, Location: l}
		s := after.New(t.Context(), snapshot.New(place), after.Config{Action: after.Action{Kind: after.Delete}, Places: []source.Place{place}})
		defer s.Close()
		run(t, sourcetest.Harness{
			Source: s,
			Put: func(_ *testing.T, n int) string {
				key := fmt.Sprintf("in/%04d.csv", n)
				b.Put(key)
				return key
			},
		})
	})
}

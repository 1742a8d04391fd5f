package snapshot_test

import (
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/source/sourcetest"
)

func TestConformance(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, run func(*testing.T, sourcetest.Harness)) {
		b := sourcetest.NewBucket("mem://b")
		var places []snapshot.Place
		for _, text := range []string{"mem://b/in/*.csv", "mem://b/in/0*"} {
			l, err := source.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			places = append(places, snapshot.Place{Bucket: b, Location: l})
		}
		run(t, sourcetest.Harness{
			Source: snapshot.New(places...),
			Put: func(_ *testing.T, n int) string {
				key := fmt.Sprintf("in/%04d.csv", n)
				b.Put(key)
				return key
			},
		})
	})
}

package poll_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/source/sourcetest"
)

func TestConformance(t *testing.T) {
	for name, config := range map[string]poll.Config{
		"whole":     {},
		"look back": {LookBack: 500, Reconcile: 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, run func(*testing.T, sourcetest.Harness)) {
				synctest.Test(t, func(t *testing.T) {
					s := newStore(0)
					l, err := source.Parse("mem://b/in/")
					if err != nil {
						t.Fatal(err)
					}
					run(t, sourcetest.Harness{
						Source: poll.New(snapshot.New(source.Place{Bucket: s, Location: l}), config), Follows: true,
						Put: func(_ *testing.T, n int) string {
							s.Put(key(n))
							return key(n)
						},
					})
				})
			})
		})
	}
}

package source_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
	"github.com/seed-ede61cd5/sluice/source/sourcetest"
)

// TestMergeConformance merges listings of two buckets, and two sources that
// follow them.
func TestMergeConformance(t *testing.T) {
	for name, wrap := range map[string]func(source.Source) source.Source{
		"listings":  func(s source.Source) source.Source { return s },
		"following": func(s source.Source) source.Source { return poll.New(s, poll.Config{}) },
	} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T, run func(*testing.T, sourcetest.Harness)) {
				synctest.Test(t, func(t *testing.T) {
					var buckets []*sourcetest.Bucket
					var parts []source.Source
					for _, name := range []string{"mem://a", "mem://b"} {
						l, err := source.Parse(name + "/in/")
						if err != nil {
							t.Fatal(err)
						}
						b := sourcetest.NewBucket(name)
						buckets = append(buckets, b)
						parts = append(parts, wrap(snapshot.New(source.Place{Bucket: b, Location: l})))
					}
					run(t, sourcetest.Harness{
						Source: source.Merge(parts...), Follows: name == "following",
						Put: func(_ *testing.T, n int) string {
							key := fmt.Sprintf("in/%04d", n)
							buckets[n%2].Put(key)
							return key
						},
					})
				})
			})
		})
	}
}

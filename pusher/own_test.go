package pusher

import (
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// track is the pusher's own part of a push: all but the queue.
func track(tb testing.TB, s *PusherState, c Chunk) Chunk {
	r := newRecord(s, c)
	if w, err := s.enter(r); w != nil || err != nil {
		tb.Fatal("not admitted", err)
	}
	s.accepted(r)
	c.token = r
	return c
}

// BenchmarkOwnPart is BenchmarkPushAck without the queue.
func BenchmarkOwnPart(b *testing.B) {
	for _, inFlight := range []int{10, 1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("inflight=%d", inFlight), func(b *testing.B) {
			var s PusherState
			s.init(0)
			items := make([]abstract.ChangeItem, inFlight)
			chunks := make([]Chunk, inFlight)
			for i := range chunks {
				c := Chunk{FilePath: "s3://bucket/dir/file.csv", Offset: &items[i], Size: 1, Items: items[i : i+1]}
				chunks[i] = track(b, &s, c)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := s.settle(chunks[i], true); err != nil {
					b.Fatal(err)
				}
				chunks[i] = track(b, &s, chunks[i])
				if i++; i == inFlight {
					i = 0
				}
			}
		})
	}
}

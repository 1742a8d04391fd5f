package pusher_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

// durable is a sink that stores everything at once.
type durable struct{}

func (durable) AsyncPush([]abstract.ChangeItem) <-chan error {
	answer := make(chan error, 1)
	answer <- nil
	return answer
}
func (durable) Close() error { return nil }

// BenchmarkPushAck keeps a number of chunks of one file in flight, and per
// operation pushes one and acks the oldest. The time must not depend on the
// number.
func BenchmarkPushAck(b *testing.B) {
	for _, inFlight := range []int{10, 1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("inflight=%d", inFlight), func(b *testing.B) {
			pushed := make(chan pusher.Chunk, inFlight+1)
			queue := parsequeue.New(nil, 1, durable{}, pusher.Items,
				func(c pusher.Chunk, _ time.Time, err error) error { pushed <- c; return err })
			defer queue.Close()
			p := pusher.NewParsequeuePusher(queue, nil, 0)
			push := func() {
				items := []abstract.ChangeItem{{}}
				if err := p.Push(b.Context(), pusher.Chunk{FilePath: "s3://bucket/dir/file.csv", Size: 1, Items: items}); err != nil {
					b.Fatal(err)
				}
			}
			for range inFlight {
				push()
			}
			b.ReportAllocs()
			for b.Loop() {
				push()
				if _, err := p.Ack(<-pushed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkThrottled pushes through a limit of one chunk: every push waits for
// the ack of the one before, so the time is that of a whole round.
func BenchmarkThrottled(b *testing.B) {
	var p *pusher.ParsequeuePusher
	queue := parsequeue.New(nil, 1, durable{}, pusher.Items, func(c pusher.Chunk, _ time.Time, _ error) error {
		_, err := p.Ack(c)
		return err
	})
	defer queue.Close()
	p = pusher.NewParsequeuePusher(queue, nil, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Push(b.Context(), pusher.Chunk{FilePath: "f", Size: 1}); err != nil {
			b.Fatal(err)
		}
	}
	if err := p.WaitEmpty(b.Context()); err != nil {
		b.Fatal(err)
	}
}

package jsonl

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func drop(_ context.Context, c pusher.Chunk) error {
	abstract.ReleaseAll(c.Items)
	return nil
}

func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	data := readertest.TaxiJSON(rows)
	bucket := &readertest.Bucket{Files: map[string][]byte{"taxi.jsonl": data}}
	file := reader.File{Bucket: bucket, Info: bucket.Info("taxi.jsonl")}
	sample, err := New().Sample(b.Context(), file, reader.Hints{})
	if err != nil {
		b.Fatal(err)
	}
	for _, parallelism := range []int{1, 2} {
		b.Run(fmt.Sprintf("decoders=%d", parallelism), func(b *testing.B) {
			req := reader.Request{
				File: file, Dialect: sample.Dialect, Schema: readertest.Suggested(sample), Table: "taxi",
				Limits: reader.NewLimits(128<<20, parallelism),
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := New().Read(b.Context(), req, drop); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

package readertest

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Drop is an emit that releases what it gets.
func Drop(_ context.Context, c pusher.Chunk) error {
	abstract.ReleaseAll(c.Items)
	return nil
}

// Bench reads a file of that many rows into the table that it suggests, with one
// decoder and with two.
func Bench(b *testing.B, f reader.Format, file reader.File, rows int) {
	b.Helper()
	sample, err := f.Sample(b.Context(), file, reader.Hints{})
	if err != nil {
		b.Fatal(err)
	}
	for _, parallelism := range []int{1, 2} {
		b.Run(fmt.Sprintf("decoders=%d", parallelism), func(b *testing.B) {
			req := reader.Request{
				File: file, Dialect: sample.Dialect, Schema: Suggested(sample), Table: "t",
				Limits: reader.NewLimits(128<<20, parallelism),
			}
			b.SetBytes(file.Info.Size)
			b.ReportAllocs()
			for b.Loop() {
				if err := f.Read(b.Context(), req, Drop); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

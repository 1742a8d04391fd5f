package jsondoc

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// array is the records that JSON lines are measured with, in an array.
func array(n int) []byte {
	lines := bytes.TrimSpace(readertest.TaxiJSON(n))
	return append(append([]byte("["), bytes.ReplaceAll(lines, []byte("\n"), []byte(",\n"))...), ']')
}

func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	data := array(rows)
	bucket := &readertest.Bucket{Files: map[string][]byte{"taxi.json": data}}
	file := reader.File{Bucket: bucket, Info: bucket.Info("taxi.json")}
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
				err := New().Read(b.Context(), req, func(_ context.Context, c pusher.Chunk) error {
					abstract.ReleaseAll(c.Items)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// BenchmarkFrame is the splitting alone, which is done by one core.
func BenchmarkFrame(b *testing.B) {
	data := append(array(10_000), make([]byte, json.Pad)...)
	n := len(data) - json.Pad
	b.SetBytes(int64(n))
	for b.Loop() {
		f := newFramer(nil, reader.Bounds{})
		if out, err := f.frame(data[:n], 0, 1<<20, true); err != nil || out.Records != 10_000 {
			b.Fatal(out, err)
		}
	}
}

// BenchmarkOutline is what is around records.
func BenchmarkOutline(b *testing.B) {
	data := append(append([]byte(`{"x":`), array(10_000)...), []byte(`,"r":[{}]}`)...)
	n := len(data)
	data = append(data, make([]byte, json.Pad)...)
	b.SetBytes(int64(n))
	for b.Loop() {
		f := newFramer([]string{"r"}, reader.Bounds{})
		if out, err := f.frame(data[:n], 0, 1, true); err != nil || out.Records != 1 {
			b.Fatal(out, err)
		}
	}
}

package jsonl

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// taxi makes a file of n records of the table that package csv is measured
// with.
func taxi(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	zones := []string{"Midtown", "JFK Airport", "East Harlem North", "SoHo", "", "Astoria"}
	for i := range n {
		zone := zones[r.IntN(len(zones))]
		if i%50 == 0 {
			zone = `Jamaica, \"Bay\"`
		}
		fmt.Fprintf(&b, `{"id":%d,"vendor":%d,"pickup":"2024-%02d-%02d %02d:%02d:%02d","dropoff":"2024-%02d-%02d %02d:%02d:%02d",`+
			`"passengers":%d,"distance":%.2f,"rate":%d,"zone":"%s","payment":"%s","fare":%.2f,"tip":%.2f,"day":"2024-%02d-%02d"}`+"\n",
			i+1, r.IntN(3), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60),
			1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60),
			r.IntN(7), r.Float64()*30, 1+r.IntN(6), zone, []string{"card", "cash"}[r.IntN(2)],
			r.Float64()*100, r.Float64()*20, 1+r.IntN(12), 1+r.IntN(28))
	}
	return b.Bytes()
}

func drop(_ context.Context, c pusher.Chunk) error {
	abstract.ReleaseAll(c.Items)
	return nil
}

func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	data := taxi(rows)
	bucket := &readertest.Bucket{Files: map[string][]byte{"taxi.jsonl": data}}
	file := reader.File{Bucket: bucket, Info: bucket.Info("taxi.jsonl")}
	sample, err := New().Sample(b.Context(), file, reader.Hints{})
	if err != nil {
		b.Fatal(err)
	}
	for _, parallelism := range []int{1, 2} {
		b.Run(fmt.Sprintf("decoders=%d", parallelism), func(b *testing.B) {
			req := reader.Request{
				File: file, Dialect: sample.Dialect, Schema: schemaOf(sample), Table: "taxi",
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

// BenchmarkDecode is the work of one core, without the pipeline.
func BenchmarkDecode(b *testing.B) {
	const rows = 10_000
	data := taxi(rows)
	d := newDecoder(request("", "id=int64", "vendor=int64", "pickup=timestamp", "dropoff=timestamp", "passengers=int64",
		"distance=float64", "rate=int64", "zone", "payment", "fare=float64", "tip=float64", "day=date"))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		out, err := d.decode(memory.DefaultAllocator, reader.Block{Data: data, Records: rows})
		if err != nil || out.Batch.NumRows() != rows {
			b.Fatal(err, out.Bad)
		}
		out.Batch.Release()
	}
}

// BenchmarkDecodeType decodes records of one key, on one core.
func BenchmarkDecodeType(b *testing.B) {
	const rows = 10_000
	for _, column := range []struct {
		dataType abstract.Type
		value    string
	}{
		{abstract.Int64, `1234567`}, {abstract.Float64, `12.345678`}, {abstract.Decimal(12, 2), `12345.67`}, {abstract.Bool, `true`},
		{abstract.Date, `"2024-02-29"`}, {abstract.Time, `"12:34:56"`}, {abstract.Timestamp, `"2024-02-29 12:34:56.789012"`},
		{abstract.TimestampTZ, `"2024-02-29T12:34:56Z"`}, {abstract.UUID, `"123e4567-e89b-12d3-a456-426614174000"`},
		{abstract.Text, `"a text of some length"`}, {abstract.JSON, `{"a":[1,2]}`},
	} {
		b.Run(string(column.dataType), func(b *testing.B) {
			data := bytes.Repeat([]byte(`{"v":`+column.value+"}\n"), rows)
			d := newDecoder(request("", "v="+string(column.dataType)))
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				out, err := d.decode(memory.DefaultAllocator, reader.Block{Data: data, Records: rows})
				if err != nil || out.Batch.NumRows() != rows {
					b.Fatal(err, out.Bad)
				}
				out.Batch.Release()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/cell")
		})
	}
}

// BenchmarkScan is the checking alone.
func BenchmarkScan(b *testing.B) {
	block := reader.Block{Data: taxi(10_000)}
	w := newSampler().walker
	b.SetBytes(int64(len(block.Data)))
	for b.Loop() {
		in := newLines(block, reader.Dialect{})
		for first, ok := in.next(); ok; first, ok = in.next() {
			if reason := in.read(&w, first); reason != "" {
				b.Fatal(reason)
			}
		}
	}
}

package jsonrow

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// BenchmarkDecode is the work of one core, without the pipeline.
func BenchmarkDecode(b *testing.B) {
	const rows = 10_000
	data := readertest.TaxiJSON(rows)
	schema := abstract.Schema{
		{Name: "id", Type: abstract.Int64}, {Name: "vendor", Type: abstract.Int64}, {Name: "pickup", Type: abstract.Timestamp},
		{Name: "dropoff", Type: abstract.Timestamp}, {Name: "passengers", Type: abstract.Int64}, {Name: "distance", Type: abstract.Float64},
		{Name: "rate", Type: abstract.Int64}, {Name: "zone", Type: abstract.Text}, {Name: "payment", Type: abstract.Text},
		{Name: "fare", Type: abstract.Float64}, {Name: "tip", Type: abstract.Float64}, {Name: "day", Type: abstract.Date},
	}
	for name, layout := range map[string]Layout{"lines": Lines{}, "elements": Elements{}} {
		b.Run(name, func(b *testing.B) {
			d := NewDecoder(reader.Request{Schema: schema}, layout)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				out, err := d.Decode(memory.DefaultAllocator, reader.Block{Data: data, Records: rows})
				if err != nil || out.Batch.NumRows() != rows {
					b.Fatal(err, out.Bad)
				}
				out.Batch.Release()
			}
		})
	}
}

// BenchmarkScan is the checking alone.
func BenchmarkScan(b *testing.B) {
	block := reader.Block{Data: readertest.TaxiJSON(10_000)}
	w := NewSampler(Lines{}).walker
	b.SetBytes(int64(len(block.Data)))
	for b.Loop() {
		in := newRecords(block, Lines{})
		for first, ok := in.next(); ok; first, ok = in.next() {
			if reason := in.read(&w, first); reason != "" {
				b.Fatal(reason)
			}
		}
	}
}

package jsonrow

import (
	"bytes"
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
			d := NewDecoder(reader.Request{Limits: reader.NewLimits(0, 1), Schema: schema}, layout)
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
			d := NewDecoder(reader.Request{Limits: reader.NewLimits(0, 1), Schema: abstract.Schema{{Name: "v", Type: column.dataType}}}, Lines{})
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				out, err := d.Decode(memory.DefaultAllocator, reader.Block{Data: data, Records: rows})
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
	block := reader.Block{Data: readertest.TaxiJSON(10_000)}
	w := NewSampler(Lines{}, 0, reader.Bounds{}).walker
	b.SetBytes(int64(len(block.Data)))
	for b.Loop() {
		in := newRecords(block, Lines{}, "")
		for first, ok := in.next(); ok; first, ok = in.next() {
			if reason := in.read(&w, first); reason != "" {
				b.Fatal(reason)
			}
		}
	}
}

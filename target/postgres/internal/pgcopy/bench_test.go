package pgcopy

import (
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// BenchmarkEncode writes rows like those of an order: numbers, times and text,
// and each of their columns by itself.
func BenchmarkEncode(b *testing.B) {
	schema := abstract.Schema{
		{Name: "id", Type: abstract.Int64}, {Name: "customer", Type: abstract.Int64}, {Name: "at", Type: abstract.TimestampTZ},
		{Name: "day", Type: abstract.Date}, {Name: "price", Type: abstract.Decimal(12, 2)}, {Name: "weight", Type: abstract.Float64},
		{Name: "paid", Type: abstract.Bool}, {Name: "country", Type: abstract.Text}, {Name: "note", Type: abstract.Text},
	}
	wires := []Wire{Int8, Int4, Timestamp, Date, Numeric, Float8, Bool, Text, Text}
	columns := make([]Column, len(schema))
	for i, c := range schema {
		columns[i] = Column{Name: c.Name, Type: c.Type, Wire: wires[i], Limit: NoLimit}
	}
	batch := orders(schema, 10_000)
	b.Run("all", func(b *testing.B) { benchmarkEncode(b, columns, batch) })
	for i, c := range columns {
		one := array.NewRecordBatch(schema[i:i+1].Arrow(), []arrow.Array{batch.Column(i)}, batch.NumRows())
		b.Run(c.Name, func(b *testing.B) { benchmarkEncode(b, []Column{c}, one) })
	}
}

func benchmarkEncode(b *testing.B, columns []Column, batch arrow.RecordBatch) {
	e, err := New(columns, true)
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = buf[:0]
		e.Load(batch, 1)
		for row := range int(batch.NumRows()) {
			if buf, err = e.AppendRow(buf, row); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(len(buf)))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(batch.NumRows())/float64(len(columns)), "ns/cell")
}

func orders(schema abstract.Schema, rows int) arrow.RecordBatch {
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema.Arrow())
	for n := range rows {
		for i, text := range []string{
			fmt.Sprint(n), fmt.Sprint(n * 7 % 100_000), "2024-02-29T12:34:56.789Z", "2024-02-29", fmt.Sprintf("%d.%02d", n*31%9999, n%100),
			fmt.Sprint(float64(n) / 3), fmt.Sprint(n%3 == 0), "Netherlands", fmt.Sprintf("note %d, which takes some room", n),
		} {
			if n%50 == i {
				builder.Field(i).AppendNull()
			} else if err := builder.Field(i).AppendValueFromString(text); err != nil {
				panic(err)
			}
		}
	}
	return builder.NewRecordBatch()
}

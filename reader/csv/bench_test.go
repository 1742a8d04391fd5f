package csv

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// taxi makes a file of n rows with twelve columns, like the trip records that
// loaders are usually measured with: integers, floats, short texts, dates and
// timestamps; one row in fifty has a quoted cell.
func taxi(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("id,vendor,pickup,dropoff,passengers,distance,rate,zone,payment,fare,tip,day\n")
	zones := []string{"Midtown", "JFK Airport", "East Harlem North", "SoHo", "", "Astoria"}
	for i := range n {
		zone := zones[r.IntN(len(zones))]
		if i%50 == 0 {
			zone = `"Jamaica, ""Bay"""`
		}
		fmt.Fprintf(&b, "%d,%d,2024-%02d-%02d %02d:%02d:%02d,2024-%02d-%02d %02d:%02d:%02d,%d,%.2f,%d,%s,%s,%.2f,%.2f,2024-%02d-%02d\n",
			i+1, r.IntN(3), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60),
			1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60),
			r.IntN(7), r.Float64()*30, 1+r.IntN(6), zone, []string{"card", "cash"}[r.IntN(2)],
			r.Float64()*100, r.Float64()*20, 1+r.IntN(12), 1+r.IntN(28))
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	const rows = 400_000
	readertest.Bench(b, New(), readertest.InMemory("taxi.csv", taxi(rows)), rows)
}

// BenchmarkSplit is the part of the work that is not parallel.
// BenchmarkSplit finds the end of records in a file in which one row in fifty has
// a quoted cell, and in one in which each row has three.
func BenchmarkSplit(b *testing.B) {
	d := &dialect{delimiter: ',', quote: '"', lineEnd: '\n'}
	for quotes, data := range map[string][]byte{
		"seldom": taxi(100_000),
		"often":  bytes.Repeat([]byte(`4711,"Jamaica, ""Bay""",2024-02-29,"card",12.50,"a note of some words"`+"\n"), 100_000),
	} {
		b.Run("quotes="+quotes, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if end, _ := d.split(data, 0, 1<<30, true); end != len(data) {
					b.Fatal(end)
				}
			}
		})
	}
}

// BenchmarkDecode decodes a file of one column of each type, on one core.
func BenchmarkDecode(b *testing.B) {
	const rows = 100_000
	for _, column := range []struct {
		dataType abstract.Type
		cell     string
	}{
		{abstract.Int64, "1234567"}, {abstract.Float64, "12.345678"}, {abstract.Decimal(12, 2), "12345.67"}, {abstract.Bool, "true"},
		{abstract.Date, "2024-02-29"}, {abstract.Time, "12:34:56"}, {abstract.Timestamp, "2024-02-29 12:34:56.789012"},
		{abstract.TimestampTZ, "2024-02-29T12:34:56Z"}, {abstract.UUID, "123e4567-e89b-12d3-a456-426614174000"},
		{abstract.Text, "a text of some length"}, {abstract.JSON, `"{""a"":[1,2]}"`},
	} {
		b.Run(string(column.dataType), func(b *testing.B) {
			data := "v\n" + strings.Repeat(column.cell+"\n", rows)
			req := reader.Request{
				File: inMemory(data), Dialect: mustSample(b, data, reader.Hints{}).Dialect,
				Schema: abstract.Schema{{Name: "v", Type: column.dataType}}, Table: "t", Limits: reader.NewLimits(128<<20, 1),
			}
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if err := New().Read(b.Context(), req, readertest.Drop); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/cell")
		})
	}
}

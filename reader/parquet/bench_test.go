package parquet

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// realistic is a file of 12 columns as people have them: keys, amounts, dates
// and times, words that repeat and words that do not; some may be NULL. With a
// name it has that column only.
func realistic(groups, rows int, only string) []byte {
	const pageRows = 20_000
	r := rand.New(rand.NewPCG(1, 1))
	named := func(e element, name string) element { e.name = name; return e }
	f := testFile{elements: []element{
		leafOf("id", typeInt64, required), leafOf("k", typeInt32, required), leafOf("n", typeInt32, optional),
		leafOf("price", typeDouble, required), leafOf("weight", typeFloat, optional),
		named(withConverted(typeInt32, 0, convertedDate), "day"),
		named(annotated(typeInt64, 0, annotation{id: logicalTimestamp, unit: 2, utc: true}), "at"),
		leafOf("flag", typeBoolean, required), textLeaf("category", required), textLeaf("email", required),
		textLeaf("note", optional), named(annotated(typeInt64, 0, annotation{id: logicalDecimal, precision: 12, scale: 2}), "amount"),
	}}
	f.elements = slices.DeleteFunc(f.elements, func(e element) bool { return only != "" && e.name != only })
	const words = 50
	var dict []byte
	for i := range words {
		dict = append(dict, texts(fmt.Sprintf("category %d", i))...)
	}
	for range groups {
		g := testGroup{rows: rows, chunks: make([]testChunk, len(f.elements))}
		for c, e := range f.elements {
			chunk := &g.chunks[c]
			chunk.codec = codecSnappy
			if e.name == "category" {
				chunk.dict, chunk.size = dict, words
			}
			for at := 0; at < rows; at += pageRows {
				n := min(pageRows, rows-at)
				p := testPage{n: n}
				var idx []uint8
				bits := make([]byte, (n+7)/8)
				for i := range n {
					if e.repetition == optional {
						p.def = append(p.def, uint8(min(r.IntN(10), 1)))
						if p.def[i] == 0 {
							continue
						}
					}
					switch {
					case e.name == "category":
						idx = append(idx, uint8(r.IntN(words)))
					case e.physical == typeByteArray:
						p.values = append(p.values, texts(fmt.Sprintf("user%d@example.com", r.IntN(1e6)))...)
					case e.physical == typeBoolean:
						bits[i/8] |= byte(r.IntN(2)) << (i % 8)
					case e.physical == typeDouble:
						p.values = append(p.values, le64(int64(math.Float64bits(float64(r.IntN(1e6))/100)))...)
					case e.physical == typeInt64:
						p.values = append(p.values, le64(int64(at+i)*1000)...)
					case e.physical == typeFloat:
						p.values = append(p.values, le32(int32(math.Float32bits(r.Float32())))...)
					default:
						p.values = append(p.values, le32(int32(r.IntN(20_000)))...)
					}
				}
				if idx != nil {
					p.encoding, p.values = encodingDictionary, places(idx...)
				}
				if e.physical == typeBoolean {
					p.values = bits
				}
				chunk.pages = append(chunk.pages, p)
			}
		}
		f.groups = append(f.groups, g)
	}
	return f.bytes()
}

// BenchmarkRead reads the file on one core, into batches that nobody looks at:
// all columns, and each of some kinds by itself.
func BenchmarkRead(b *testing.B) {
	const rows = 4 * 122_880
	for _, only := range []string{"", "id", "n", "price", "weight", "day", "at", "flag", "category", "email", "amount"} {
		b.Run(cmp.Or(only, "all"), func(b *testing.B) { benchmarkRead(b, realistic(4, rows/4, only), rows) })
	}
}

func benchmarkRead(b *testing.B, data []byte, rows int64) {
	file := inMemory(data)
	s, err := New().Sample(b.Context(), file, reader.Hints{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		n := int64(0)
		err := New().Read(b.Context(), reader.Request{
			File: file, Dialect: s.Dialect, Schema: readertest.Suggested(s), Limits: reader.NewLimits(64<<20, 1),
		}, func(_ context.Context, chunk pusher.Chunk) error {
			n += chunk.Items[0].NumRows()
			chunk.Items[0].Release()
			return nil
		})
		if err != nil || n != rows {
			b.Fatalf("%d rows, %v", n, err)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

package jsondoc

import (
	"bytes"
	"testing"

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
	readertest.Bench(b, New(), readertest.InMemory("taxi.json", array(rows)), rows)
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

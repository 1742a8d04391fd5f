package jsonl

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

func BenchmarkRead(b *testing.B) {
	const rows = 200_000
	readertest.Bench(b, New(), readertest.InMemory("taxi.jsonl", readertest.TaxiJSON(rows)), rows)
}

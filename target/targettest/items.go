package targettest

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

func testItems(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"no items":               testNoItems,
		"zero-row items":         testZeroRows,
		"many batches and files": testManyBatches,
		"large batches":          testLargeBatches,
		"sliced batches":         testSlices,
	})
}

func testNoItems(e *env) {
	e.create()
	s := e.session()
	e.must(s.Flush())
	e.must(s.Push(nil))
	e.must(s.Push([]abstract.ChangeItem{}))
	e.must(s.Flush())
	e.want()
}

// testZeroRows: an empty file is an item without rows that is the last, and so
// is the end of a file that was verified after its rows had gone.
func testZeroRows(e *env) {
	e.create()
	s := e.session()
	empty, nilBatch, ended, between := e.file("empty"), e.file("nil"), e.file("ended"), e.file("between")
	e.must(s.Push([]abstract.ChangeItem{
		{
			Table: table, Batch: e.batch(simple, nil),
			Origin: abstract.Origin{LedgerID: empty.id, Object: empty.object, Last: true},
		},
		e.chunk(nilBatch, 0, true),
		e.chunk(ended, 3, false), e.chunk(ended, 0, true),
		e.chunk(between, 1, false), e.chunk(between, 0, false), e.chunk(between, 1, true),
	}))
	e.must(s.Flush())
	e.want(loaded{empty, 0, true}, loaded{nilBatch, 0, true}, loaded{ended, 3, true}, loaded{between, 2, true})
}

func testManyBatches(e *env) {
	e.create()
	s := e.session()
	var want []loaded
	for _, key := range []string{"a", "b", "c", "d"} {
		want = append(want, loaded{e.file(key), 300, true})
	}
	// Chunk by chunk, the files taking turns, several of them in one push.
	for n := range 30 {
		var items []abstract.ChangeItem
		for _, l := range want {
			items = append(items, e.chunk(l.f, 10, n == 29))
		}
		e.must(s.Push(items))
	}
	e.must(s.Flush())
	e.want(want...)
}

// testLargeBatches: more rows at once than a target would hold, after some
// that it holds, and before some more.
func testLargeBatches(e *env) {
	e.create()
	s := e.session()
	small, large := e.file("small"), e.file("large")
	e.must(s.Push([]abstract.ChangeItem{
		e.chunk(small, 1, false), e.chunk(large, 20_000, false), e.chunk(small, 1, true), e.chunk(large, 20_000, true),
	}))
	e.must(s.Flush())
	e.want(loaded{small, 2, true}, loaded{large, 40_000, true})
}

// testSlices: a batch may be a window on a larger one.
func testSlices(e *env) {
	e.create()
	s := e.session()
	f := e.file("sliced")
	whole := e.stretch(f, 0, 100)
	defer whole.Release()
	for from := int64(0); from < 100; from += 9 {
		to := min(from+9, 100)
		e.must(s.Push([]abstract.ChangeItem{{Table: table, Batch: whole.Batch.NewSlice(from, to), Origin: abstract.Origin{
			LedgerID: f.id, Object: f.object, Before: from, After: to, Rows: to - from, Last: to == 100,
		}}}))
	}
	e.must(s.Flush())
	e.want(loaded{f, 100, true})
}

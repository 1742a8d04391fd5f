package parquet

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// randomFile is a file of random row groups, pages and values, with the rows
// that are in it: a number, a text that may be NULL, and a list of texts.
func randomFile(r *rand.Rand, groups, most int) (testFile, [][]any) {
	f := testFile{
		top: 3,
		elements: []element{
			leafOf("n", typeInt64, required), textLeaf("s", optional),
			groupOf("l", optional, 1, convertedList), groupOf("list", repeated, 1, -1), textLeaf("element", optional),
		},
	}
	var rows [][]any
	for range groups {
		n := r.IntN(most)
		g := testGroup{rows: n, chunks: make([]testChunk, 3)}
		codec := []codec{codecNone, codecSnappy, codecZstd}[r.IntN(3)]
		dict := r.IntN(2) == 0
		for i := range g.chunks {
			g.chunks[i].codec = codec
		}
		entries := []string{"", "zero", strings.Repeat("long ", 100), "é", "7"}
		if dict {
			g.chunks[1].dict, g.chunks[1].size = texts(entries...), len(entries)
		}
		made := make([][]any, n)
		for i := range made {
			made[i] = make([]any, 3)
		}
		for at := 0; at < n; {
			size := min(1+r.IntN(most/2+1), n-at)
			var page testPage
			for i := range size {
				v := r.Int64N(1 << 40)
				made[at+i][0] = v
				page.values = append(page.values, le64(v)...)
			}
			page.n = size
			g.chunks[0].pages = append(g.chunks[0].pages, page)
			at += size
		}
		for at := 0; at < n; {
			size := min(1+r.IntN(most/2+1), n-at)
			page := testPage{v2: r.IntN(2) == 0, rows: size}
			var idx []uint8
			for i := range size {
				page.def = append(page.def, uint8(min(r.IntN(3), 1)))
				if page.def[i] == 0 {
					continue
				}
				e := uint8(r.IntN(len(entries)))
				made[at+i][1] = entries[e]
				idx = append(idx, e)
				if !dict {
					page.values = append(page.values, texts(entries[e])...)
				}
			}
			if dict {
				page.encoding, page.values = encodingDictionary, places(idx...)
			}
			g.chunks[1].pages = append(g.chunks[1].pages, page)
			at += size
		}
		for at := 0; at < n; {
			size := min(1+r.IntN(most/2+1), n-at)
			page := testPage{v2: r.IntN(2) == 0, rows: size}
			for i := range size {
				made[at+i][2] = page.randomList(r)
			}
			g.chunks[2].pages = append(g.chunks[2].pages, page)
			at += size
		}
		f.groups = append(f.groups, g)
		rows = append(rows, made...)
	}
	return f, rows
}

// randomList adds a list to the page and returns it as JSON.
func (p *testPage) randomList(r *rand.Rand) any {
	n := r.IntN(6) - 2
	if n <= 0 {
		p.rep, p.def = append(p.rep, 0), append(p.def, uint8(n+2)/2)
		return map[bool]any{true: "[]"}[n >= 0]
	}
	var words []string
	for i := range n {
		p.rep = append(p.rep, uint8(min(i, 1)))
		if r.IntN(4) == 0 {
			p.def = append(p.def, 2)
			words = append(words, "null")
			continue
		}
		p.def = append(p.def, 3)
		word := fmt.Sprint(r.IntN(1000))
		p.values = append(p.values, texts(word)...)
		words = append(words, `"`+word+`"`)
	}
	return "[" + strings.Join(words, ",") + "]"
}

// counted counts the requests of a store.
type counted struct {
	*readertest.Bucket
	opens atomic.Int64
}

func (c *counted) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	c.opens.Add(1)
	return c.Bucket.Open(ctx, info, offset, length)
}

var randomSchema = abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: "s", Type: abstract.Text}, {Name: "l", Type: abstract.JSON}}

// Whatever the budget and the batches are, the rows are the same, from every
// row on, and all memory is given back.
func TestRandomFiles(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for round := range 24 {
		groups, most := 1+r.IntN(4), 1+r.IntN(200)
		if round%10 == 0 {
			most = 4000
		}
		f, rows := randomFile(r, groups, most)
		file := inMemory(f.bytes())
		sample, err := New().Sample(t.Context(), file, reader.Hints{})
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			checkRandomly(t, r, file, sample.Dialect, randomSchema, rows)
		}
	}
}

// checkRandomly reads a file from a random row on, with a random budget, in batches
// of a random size, and compares what comes with the file's rows.
func checkRandomly(t *testing.T, r *rand.Rand, file reader.File, dialect reader.Dialect, schema abstract.Schema, rows [][]any) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	limits := reader.NewLimits(int64(1)<<(8+r.IntN(18)), 1+r.IntN(4))
	limits.Allocator = mem
	from := r.IntN(len(rows) + 1)
	req := reader.Request{
		File: file, Dialect: dialect, Schema: schema, Limits: limits,
		BatchRows: r.IntN(2) * (1 + r.IntN(100)), Offset: int64(from), Records: int64(from),
	}
	got, err := readertest.Read(t.Context(), t, New(), req, nil)
	if err != nil {
		t.Fatalf("%v, budget %d, from row %d: %v", schema, limits.Limit(), from, err)
	}
	if diff := readertest.Diff(got.Rows, rows[from:]); diff != "" {
		t.Fatalf("%v, budget %d, batches of %d, from row %d of %d: %s", schema, limits.Limit(), req.BatchRows, from, len(rows), diff)
	}
	mem.AssertSize(t, 0)
	if limits.InUse() != 0 {
		t.Fatalf("%d bytes are still in use", limits.InUse())
	}
}

// A file of 4 MB costs a handful of requests, its sample included; so does a
// larger one whose row groups fit into memory.
func TestFewRequests(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, test := range []struct{ groups, most, requests int }{{40, 800, 2}, {12, 40_000, 16}} {
		f, rows := randomFile(r, test.groups, test.most)
		data := f.bytes()
		store := &counted{Bucket: &readertest.Bucket{Files: map[string][]byte{"f": data}}}
		file := reader.File{Bucket: store, Info: store.Info("f")}
		sample, err := New().Sample(t.Context(), file, reader.Hints{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := readertest.Read(t.Context(), t, New(), reader.Request{
			File: file, Dialect: sample.Dialect, Schema: randomSchema, Limits: reader.NewLimits(64<<20, 2),
		}, nil)
		if err != nil || len(got.Rows) != len(rows) {
			t.Fatalf("%d rows of %d, %v", len(got.Rows), len(rows), err)
		}
		if n := store.opens.Load(); n > int64(test.requests) {
			t.Errorf("%d bytes in %d row groups: %d requests, want %d at most", len(data), test.groups, n, test.requests)
		}
		t.Logf("%d bytes, %d rows in %d row groups: %d requests", len(data), len(rows), test.groups, store.opens.Load())
	}
}

// A stretch whose data is more than was reserved is emitted in parts; bad rows
// are found in each of them, under their own numbers.
func TestBadRowsInParts(t *testing.T) {
	const n = 600
	var numbers, words []byte
	var want [][]any
	for i := range n {
		word := strings.Repeat("x", i*7%2000)
		if i%7 == 3 {
			word += "\xff"
		} else {
			want = append(want, []any{int64(i), word})
		}
		numbers, words = append(numbers, le64(int64(i))...), append(words, texts(word)...)
	}
	file := inMemory(testFile{
		elements: []element{leafOf("n", typeInt64, required), textLeaf("s", required)},
		groups: []testGroup{{rows: n, chunks: []testChunk{
			{codec: codecZstd, pages: []testPage{{n: n, values: numbers}}}, {codec: codecZstd, pages: []testPage{{n: n, values: words}}},
		}}},
	}.bytes())
	for _, budget := range []int64{1, 100, 10_000, 100_000, 10_000_000} {
		req := reader.Request{
			File: file, Dialect: reader.Dialect{Format: Name, Columns: []string{"n", "s"}}, Schema: randomSchema[:2],
			Limits: reader.NewLimits(budget, 2), OnBadRow: reader.SkipRow,
		}
		got, err := readertest.Read(t.Context(), t, New(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := readertest.Diff(got.Rows, want); diff != "" || got.Records() != n {
			t.Errorf("budget %d: %d records, %s", budget, got.Records(), diff)
		}
		if !strings.HasPrefix(got.Reasons[0], `record 4, column "s": "xx`) {
			t.Errorf("budget %d: %s", budget, got.Reasons[0])
		}
		req.OnBadRow, req.Limits = reader.FailFile, reader.NewLimits(budget, 2)
		req.Offset, req.Records = 4, 4
		got, err = readertest.Read(t.Context(), t, New(), req, nil)
		if err == nil || !strings.Contains(err.Error(), `record 11, column "s"`) {
			t.Errorf("budget %d: %v", budget, err)
		}
		if diff := readertest.Diff(got.Rows, want[3:9]); diff != "" {
			t.Errorf("budget %d, before the bad row: %s", budget, diff)
		}
	}
}

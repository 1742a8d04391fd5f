package column

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// fillRandom writes n rows, and returns them as the array will show them.
func fillRandom(b *Builder, r *rand.Rand, n int) []string {
	var want []string
	for row := range n {
		null := r.IntN(4) == 0
		if null {
			b.SetNull(row)
		}
		text := fmt.Sprint(r.IntN(1000))[:r.IntN(2)*1]
		switch b.typ {
		case abstract.Bool:
			v := r.IntN(2) == 1 && !null
			if v {
				b.SetTrue(row)
			}
			text = fmt.Sprint(v)
		case abstract.Int64:
			v := r.Int64()
			b.Int64s()[row] = v
			text = fmt.Sprint(v)
		case abstract.Text:
			at := int(b.Offsets()[row])
			if at+len(text) > len(b.Data()) {
				b.Grow(at + len(text))
			}
			copy(b.Data()[at:], text)
			b.Offsets()[row+1] = int32(at + len(text))
		}
		if null {
			text = "(null)"
		}
		want = append(want, text)
	}
	b.N = n
	return want
}

func shown(t *testing.T, b *Builder) []string {
	t.Helper()
	a, _ := b.Array()
	defer a.Release()
	var got []string
	for i := range a.Len() {
		got = append(got, a.ValueStr(i))
	}
	return got
}

func TestRemoveAndSplitKeepEveryOtherRow(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		typ := []abstract.Type{abstract.Bool, abstract.Int64, abstract.Text}[r.IntN(3)]
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		n := r.IntN(40)
		b := New(mem, typ, n, 0)
		want := fillRandom(b, r, n)
		var gone []int
		kept := want[:0:0]
		for row := range n {
			if r.IntN(3) == 0 {
				gone = append(gone, row)
			} else {
				kept = append(kept, want[row])
			}
		}
		b.Remove(gone)
		cut := r.IntN(len(kept) + 1)
		head := b.Split(cut)
		if got := shown(t, head); !slices.Equal(got, kept[:cut]) {
			t.Fatalf("%s: %q without %v, the first %d: %q", typ, want, gone, cut, got)
		}
		if got := shown(t, b); !slices.Equal(got, kept[cut:]) {
			t.Fatalf("%s: %q without %v, after the first %d: %q", typ, want, gone, cut, got)
		}
		mem.AssertSize(t, 0)
	}
}

package snapshot

import (
	"fmt"
	"testing"
)

// TestMarks: a listing begins as far back as asked for, at most a page
// further, and remembers no more than it must (S-28).
func TestMarks(t *testing.T) {
	key := func(n int) string { return fmt.Sprintf("%06d", n) }
	for _, lookBack := range []int{1, 999, 1000, 1001, 2500, 5000, 100_000} {
		for _, n := range []int{0, 1, 999, 1000, 1001, 5000, 6001, 12_345} {
			m := newMarks("", lookBack)
			most := 0
			for i := range n {
				m.add(key(i + 1))
				most = max(most, len(m.kept))
			}
			from := 0
			if begin := m.begin(); begin != "" {
				_, _ = fmt.Sscanf(begin, "%d", &from)
			}
			if after := n - from; after < min(lookBack, n) || after >= lookBack+1000 && from > 0 || n >= lookBack+1000 && from == 0 {
				t.Errorf("%d keys, looking back %d: begins with %d to come", n, lookBack, after)
			}
			if most > lookBack/1000+3 {
				t.Errorf("%d keys, looking back %d: %d marks", n, lookBack, most)
			}
		}
	}
}

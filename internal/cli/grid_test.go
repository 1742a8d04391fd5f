package cli

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestGrid(t *testing.T) {
	g := func() *grid {
		return &grid{header: []string{"a", "日本"}, rows: [][]string{{"x\x1b[1m", "é́"}, {"東京", strings.Repeat("y", 60)}}}
	}
	for width, want := range map[int]string{
		0:  "a         日本\nx\\x1b[1m  é́\n東京      " + strings.Repeat("y", 47) + "…\n",
		30: "a         日本\nx\\x1b[1m  é́\n東京      yyyyyyyyyyyyyyy…\n",
		12: "a\nx\\x1b[1m\n東京\n",
		3:  "a\nx\\…\n東…\n",
	} {
		var out bytes.Buffer
		table := g()
		table.width = width
		hidden := table.print(&out)
		if out.String() != want || (hidden > 0) != (width == 12 || width == 3) {
			t.Errorf("%d wide, %d hidden:\n%s\nwant\n%s", width, hidden, &out, want)
		}
	}
	var out bytes.Buffer
	table := &grid{header: []string{"n", "why"}, rows: [][]string{{"1", strings.Repeat("z", 100)}}, open: true}
	if table.print(&out); !strings.Contains(out.String(), strings.Repeat("z", 100)) {
		t.Errorf("the open column is cut:\n%s", &out)
	}
}

// No line is wider than the terminal, whatever is in the cells.
func TestGridFits(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	letters := []string{"a", "é", "日", "́", "\x00", "\xff", "\n", "😀", "\u202e"}
	text := func() string {
		var b strings.Builder
		for range r.IntN(60) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	for range 500 {
		g := grid{width: r.IntN(120) + leastOpen, open: r.IntN(2) == 0}
		for range r.IntN(6) + 1 {
			g.header = append(g.header, text())
		}
		for range r.IntN(4) {
			row := make([]string, len(g.header))
			for i := range row {
				row[i] = text()
			}
			g.rows = append(g.rows, row)
		}
		var out bytes.Buffer
		g.print(&out)
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != len(g.rows)+1 {
			t.Fatalf("%d lines for %d rows", len(lines), len(g.rows))
		}
		for _, line := range lines {
			if textWidth(line) > g.width || oneLine(line) != line {
				t.Fatalf("%d wide for %d: %q", textWidth(line), g.width, line)
			}
		}
	}
}

package cli

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// grid is a table that fits into a terminal: cells that are long are cut, and
// columns that do not fit are left out.
type grid struct {
	header []string
	rows   [][]string
	width  int  // of the terminal, 0 for any
	open   bool // the last column may be as wide as there is room
}

const (
	mostCell  = 48 // characters of a cell
	leastOpen = 24 // characters that an open column has at least
	gap       = 2  // between two columns
)

// print prints the table, and tells how many columns were left out.
func (g *grid) print(w io.Writer) (hidden int) {
	lines := append([][]string{g.header}, g.rows...)
	shown, sum := 0, 0
	var widths []int
	for ; shown < len(g.header); shown++ {
		most := g.mostCell(shown, sum)
		width := 0
		for _, line := range lines {
			line[shown] = cutText(oneLine(line[shown]), most)
			width = max(width, textWidth(line[shown]))
		}
		if sum += width; g.width > 0 && sum > g.width && shown > 0 {
			break
		}
		sum += gap
		widths = append(widths, width)
	}
	for _, line := range lines {
		var b strings.Builder
		for i, cell := range line[:shown] {
			b.WriteString(cell)
			b.WriteString(strings.Repeat(" ", widths[i]-textWidth(cell)+gap))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	return len(g.header) - shown
}

// mostCell is how wide the cells of a column may be, which begins there.
func (g *grid) mostCell(column, begin int) int {
	switch {
	case g.open && column == len(g.header)-1 && g.width == 0:
		return math.MaxInt
	case g.open && column == len(g.header)-1:
		return max(g.width-begin, leastOpen)
	case g.width > 0:
		return min(mostCell, g.width)
	}
	return mostCell
}

// textWidth is how many columns of a terminal a printable text takes.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	switch kind := width.LookupRune(r).Kind(); {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cutText cuts a text that is wider than so many columns of a terminal.
func cutText(s string, most int) string {
	if textWidth(s) <= most {
		return s
	}
	n := 1 // for the …
	for i, r := range s {
		if n += runeWidth(r); n > most {
			return s[:i] + "…"
		}
	}
	return s
}

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
	leastOpen = 24 // characters that an open column has at least
	gap       = 2  // between two columns
)

// print prints the table, and tells how many columns were left out.
func (g *grid) print(w io.Writer) (hidden int) {
	lines := append([][]string{g.header}, g.rows...)
	for _, line := range lines {
		for i := range line {
			line[i] = oneLine(line[i])
		}
	}
	var most, widths []int
	for _, cell := range []int{48, 32, 24, 16} { // less if not all columns fit
		if most, widths = g.layout(lines, cell); len(widths) == len(g.header) {
			break
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for i, width := range widths {
			cell := cutText(line[i], most[i])
			b.WriteString(cell)
			b.WriteString(strings.Repeat(" ", width-textWidth(cell)+gap))
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	return len(g.header) - len(widths)
}

// layout is how wide the cells of each column may be, and how wide they are, for as
// many columns as fit if cells have no more than so many characters.
func (g *grid) layout(lines [][]string, cell int) (most, widths []int) {
	begin := 0
	for i := range g.header {
		limit := cell
		switch {
		case g.open && i == len(g.header)-1 && g.width == 0:
			limit = math.MaxInt
		case g.open && i == len(g.header)-1:
			limit = max(g.width-begin, leastOpen)
		}
		if g.width > 0 {
			limit = min(limit, g.width)
		}
		width := 0
		for _, line := range lines {
			width = max(width, min(textWidth(line[i]), limit))
		}
		if g.width > 0 && begin+width > g.width && i > 0 {
			break
		}
		most, widths = append(most, limit), append(widths, width)
		begin += width + gap
	}
	return most, widths
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

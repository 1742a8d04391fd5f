package csv

import (
	"maps"
	"slices"
)

// The score of a dialect is the idea of "Wrangling messy CSV files by detecting row
// and type patterns" (van den Burg, Nazábal, Sutton, 2019): in the right dialect
// most records have the same number of cells, more than one, and most cells are
// something.

// What a record of a single cell counts for: little, so that any delimiter that
// divides records regularly is better than none, but as much as one of two cells
// if it is quoted as a whole.
const (
	alone       = 1e-3
	aloneQuoted = 0.5
)

// fit tells how a text goes with a dialect.
type fit struct {
	score  float64 // from 0 to 1, the best
	same   float64 // 1 if all records have the same number of cells
	values float64 // the share of cells that are numbers or times
}

// fit tells how likely it is that a text is in the dialect.
func (d *dialect) fit(text []byte, whole bool) fit {
	widths := map[int]int{}
	records, cells, typed, values, wholes := 0, 0, 0, 0, 0
	for r := (recordScan{dialect: d, text: text, whole: whole}); records < detectRecords && r.next(); records++ {
		widths[len(r.row)]++
		cells += len(r.row)
		if r.malformed {
			continue
		}
		if len(r.row) == 1 && r.row[0].quoted() {
			wholes++
		}
		for _, c := range r.row {
			if c.quoted() || isSomething(c.in(text)) {
				typed++
			}
			if isValueLike(c.in(text)) {
				values++
			}
		}
	}
	if records == 0 {
		return fit{}
	}
	f := fit{values: float64(values) / float64(cells)}
	divided := aloneQuoted * float64(wholes) / float64(records)
	for _, width := range slices.Sorted(maps.Keys(widths)) { // the same sum every time
		p := float64(widths[width]) / float64(records)
		f.same += p * p
		divided += p * max(float64(width-1), alone) / float64(width)
	}
	f.score = f.same * divided * float64(typed) / float64(cells)
	return f
}

// recordScan goes through the records of a text, one after another. Empty lines
// and comments are left out, and so is a record that may go on behind the text.
type recordScan struct {
	*dialect
	text  []byte
	whole bool // nothing is behind the text
	pos   int

	// Of the record.
	start     int
	row       []cell // until the next one
	malformed bool
}

// next goes on to the next record, and tells whether there is one.
func (r *recordScan) next() bool {
	length, _ := r.blankLines(r.text[r.pos:])
	r.pos += length
	if r.pos >= len(r.text) || r.isComment(r.text[r.pos:]) {
		return false
	}
	r.start, r.row, r.malformed = r.pos, r.row[:0], false
	for {
		c, end, fault := r.simpleCell(r.text, r.pos)
		if end == len(r.text) && !r.whole {
			return false
		}
		r.pos = min(end+1, len(r.text))
		r.malformed = r.malformed || fault != ""
		ends := end == len(r.text) || r.text[end] == r.lineEnd
		if ends && !c.quoted() && c.len() > 0 && r.lineEnd == '\n' && r.text[c.end()-1] == '\r' {
			c.size--
		}
		r.row = append(r.row, c)
		if ends {
			return true
		}
	}
}

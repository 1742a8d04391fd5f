package csv

import (
	"bytes"
	"slices"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
)

// mostPreamble is how many records before a table are taken for what introduces
// it.
const mostPreamble = 100

// table is what a text is in the dialect that it is likely in.
type table struct {
	dialect
	text   []byte
	width  int // cells of most records
	rows   [][]cell
	starts []int // of the rows

	comment  []byte // what lines that are no rows begin with
	skip     int    // lines before the table
	noHeader bool
	null     []string
}

// newTable reads the beginning of a text and finds out what the dialect does not
// say, as far as the hints leave that open.
func newTable(d dialect, text []byte, whole bool, hints reader.Hints) *table {
	t := &table{dialect: d, text: text}
	for r := (recordScan{dialect: &d, text: text, whole: whole}); len(t.rows) < detectRecords && r.next(); {
		t.rows, t.starts = append(t.rows, slices.Clone(r.row)), append(t.starts, r.start)
	}
	t.measure()
	if t.width > 1 && hints.SkipLines == 0 && hints.Comment == "" {
		t.findPreamble()
	}
	t.noHeader = hints.NoHeader || !t.hasHeader()
	if t.null = hints.Null; hints.Null == nil {
		t.findNull()
	}
	return t
}

// measure finds the commonest width, the larger one of two.
func (t *table) measure() {
	count := map[int]int{}
	for _, row := range t.rows {
		count[len(row)]++
	}
	for width, n := range count {
		if most := count[t.width]; n > most || n == most && width > t.width {
			t.width = width
		}
	}
}

// findPreamble leaves out the rows before the table. If those are comments, all
// comments are left out.
func (t *table) findPreamble() {
	n := t.preamble()
	if comment := []byte("#"); t.areComments(comment, n) {
		t.comment = comment
		var rows [][]cell
		for i, row := range t.rows {
			if !bytes.HasPrefix(t.text[t.starts[i]:], comment) {
				rows = append(rows, row)
			}
		}
		t.rows = rows
		return
	}
	if n > 0 {
		t.skip = bytes.Count(t.text[:t.starts[n]], []byte{t.lineEnd})
	}
	t.rows = t.rows[n:]
}

// preamble is the number of rows before the table. They are far narrower, and
// would be bad rows; or they are as wide but have hardly anything in them, and
// what follows has all the names of a header. Nothing else that may be a row is
// taken for a remark.
func (t *table) preamble() int {
	const most = 2 // is the number of rows that make a table
	n := slices.IndexFunc(t.rows, func(row []cell) bool { return !t.isNarrow(row) && !t.isHollow(row) })
	if n < 0 || n > mostPreamble || len(t.rows)-n < most {
		return 0
	}
	if slices.ContainsFunc(t.rows[:n], t.isHollow) && !t.isNames(t.rows[n]) {
		n = max(slices.IndexFunc(t.rows, func(row []cell) bool { return !t.isNarrow(row) }), 0)
	}
	return n
}

// isNarrow tells whether a row has at most half as many cells as the table.
func (t *table) isNarrow(row []cell) bool { return 2*len(row) <= t.width }

// isHollow tells whether a row has a title in its first cell at most.
func (t *table) isHollow(row []cell) bool {
	return !t.isNarrow(row) && !slices.ContainsFunc(row[1:], func(c cell) bool { return c.len() > 0 })
}

// isNames tells whether a row may be a header: words in each cell.
func (t *table) isNames(row []cell) bool {
	return len(row) == t.width && !slices.ContainsFunc(row, func(c cell) bool { return c.len() == 0 || isValueLike(c.in(t.text)) })
}

// areComments tells whether rows begin with the mark of comments: all of the
// first n, or if there are none, some of the others, which are no wider.
func (t *table) areComments(mark []byte, n int) bool {
	some := false
	for i, row := range t.rows {
		switch marked := bytes.HasPrefix(t.text[t.starts[i]:], mark); {
		case i < n && !marked, marked && i == n, marked && len(row) == t.width:
			return false
		case marked:
			some = true
		}
	}
	return some
}

// hasHeader tells whether the first row names the columns: it has words above
// numbers and times, rather than numbers, times, or what is below it again.
func (t *table) hasHeader() bool {
	if len(t.rows) == 0 {
		return true
	}
	votes, odd := 0, false
	for i, c := range t.rows[0] {
		name := c.in(t.text)
		isValue := isValueLike(name)
		odd = odd || isValue
		values, words, again := 0, 0, false
		for _, row := range t.rows[1:] {
			if len(row) != t.width || i >= len(row) || row[i].len() == 0 || t.isSame(row, t.rows[0]) {
				continue
			}
			switch value := row[i].in(t.text); {
			case isValueLike(value):
				values++
			case !isNullLike(string(value)):
				words++
				again = again || bytes.Equal(value, name)
			}
		}
		switch {
		case len(name) == 0:
		case values > 9*words && !isValue:
			votes++
		case values > 9*words, again:
			votes--
		}
	}
	return votes > 0 || votes == 0 && !odd
}

// isSame tells whether two rows are the same: a header may be there again.
func (t *table) isSame(a, b []cell) bool {
	return slices.EqualFunc(a, b, func(a, b cell) bool { return bytes.Equal(a.in(t.text), b.in(t.text)) })
}

// isValueLike tells whether a cell is a number or a time.
func isValueLike(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 0 && (isNumberLike(text) || isTimeLike(text))
}

// findNull finds words for NULL: those in columns that have another type without
// them.
func (t *table) findNull() {
	rows := t.rows
	if !t.noHeader && len(rows) > 0 {
		rows = rows[1:]
	}
	for i := range t.width {
		var words []string
		typed, texts := 0, 0
		for _, row := range rows {
			if len(row) != t.width || row[i].len() == 0 {
				continue
			}
			switch value := row[i].in(t.text); {
			case !row[i].quoted() && isNullLike(string(value)):
				if word := string(value); !slices.Contains(words, word) {
					words = append(words, word)
				}
			case scalar.KindOf(value)&scalar.KindText == 0:
				typed++
			default:
				texts++
			}
		}
		for _, word := range words {
			if (typed > 0 && texts == 0 || word == `\N`) && !slices.Contains(t.null, word) {
				t.null = append(t.null, word)
			}
		}
	}
}

// found adds what was found to the hints.
func (t *table) found(hints reader.Hints) reader.Hints {
	if t.width > 1 {
		hints.Delimiter = t.delimiter
	}
	hints.Quote, hints.NoQuote, hints.Escape = t.quote, t.quote == 0, t.escape
	if t.comment != nil {
		hints.Comment = string(t.comment)
	}
	hints.SkipLines += t.skip
	hints.NoHeader, hints.Null = t.noHeader, t.null
	return hints
}

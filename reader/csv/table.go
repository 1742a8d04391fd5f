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

	skip     int // lines before the table
	noHeader bool
	null     []string
}

// newTable reads the beginning of a text and finds out what the dialect does not
// say, as far as the hints leave that open.
func newTable(d dialect, text []byte, whole bool, hints reader.Hints) *table {
	t := &table{dialect: d, text: text}
	t.read(whole)
	if hints.Comment == "" && len(d.comment) > 0 && t.hasMarked(whole) {
		t.comment = nil
		t.read(whole)
	}
	if t.width > 1 && hints.SkipLines == 0 {
		t.findPreamble()
	}
	header, _ := t.hasHeader()
	t.noHeader = hints.NoHeader || !header
	if t.null = hints.Null; hints.Null == nil {
		t.findNull()
	}
	return t
}

// read reads the rows.
func (t *table) read(whole bool) {
	t.rows, t.starts, t.width = nil, nil, 0
	for r := (recordScan{dialect: &t.dialect, text: t.text, whole: whole}); len(t.rows) < detectRecords && r.next(); {
		t.rows, t.starts = append(t.rows, slices.Clone(r.row)), append(t.starts, r.start)
	}
	t.measure()
}

// hasMarked tells whether what is taken for a comment may be a row: one that is as
// wide as the table. A header that begins with the mark is, if no other one
// follows.
func (t *table) hasMarked(whole bool) bool {
	unmarked := t.dialect
	unmarked.comment = nil
	_, sure := t.hasHeader()
	r := recordScan{dialect: &unmarked, text: t.text, whole: whole}
	for n, behind := 0, false; n < detectRecords && r.next(); n++ {
		marked := bytes.HasPrefix(t.text[r.start:], t.comment)
		if marked && len(r.row) == t.width && (behind || !sure) {
			return true
		}
		behind = behind || !marked
	}
	return false
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

// findPreamble leaves out the rows before the table.
func (t *table) findPreamble() {
	if n := t.preamble(); n > 0 {
		t.skip = bytes.Count(t.text[:t.starts[n]], []byte{t.lineEnd})
		t.rows = t.rows[n:]
	}
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

// hasHeader tells whether the first row names the columns. It does if it has words
// above numbers and times, more often than numbers and times above others. Where
// there are none below, it does unless it has some itself, or a word that is there
// again; that is not sure.
func (t *table) hasHeader() (yes, sure bool) {
	if len(t.rows) == 0 {
		return true, false
	}
	first := t.rows[0]
	rows := slices.DeleteFunc(slices.Clone(t.rows[1:]), func(row []cell) bool {
		return len(row) != len(first) || t.isSame(row, first) // a header may be there again
	})
	named, unnamed, odd, again := 0, 0, false, false
	for i, c := range first {
		name := c.in(t.text)
		isValue := isValueLike(name)
		odd = odd || isValue
		values, words := 0, 0
		for _, row := range rows {
			switch value := row[i].in(t.text); {
			case len(value) == 0 || isNullLike(string(value)):
			case isValueLike(value):
				values++
			default:
				words++
				again = again || bytes.Equal(value, name)
			}
		}
		switch {
		case len(name) == 0 || values <= 9*words:
		case isValue:
			unnamed++
		default:
			named++
		}
	}
	if named+unnamed > 0 {
		return named >= unnamed, named >= unnamed
	}
	return !odd && !again, false
}

// isSame tells whether two rows are the same.
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
	hints.Comment = string(t.comment)
	hints.SkipLines += t.skip
	hints.NoHeader, hints.Null = t.noHeader, t.null
	return hints
}

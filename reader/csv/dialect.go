package csv

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
)

// lineEndCR is how a [reader.Dialect] records that records end at CR.
const lineEndCR = "cr"

// dialect is a [reader.Dialect] made ready for use.
type dialect struct {
	delimiter byte
	quote     byte // 0: there are none
	escape    byte // 0: there is none
	lineEnd   byte // the last byte of a line end: '\n', or '\r' in files that have no '\n'
	comment   []byte
	skipLines int
	simple    bool // records are found the simple way: see simple.go
	null      [][]byte
	nullSizes uint64 // bit n: some null word has n bytes; bit 63: 63 or more
	notText   string // what a broken text is
}

// parseDialect checks a dialect. What is wrong with it is not the file's
// fault.
func parseDialect(from reader.Dialect) (dialect, error) {
	if len(from.Delimiter) != 1 || len(from.Quote) > 1 || len(from.Escape) > 1 {
		return dialect{}, fmt.Errorf("csv: delimiter %q, quote %q and escape %q must be one byte each", from.Delimiter, from.Quote, from.Escape)
	}
	d := dialect{
		delimiter: from.Delimiter[0], quote: first(from.Quote), escape: first(from.Escape), lineEnd: '\n',
		comment: []byte(from.Comment), skipLines: from.SkipLines, notText: from.NotText(),
		simple: from.Quote == "" || from.Escape != "" || from.Comment != "",
	}
	seen := map[byte]string{}
	for _, use := range []struct{ name, text string }{{"delimiter", from.Delimiter}, {"quote", from.Quote}, {"escape", from.Escape}} {
		if use.text == "" {
			continue
		}
		c := use.text[0]
		if c == '\n' || c == '\r' || c == 0 || c >= 0x80 {
			return dialect{}, fmt.Errorf("csv: %q cannot be a %s: use an ASCII character that is no line end", use.text, use.name)
		}
		if other, twice := seen[c]; twice {
			return dialect{}, fmt.Errorf("csv: %s and %s are both %q", other, use.name, c)
		}
		seen[c] = use.name
	}
	if strings.ContainsAny(from.Comment, "\r\n") {
		return dialect{}, fmt.Errorf("csv: what comments begin with, %q, has a line end in it", from.Comment)
	}
	if d.skipLines < 0 {
		return dialect{}, fmt.Errorf("csv: %d lines cannot be skipped", d.skipLines)
	}
	switch from.LineEnd {
	case "":
	case lineEndCR:
		d.lineEnd = '\r'
	default:
		return dialect{}, fmt.Errorf("csv: unknown line end %q", from.LineEnd)
	}
	for _, word := range from.Null {
		d.null = append(d.null, []byte(word))
		d.nullSizes |= 1 << min(len(word), 63)
	}
	return d, nil
}

// first is the first byte of a text, 0 where there is none.
func first(text string) byte {
	if text == "" {
		return 0
	}
	return text[0]
}

// isNullWord tells whether an unquoted cell means NULL by what it says.
func (d *dialect) isNullWord(cell []byte) bool {
	if d.nullSizes&(1<<min(len(cell), 63)) == 0 {
		return false
	}
	return slices.ContainsFunc(d.null, func(word []byte) bool { return bytes.Equal(word, cell) })
}

// opens tells whether a quote at that place of data opens a quoted cell. data
// begins at a record's start and the place is not inside a quoted cell.
func (d *dialect) opens(data []byte, at int) bool {
	return at == 0 || data[at-1] == d.delimiter || data[at-1] == d.lineEnd
}

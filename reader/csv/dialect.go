package csv

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/seed-ede61cd5/sluice/reader"
)

// lineEndCR is how a [reader.Dialect] records that records end at CR.
const lineEndCR = "cr"

// dialect is a [reader.Dialect] made ready for use.
type dialect struct {
	delimiter byte
	quote     byte
	lineEnd   byte // the last byte of a line end: '\n', or '\r' in files that have no '\n'
	null      [][]byte
	nullSizes uint64 // bit n: some null word has n bytes; bit 63: 63 or more
	notText   string // what a broken text is
}

// parseDialect checks a dialect. What is wrong with it is not the file's
// fault.
func parseDialect(from reader.Dialect) (dialect, error) {
	if len(from.Delimiter) != 1 || len(from.Quote) != 1 {
		return dialect{}, fmt.Errorf("csv: delimiter %q and quote %q must be one byte each", from.Delimiter, from.Quote)
	}
	d := dialect{delimiter: from.Delimiter[0], quote: from.Quote[0], lineEnd: '\n', notText: from.NotText()}
	for _, c := range []byte{d.delimiter, d.quote} {
		if c == '\n' || c == '\r' || c == 0 || c >= 0x80 {
			return dialect{}, fmt.Errorf("csv: %q cannot be a delimiter or quote: use an ASCII character that is no line end", c)
		}
	}
	if d.delimiter == d.quote {
		return dialect{}, fmt.Errorf("csv: delimiter and quote are both %q", d.quote)
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

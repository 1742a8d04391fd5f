package csv

import (
	"bytes"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
)

// splitter is the [reader.SplitFunc] of a file.
type splitter struct {
	*dialect
	detect bool // find out how records end, first
	head   bool // the first record is wanted, however many empty lines precede it
}

func (s *splitter) split(data []byte, offset int64, most int, atEOF bool) (end, records int) {
	if s.detect {
		lineEnd, ok := s.detectLineEnd(data, atEOF)
		if !ok {
			return 0, 0
		}
		s.lineEnd, s.detect = lineEnd, false
	}
	if s.head {
		start, ok := s.beginning(data, offset, atEOF)
		if !ok {
			return 0, 0
		}
		if blank, _ := s.blankLines(data[start:]); blank > 0 {
			end, _ = s.dialect.split(data[start+blank:], offset+1, 1, atEOF)
			return start + blank + end, 1
		}
	}
	return s.dialect.split(data, offset, most, atEOF)
}

// beginning is where the records of data begin: behind the byte order mark and
// the lines to be skipped, at the beginning of a file. ok is false where more
// data is needed to know.
func (d *dialect) beginning(data []byte, offset int64, atEOF bool) (start int, ok bool) {
	if offset > 0 {
		return 0, true
	}
	mark := bomLen(data, offset)
	if mark < 0 && !atEOF {
		return 0, false
	}
	mark = max(mark, 0)
	if d.skipLines == 0 {
		return mark, true
	}
	lines, length := reader.CountLines(data[mark:], d.lineEnd, d.skipLines)
	if lines < d.skipLines {
		return len(data), atEOF
	}
	return mark + length, true
}

// blankLines is the length of the lines that data begins with and that are
// empty or comments, and the number of those that are empty. They are passed
// together, as there may be many.
func (d *dialect) blankLines(data []byte) (length, empty int) {
	for i := 0; i < len(data); i++ {
		switch {
		case data[i] == d.lineEnd:
			length = i + 1
			empty++
		case d.lineEnd == '\n' && data[i] == '\r' && i == length: // perhaps of a CRLF
		case i == length && d.isComment(data[i:]):
			next := d.lineAfter(data, i)
			if next < 0 {
				return length, empty
			}
			length, i = next, next-1
		default:
			return length, empty
		}
	}
	return length, empty
}

// split finds the end of whole records; see [reader.SplitFunc]. It jumps from quote to quote
// and between them counts line ends. Where the last one is, it looks once.
func (d *dialect) split(data []byte, offset int64, most int, atEOF bool) (end, records int) {
	start, ok := d.beginning(data, offset, atEOF)
	if !ok {
		return 0, 0
	}
	if d.simple {
		return d.simpleSplit(data, start, most, atEOF)
	}
	text, lineEnd := data[start:], []byte{d.lineEnd}
	from, to := 0, 0 // the last stretch outside quotes that has a line end
	for pos := 0; ; {
		// Line ends count up to the next quote that opens a cell.
		stop, closed := d.nextQuoted(text, pos)
		n := bytes.Count(text[pos:stop], lineEnd)
		if records+n >= most {
			_, last := reader.CountLines(text[pos:stop], d.lineEnd, most-records)
			return start + pos + last, most
		}
		if n > 0 {
			records += n
			from, to = pos, stop
		}
		if closed < 0 {
			break
		}
		pos = closed
	}
	if to > 0 {
		end = start + from + bytes.LastIndexByte(text[from:to], d.lineEnd) + 1
	}
	if atEOF && end < len(data) {
		return len(data), records + 1
	}
	return end, records
}

// nextQuoted finds the next quoted cell from pos on, which is outside quotes:
// where its quote opens, and the place after the one that closes it. Without a
// quoted cell stop is the end of data; without a closing quote closed is -1.
func (d *dialect) nextQuoted(data []byte, pos int) (stop, closed int) {
	for {
		i := bytes.IndexByte(data[pos:], d.quote)
		if i < 0 {
			return len(data), -1
		}
		pos += i
		if d.opens(data, pos) {
			closing, _ := d.closingQuote(data, pos+1)
			if closing < 0 {
				return pos, -1
			}
			return pos, closing + 1
		}
		pos++
	}
}

// closingQuote finds the quote that closes the cell whose content begins at
// pos, -1 if there is none. escaped tells that there are doubled quotes before.
func (d *dialect) closingQuote(data []byte, pos int) (closing int, escaped bool) {
	for {
		i := bytes.IndexByte(data[pos:], d.quote)
		if i < 0 {
			return -1, escaped
		}
		pos += i
		if pos+1 == len(data) || data[pos+1] != d.quote {
			return pos, escaped
		}
		escaped = true
		pos += 2
	}
}

// bomLen is the length of the byte order mark that data begins with. It is -1
// where data is too short to know.
func bomLen(data []byte, offset int64) int {
	switch {
	case offset > 0:
		return 0
	case bytes.HasPrefix(data, []byte(reader.BOM)):
		return len(reader.BOM)
	case len(data) < len(reader.BOM) && strings.HasPrefix(reader.BOM, string(data)):
		return -1
	}
	return 0
}

// lineEndSample is how much of a file whose first line end is a CR is looked
// at, in bytes.
const lineEndSample = 1 << 20

// detectLineEnd decides how the records of a file end, by the start of it. ok
// is false while data is too short to decide. Where the first line end is an
// LF, so are all. Where it is a CR alone, the more frequent of the two wins: a
// header may hold a stray CR, and a file of CRs may end in an LF that an editor
// added. Since it is not known yet which line ends count, a quote opens a cell
// after either.
func (d *dialect) detectLineEnd(data []byte, atEOF bool) (lineEnd byte, ok bool) {
	text := data[max(bomLen(data, 0), 0):]
	crs, lfs := 0, 0
	start := true // at the start of a cell
	for i := 0; i < len(text); i++ {
		c := text[i]
		if start && c == d.quote && d.quote != 0 {
			closing, _ := d.simpleQuote(text, i+1)
			if closing < 0 {
				break
			}
			i, start = closing, false
			continue
		}
		switch {
		case c == '\n' && crs == 0:
			return '\n', true
		case c == '\n':
			lfs++
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n': // a CRLF, counted by its LF
		case c == '\r' && (atEOF || i+1 < len(text)):
			crs++
		}
		start = c == d.delimiter || c == '\r' || c == '\n'
	}
	switch {
	case !atEOF && len(data) < lineEndSample:
		return 0, false
	case crs > lfs:
		return '\r', true
	}
	return '\n', crs > 0 || atEOF
}

package csv

import "bytes"

// Records of dialects with escapes or comments, or without quotes, are found
// byte by byte, by the functions below. The splitter and the index use the same
// ones, and so agree. All other dialects go the fast way: see [index.record] and
// [dialect.split].

// isComment tells whether a line is a comment, by what it begins with.
func (d *dialect) isComment(line []byte) bool {
	return len(d.comment) > 0 && bytes.HasPrefix(line, d.comment)
}

// lineAfter is where the line after the one at pos begins, -1 if that one does
// not end.
func (d *dialect) lineAfter(data []byte, pos int) int {
	i := bytes.IndexByte(data[pos:], d.lineEnd)
	if i < 0 {
		return -1
	}
	return pos + i + 1
}

// simpleRecord indexes the record or passes the comment that begins at pos. It
// returns where the next one begins.
func (x *index) simpleRecord(data []byte, n, pos int) int {
	d := x.dialect
	if !d.isComment(data[pos:n]) {
		return x.slowRecord(data, n, pos, pos, 0)
	}
	if next := d.lineAfter(data[:n], pos); next >= 0 {
		return next
	}
	return n
}

// simpleSplit finds the end of whole records from start on; see
// [reader.SplitFunc]. A comment counts as a record.
func (d *dialect) simpleSplit(data []byte, start, most int, atEOF bool) (end, records int) {
	for pos := start; records < most; records++ {
		if pos = d.recordAfter(data, pos); pos < 0 {
			break
		}
		end = pos
	}
	if atEOF && records < most && end < len(data) {
		return len(data), records + 1
	}
	return end, records
}

// recordAfter is where the record after the one at pos begins, -1 if that one
// does not end. Whatever could go on behind the data does not end in it.
func (d *dialect) recordAfter(data []byte, pos int) int {
	if d.isComment(data[pos:]) {
		return d.lineAfter(data, pos)
	}
	for {
		_, end, _ := d.simpleCell(data, pos)
		if end == len(data) {
			return -1
		}
		pos = end + 1
		if data[end] == d.lineEnd {
			return pos
		}
	}
}

// simpleCell is [dialect.cell] for data without padding: the end is that of the
// data if neither a delimiter nor a line end follows.
func (d *dialect) simpleCell(data []byte, start int) (c cell, end int, fault string) {
	if d.quote == 0 || start == len(data) || data[start] != d.quote {
		end, escaped := d.simpleEnd(data, start)
		return cell{uint32(start), uint32(end-start) | escaped}, end, ""
	}
	closing, escaped := d.simpleQuote(data, start+1)
	if closing < 0 {
		return cell{}, len(data), "its quote is never closed"
	}
	c = cell{uint32(start + 1), uint32(closing-start-1) | flagQuoted | escaped}
	end = closing + 1
	if bytes.HasPrefix(data[end:], []byte("\r\n")) && d.lineEnd == '\n' {
		end++
	}
	if end < len(data) && data[end] != d.delimiter && data[end] != d.lineEnd {
		fault = followsQuote(data[end])
		end, _ = d.simpleEnd(data, end)
	}
	return c, end, fault
}

// simpleEnd is the next delimiter or line end from pos on, and whether there are
// escapes before it.
func (d *dialect) simpleEnd(data []byte, pos int) (end int, escaped uint32) {
	for pos < len(data) && data[pos] != d.delimiter && data[pos] != d.lineEnd {
		n := d.escapeLen(data[pos:])
		if n > 0 {
			escaped = flagEscaped
		}
		pos += max(n, 1)
	}
	return pos, escaped
}

// simpleQuote finds the quote that closes the cell whose content begins at pos,
// -1 if there is none, and whether there are escapes or doubled quotes before it.
func (d *dialect) simpleQuote(data []byte, pos int) (closing int, escaped uint32) {
	for pos < len(data) {
		n := d.escapeLen(data[pos:])
		if n == 0 && data[pos] == d.quote {
			if pos+1 == len(data) || data[pos+1] != d.quote {
				return pos, escaped
			}
			n = 2
		}
		if n > 0 {
			escaped = flagEscaped
		}
		pos += max(n, 1)
	}
	return -1, escaped
}

// escapeLen is the length of the escape that data begins with and of what it
// escapes: a byte that would mean something otherwise, or a CRLF. It is 0 if
// there is no escape, or one before anything else, where it is data.
func (d *dialect) escapeLen(data []byte) int {
	if d.escape == 0 || data[0] != d.escape || len(data) < 2 {
		return 0
	}
	switch c := data[1]; {
	case c == d.escape, c == d.delimiter, c == d.lineEnd, c == d.quote && d.quote != 0:
		return 2
	case d.lineEnd == '\n' && bytes.HasPrefix(data[1:], []byte("\r\n")):
		return 3
	}
	return 0
}

// unescape copies a cell's content without its escapes and with every doubled
// quote made one, and returns the length. to has room for all of text.
func (d *dialect) unescape(to, text []byte, quoted bool) int {
	if d.escape == 0 {
		return unquote(to, text, d.quote)
	}
	n := 0
	for pos := 0; pos < len(text); {
		length := max(d.escapeLen(text[pos:]), 1)
		if length > 1 {
			pos, length = pos+1, length-1
		} else if quoted && text[pos] == d.quote {
			pos++ // the second one is copied
		}
		n += copy(to[n:], text[pos:pos+length])
		pos += length
	}
	return n
}

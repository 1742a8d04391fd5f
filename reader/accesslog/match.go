package accesslog

import (
	"bytes"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
)

// match finds the values of a line. It appends them to found, in the order of the
// format. If the line is not like the format, reason says why, and column where,
// negative if it is not in one.
func (p *pattern) match(line []byte, found [][]byte) (_ [][]byte, column int, reason string) {
	first := p.values[0].before
	if !bytes.HasPrefix(line, []byte(first)) {
		return found, -1, fmt.Sprintf("it does not begin with %q: %s", first, reader.Quote(line))
	}
	pos := len(first)
	for i := range p.values {
		v := &p.values[i]
		end := v.end(line, pos)
		if end < 0 {
			return found, v.column, fmt.Sprintf("%q is expected behind it, which begins at %s: is the log in another format?", v.until, reader.Quote(line[pos:]))
		}
		found = append(found, line[pos:end:end])
		pos = end + len(v.until)
	}
	if pos < len(line) {
		return found, -1, fmt.Sprintf("more follows behind the last value, at %s: is the log in another format?", reader.Quote(line[pos:]))
	}
	return found, -1, ""
}

// end is where the value ends that begins at pos, negative if nothing ends it.
func (v *value) end(line []byte, pos int) int {
	if v.until == "" {
		return len(line)
	}
	for at := pos; ; at++ {
		next := bytes.Index(line[at:], []byte(v.until))
		if next < 0 {
			return -1
		}
		if at += next; !v.goesOn(line[pos:at], line[at:]) {
			return at
		}
	}
}

// goesOn tells whether a value goes on although the text that ends it follows.
func (v *value) goesOn(value, rest []byte) bool {
	if v.quoted {
		n := len(value)
		for n > 0 && value[n-1] == '\\' {
			n--
		}
		return (len(value)-n)%2 == 1
	}
	if v.until[0] != ' ' || len(value) == 0 {
		return false
	}
	return value[len(value)-1] == ',' ||
		v.list && (bytes.HasPrefix(rest, []byte(" : ")) || bytes.HasSuffix(value, []byte(" :")))
}

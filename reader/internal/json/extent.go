package json

import (
	"encoding/binary"
	"math/bits"
)

// The faults that leave open where a value ends.
const (
	// FaultCut: the text ends inside the value.
	FaultCut Fault = "the text ends inside a value"
	// FaultBracket: a bracket closes what was opened by one of another kind.
	FaultBracket Fault = "a bracket closes what another kind of bracket opened"
)

// Extent finds where the value that begins at pos ends. It goes by quotes and
// brackets alone, so it finds the end of most that is not JSON too: of what is
// JSON it is the end that [Value] finds. What is no string, object or array goes
// up to white space, a comma, a colon, a bracket or a quote. Without a fault end
// is behind the value, which is empty if none begins at pos; else it is where
// the fault is. Data needs no padding. A value that data may cut off ends with
// it only if that is the end of the text.
func Extent(data []byte, pos int, atEOF bool) (end int, fault Fault) {
	switch {
	case pos == len(data):
		return pos, FaultCut
	case data[pos] == '"':
		if end = closingQuote(data, pos+1); end < 0 {
			return len(data), FaultCut
		}
		return end + 1, ""
	case data[pos] == '{' || data[pos] == '[':
		return brackets(data, pos)
	}
	for end = pos; end < len(data); end++ {
		switch data[end] {
		case ' ', '\t', '\r', '\n', ',', ':', '[', ']', '{', '}', '"':
			return end, ""
		}
	}
	if !atEOF {
		return end, FaultCut
	}
	return end, ""
}

// nesting follows the brackets of a value. Below [MaxDepth] levels it counts
// them without looking at their kinds: the value will not be taken.
type nesting struct {
	stack levels
	depth int
}

// take takes a bracket, and tells whether it closes the value. What is no
// bracket changes nothing.
func (n *nesting) take(c byte) (closed bool, fault Fault) {
	switch c {
	case '{', '[':
		if n.depth < MaxDepth {
			n.stack.set(n.depth, c == '{')
		}
		n.depth++
	case '}', ']':
		n.depth--
		if n.depth < MaxDepth && n.stack.object(n.depth) != (c == '}') {
			return false, FaultBracket
		}
		return n.depth == 0, ""
	}
	return false, ""
}

// stride is how many bytes are looked at at once, a bit of a word for each.
const stride = 64

// brackets finds the end of the object or array that begins at pos.
func brackets(data []byte, pos int) (end int, fault Fault) {
	var open nesting
	inside, escaped := uint64(0), false // all bits of inside are set within a string
	for ; pos+stride <= len(data); pos += stride {
		quotes, marks, backslash := scan(data[pos : pos+stride])
		if backslash || escaped {
			quotes, escaped = unescaped(data[pos:pos+stride], quotes, escaped)
		}
		text := parity(quotes) ^ inside
		inside = uint64(int64(text) >> (stride - 1))
		for marks &^= text; marks != 0; marks &= marks - 1 {
			at := pos + bits.TrailingZeros64(marks)
			if closed, fault := open.take(data[at]); closed {
				return at + 1, ""
			} else if fault != "" {
				return at, fault
			}
		}
	}
	for ; pos < len(data); pos++ {
		c, plain := data[pos], !escaped
		escaped = c == '\\' && plain
		switch {
		case c == '"' && plain:
			inside = ^inside
		case inside == 0:
			if closed, fault := open.take(c); closed {
				return pos + 1, ""
			} else if fault != "" {
				return pos, fault
			}
		}
	}
	return pos, FaultCut
}

// scan finds the quotes in a stretch, and what outside strings is a bracket in
// JSON; a few other characters are marked too. backslash tells whether there may
// be one.
func scan(data []byte) (quotes, marks uint64, backslash bool) {
	data = data[:stride]
	slashes := uint64(0)
	for i := 0; i < stride; i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		quotes |= zeros(w^'"'*everyByte) << i
		// The brackets of either kind are a bit apart, and { and } two more.
		marks |= zeros((w|0x20*everyByte)&^(0x06*everyByte)^0x79*everyByte) << i
		x := w ^ '\\'*everyByte
		slashes |= (x - everyByte) &^ x
	}
	return quotes, marks, slashes&(0x80*everyByte) != 0
}

// zeros has a bit for each of the eight bytes of w that is zero.
func zeros(w uint64) uint64 {
	const low = 0x7f * everyByte
	high := ^((w&low + low) | w) &^ low
	return high >> 7 * 0x0102040810204080 >> 56
}

// parity sets the bits from every other one on, up to the next: from each quote
// that opens a string up to the one that closes it.
func parity(bits uint64) uint64 {
	for n := 1; n < stride; n <<= 1 {
		bits ^= bits << n
	}
	return bits
}

// unescaped leaves out the quotes in a stretch that are escaped; the first byte
// may be by the stretch before. A backslash outside strings escapes too: that is
// no JSON, but must mean the same however the text is cut.
func unescaped(data []byte, quotes uint64, first bool) (left uint64, next bool) {
	for i, c := range data {
		switch {
		case first:
			first = false
			quotes &^= 1 << i
		case c == '\\':
			first = true
		}
	}
	return quotes, first
}

// closingQuote finds the quote that closes the string whose content begins at
// pos, -1 if there is none.
func closingQuote(data []byte, pos int) int {
	for ; pos < len(data); pos++ {
		switch data[pos] {
		case '"':
			return pos
		case '\\':
			pos++
		}
	}
	return -1
}

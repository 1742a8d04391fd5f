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

// brackets finds the end of the object or array that begins at pos. Below
// [MaxDepth] levels it counts the brackets without looking at their kinds: the
// value will not be taken.
func brackets(data []byte, pos int) (end int, fault Fault) {
	var stack levels
	depth := 0
	for {
		if pos = nextBracket(data, pos); pos == len(data) {
			return pos, FaultCut
		}
		switch c := data[pos]; c {
		case '"':
			if pos = closingQuote(data, pos+1); pos < 0 {
				return len(data), FaultCut
			}
		case '{', '[':
			if depth < MaxDepth {
				stack.set(depth, c == '{')
			}
			depth++
		default:
			depth--
			if depth < MaxDepth && stack.object(depth) != (c == '}') {
				return pos, FaultBracket
			}
			if depth == 0 {
				return pos + 1, ""
			}
		}
		pos++
	}
}

// equal marks the bytes of w that are c. Only the lowest mark is sure: a
// borrow can put a wrong one above it.
func equal(w uint64, c byte) uint64 {
	x := w ^ uint64(c)*everyByte
	return (x - everyByte) &^ x & (0x80 * everyByte)
}

// nextBracket finds the next bracket or quote from pos on, or the end of data.
func nextBracket(data []byte, pos int) int {
	for ; pos+8 <= len(data); pos += 8 {
		w := binary.LittleEndian.Uint64(data[pos:])
		folded := w | 0x20*everyByte // [ and { are one then, and ] and }
		if marks := equal(w, '"') | equal(folded, '{') | equal(folded, '}'); marks != 0 {
			return pos + bits.TrailingZeros64(marks)>>3
		}
	}
	for ; pos < len(data); pos++ {
		switch data[pos] {
		case '"', '{', '}', '[', ']':
			return pos
		}
	}
	return pos
}

// closingQuote finds the quote that closes the string whose content begins at
// pos, -1 if there is none.
func closingQuote(data []byte, pos int) int {
	for pos < len(data) {
		if pos+8 <= len(data) {
			w := binary.LittleEndian.Uint64(data[pos:])
			marks := equal(w, '"') | equal(w, '\\')
			if marks == 0 {
				pos += 8
				continue
			}
			pos += bits.TrailingZeros64(marks) >> 3
		}
		switch data[pos] {
		case '"':
			return pos
		case '\\':
			pos++
		}
		pos++
	}
	return -1
}

package json

import (
	"encoding/binary"
	"math/bits"
)

// Pad is how many bytes must follow the text in its backing array. The first
// of them must be a control character that is not white space there: every
// token ends before it, so the loops need no end of data.
const Pad = 16

// White is the white space of a text besides space, tab and CR.
type White byte

const (
	// InLine: none. A text ends at its line's end.
	InLine White = ' '
	// AcrossLines: LF.
	AcrossLines White = '\n'
)

// MaxDepth is how many levels deep the arrays and objects of a value may nest.
const MaxDepth = 1024

// Kind is what a value is.
type Kind uint8

const (
	Null Kind = iota
	True
	False
	Number
	String  // without escapes
	Escaped // a string with escapes
	Object
	Array
)

// Fault is what is wrong with a text, as a clause. It is empty if nothing is.
type Fault string

// The faults that readers of an object find themselves.
const (
	FaultKey      Fault = "a key in double quotes is expected"
	FaultColon    Fault = "a colon is expected after a key"
	FaultInObject Fault = "a comma or } is expected after a value"
	FaultAfter    Fault = "nothing is expected after the value"
)

const (
	faultInArray   Fault = "a comma or ] is expected after a value"
	faultValue     Fault = "a value is expected"
	faultWord      Fault = "a value is expected; the words are true, false and null"
	faultDigit     Fault = "a digit is expected"
	faultZero      Fault = "a number must not begin with a zero and another digit"
	faultOpen      Fault = "a string is not closed"
	faultControl   Fault = "a string has a control character, which must be escaped"
	faultEscape    Fault = "a string has an escape that does not exist"
	faultSurrogate Fault = "a string has half of a surrogate pair"
	faultDepth     Fault = "it is nested more than 1024 levels deep"
)

// Space skips white space.
func Space(data []byte, pos int, white White) int {
	for {
		switch c := data[pos]; {
		case c > ' ':
			return pos
		case c == ' ', c == '\t', c == '\r', c == byte(white):
			pos++
		default:
			return pos
		}
	}
}

// Value scans the value that begins at pos, which is not white space. It
// returns where it ends, or where its fault is.
func Value(data []byte, pos int, white White) (end int, kind Kind, fault Fault) {
	switch c := data[pos]; c {
	case '"':
		end, escaped, fault := Text(data, pos+1)
		if escaped {
			return end, Escaped, fault
		}
		return end, String, fault
	case '{':
		end, fault = nested(data, pos, white)
		return end, Object, fault
	case '[':
		end, fault = nested(data, pos, white)
		return end, Array, fault
	case 't':
		end, fault = word(data, pos, "true")
		return end, True, fault
	case 'f':
		end, fault = word(data, pos, "false")
		return end, False, fault
	case 'n':
		end, fault = word(data, pos, "null")
		return end, Null, fault
	default:
		if c == '-' || c-'0' <= 9 {
			end, fault = number(data, pos)
			return end, Number, fault
		}
		if c|0x20-'a' < 26 {
			return pos, Null, faultWord
		}
		return pos, Null, faultValue
	}
}

// word checks true, false and null, which no letter or digit may follow: that
// is found by whoever expects a comma there.
func word(data []byte, pos int, want string) (end int, fault Fault) {
	if string(data[pos:pos+len(want)]) != want {
		return pos, faultWord
	}
	return pos + len(want), ""
}

// number scans -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func number(data []byte, pos int) (end int, fault Fault) {
	if data[pos] == '-' {
		pos++
	}
	if data[pos] == '0' && data[pos+1]-'0' <= 9 {
		return pos, faultZero
	}
	if pos, fault = digits(data, pos); fault != "" {
		return pos, fault
	}
	if data[pos] == '.' {
		if pos, fault = digits(data, pos+1); fault != "" {
			return pos, fault
		}
	}
	if data[pos]|0x20 != 'e' {
		return pos, ""
	}
	pos++
	if data[pos] == '+' || data[pos] == '-' {
		pos++
	}
	return digits(data, pos)
}

// digits scans one digit or more.
func digits(data []byte, pos int) (end int, fault Fault) {
	if data[pos]-'0' > 9 {
		return pos, faultDigit
	}
	for data[pos]-'0' <= 9 {
		pos++
	}
	return pos, ""
}

const everyByte = 0x0101010101010101

// plain is how many of the eight bytes of w, from the lowest on, are neither a
// quote, nor a backslash, nor a control character. A borrow can only put a
// wrong mark above a right one, so the lowest mark is always right.
func plain(w uint64) int {
	quote, backslash := w^'"'*everyByte, w^'\\'*everyByte
	marks := ((w - 0x20*everyByte) | (quote - everyByte) | (backslash - everyByte)) & ^w & (0x80 * everyByte)
	return bits.TrailingZeros64(marks) >> 3
}

// Text scans a string whose content begins at pos. It returns the place after
// the closing quote, and whether there are escapes in it.
func Text(data []byte, pos int) (end int, escaped bool, fault Fault) {
	for {
		n := plain(binary.LittleEndian.Uint64(data[pos:]))
		pos += n
		if n == 8 {
			continue
		}
		switch data[pos] {
		case '"':
			return pos + 1, escaped, ""
		case '\\':
			escaped = true
			if pos, fault = escape(data, pos+1); fault != "" {
				return pos, escaped, fault
			}
		case '\n', 0:
			return pos, escaped, faultOpen
		default:
			return pos, escaped, faultControl
		}
	}
}

// escape checks what follows a backslash and returns where it ends.
func escape(data []byte, pos int) (end int, fault Fault) {
	switch data[pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return pos + 1, ""
	case 'u':
	default:
		return pos, faultEscape
	}
	r, ok := hex4(data[pos+1:])
	if !ok {
		return pos, faultEscape
	}
	if r&^0x7ff != 0xd800 {
		return pos + 5, ""
	}
	if r >= 0xdc00 || data[pos+5] != '\\' || data[pos+6] != 'u' {
		return pos, faultSurrogate
	}
	if low, ok := hex4(data[pos+7:]); !ok || low&^0x3ff != 0xdc00 {
		return pos, faultSurrogate
	}
	return pos + 11, ""
}

// hex4 reads four hexadecimal digits. It stops at the text's end.
func hex4(b []byte) (v uint32, ok bool) {
	for i := range 4 {
		c := b[i]
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20-'a' <= 5:
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		v = v<<4 | uint32(c)
	}
	return v, true
}

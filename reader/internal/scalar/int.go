package scalar

import (
	"encoding/binary"
	"math"
)

// Int64 reads -?(0|[1-9][0-9]*) within the range of an int64. A plus sign, a
// leading zero and "-0" are refused: written back, they would look different.
func Int64(b []byte) (v int64, ok bool) {
	digits := b
	if len(b) > 0 && b[0] == '-' {
		digits = b[1:]
	}
	neg := len(digits) != len(b)
	n := len(digits)
	if n == 0 || n > 19 || digits[0] == '0' && (n > 1 || neg) {
		return 0, false
	}
	var u uint64
	for len(digits) >= 8 {
		part, ok := eightDigits(binary.LittleEndian.Uint64(digits))
		if !ok {
			return 0, false
		}
		u = u*1e8 + part
		digits = digits[8:]
	}
	for _, c := range digits {
		if c -= '0'; c > 9 {
			return 0, false
		}
		u = u*10 + uint64(c)
	}
	// 19 digits are below 2^64, so u did not wrap.
	if neg {
		return -int64(u), u <= -math.MinInt64
	}
	return int64(u), u <= math.MaxInt64
}

// eightDigits converts eight ASCII digits, the first in the lowest byte. It
// adds neighbours pairwise: digits to 2-digit numbers, those to 4, those to 8.
func eightDigits(w uint64) (v uint64, ok bool) {
	w ^= 0x3030303030303030
	if (w|(w+0x0606060606060606))&0xf0f0f0f0f0f0f0f0 != 0 {
		return 0, false
	}
	w = (w*10 + w>>8) & 0x00ff00ff00ff00ff
	w = (w*100 + w>>16) & 0x0000ffff0000ffff
	return (w*10000 + w>>32) & 0xffffffff, true
}

// isInteger tells whether b is an integer literal of any size: what Int64
// takes, "-0", and what is out of its range.
func isInteger(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	if len(b) == 0 || b[0] == '0' && len(b) > 1 {
		return false
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// Bool reads true or false, in letters of any case.
func Bool(b []byte) (v, ok bool) {
	switch len(b) {
	case 4:
		return true, b[0]|0x20 == 't' && b[1]|0x20 == 'r' && b[2]|0x20 == 'u' && b[3]|0x20 == 'e'
	case 5:
		return false, b[0]|0x20 == 'f' && b[1]|0x20 == 'a' && b[2]|0x20 == 'l' && b[3]|0x20 == 's' && b[4]|0x20 == 'e'
	}
	return false, false
}

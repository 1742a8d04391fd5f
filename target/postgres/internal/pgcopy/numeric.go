package pgcopy

import (
	"encoding/binary"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// A numeric is a count of digits, the weight of the first, a sign, the number
// of decimal digits behind the point, and the digits: to base 10,000, without
// zeros at either end. src/backend/utils/adt/numeric.c, numeric_recv.
const (
	base       = 10_000
	baseDigits = 4 // decimal digits in one digit

	positive    = 0x0000
	negative    = 0x4000
	notANumber  = 0xC000
	infinite    = 0xD000
	negInfinite = 0xF000
)

var powersOf10 = [...]uint64{1, 10, 100, 1_000}

type decimals struct {
	values []decimal128.Num
	scale  int
}

func (c *decimals) append(buf []byte, row int) ([]byte, error) {
	v := c.values[row]
	sign, hi, lo := uint16(positive), uint64(v.HighBits()), v.LowBits()
	if v.HighBits() < 0 {
		sign = negative
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	// The digits, from the last one on. 128 bits are at most 39 decimal
	// digits, and those behind the point begin a digit of their own.
	var digits [11]uint16
	first := len(digits)
	push := func(d uint64) {
		first--
		digits[first] = uint16(d)
	}
	if part := c.scale % baseDigits; part != 0 {
		var rest uint64
		hi, lo, rest = divide(hi, lo, powersOf10[part])
		push(rest * powersOf10[baseDigits-part])
	}
	for hi != 0 {
		var rest uint64
		hi, lo, rest = divide(hi, lo, base)
		push(rest)
	}
	for ; lo != 0; lo /= base {
		push(lo % base)
	}
	behind := (c.scale + baseDigits - 1) / baseDigits
	return appendNumeric(buf, digits[first:], len(digits)-first-1-behind, sign, c.scale), nil
}

// divide divides a 128-bit number.
func divide(hi, lo, by uint64) (qhi, qlo, rest uint64) {
	qhi, rest = hi/by, hi%by
	qlo, rest = bits.Div64(rest, lo, by)
	return qhi, qlo, rest
}

// appendNumeric appends a field. weight is that of the first digit.
func appendNumeric(buf []byte, digits []uint16, weight int, sign uint16, scale int) []byte {
	for len(digits) > 0 && digits[0] == 0 {
		digits = digits[1:]
		weight--
	}
	for len(digits) > 0 && digits[len(digits)-1] == 0 {
		digits = digits[:len(digits)-1]
	}
	if len(digits) == 0 {
		weight = 0
		if sign == negative {
			sign = positive
		}
	}
	buf = binary.BigEndian.AppendUint32(buf, uint32(8+2*len(digits)))
	buf = binary.BigEndian.AppendUint16(buf, uint16(len(digits)))
	buf = binary.BigEndian.AppendUint16(buf, uint16(int16(weight)))
	buf = binary.BigEndian.AppendUint16(buf, sign)
	buf = binary.BigEndian.AppendUint16(buf, uint16(scale))
	for _, d := range digits {
		buf = binary.BigEndian.AppendUint16(buf, d)
	}
	return buf
}

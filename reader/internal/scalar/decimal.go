package scalar

import (
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// Decimal returns the parser for numbers of at most precision digits, of which
// scale are behind the point; see [abstract.Decimal]. It reads what [Float64]
// reads, exactly: a number with more digits than there is room for, on either
// side of the point, is refused. Zeros at the end are no digits: 1.500 has one
// behind the point.
func Decimal(precision, scale int) func(b []byte) (decimal128.Num, bool) {
	return func(b []byte) (decimal128.Num, bool) {
		d, ok := scanDigits(b)
		if !ok {
			return decimal128.Num{}, false
		}
		if d.count == 0 {
			return decimal128.Num{}, true
		}
		power := d.exp + scale
		if power < 0 || power > precision-d.count {
			return decimal128.Num{}, false
		}
		hi, lo := times(d.hi, d.lo, power)
		v := decimal128.New(int64(hi), lo)
		if d.neg {
			v = v.Negate()
		}
		return v, true
	}
}

// digits is a number as it is written: ± hi:lo × 10^exp, with that many digits
// and no zero at either end of them.
type digits struct {
	hi, lo uint64
	count  int
	exp    int
	neg    bool
}

// scanDigits checks the grammar of Float64 and collects the digits, at most as
// many as 128 bits hold with a sign.
func scanDigits(b []byte) (d digits, ok bool) {
	if _, ok := scanDecimal(b); !ok {
		return d, false
	}
	zeros, point := 0, false
	for i, c := range b {
		switch {
		case c == '-':
			d.neg = true
		case c == '.':
			point = true
		case c|0x20 == 'e':
			e, _ := scanExponent(b[i:])
			d.exp += e + zeros
			return d, true
		default:
			if point {
				d.exp--
			}
			if c == '0' {
				if d.count > 0 {
					zeros++
				}
				continue
			}
			if d.count += zeros + 1; d.count > 38 {
				return d, false
			}
			d.hi, d.lo = times(d.hi, d.lo, zeros+1)
			var carry uint64
			d.lo, carry = bits.Add64(d.lo, uint64(c-'0'), 0)
			d.hi += carry
			zeros = 0
		}
	}
	d.exp += zeros
	return d, true
}

// times multiplies by a power of ten. The product must be below 2^127.
func times(hi, lo uint64, power int) (uint64, uint64) {
	for ; power > 0; power-- {
		carry, low := bits.Mul64(lo, 10)
		hi, lo = hi*10+carry, low
	}
	return hi, lo
}

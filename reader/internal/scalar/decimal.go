package scalar

import (
	"math"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// Decimal returns the parser for numbers of at most precision digits, of which
// scale are behind the point; see [abstract.Decimal]. It reads what [Float64]
// reads, exactly: a number with more digits than there is room for, on either
// side of the point, is refused. Zeros at the end are no digits: 1.500 has one
// behind the point.
func Decimal(precision, scale int) func(b []byte) (decimal128.Num, bool) {
	limit := uint64(math.MaxUint64)
	if precision < 19 {
		limit = tens[precision]
	}
	return func(b []byte) (decimal128.Num, bool) {
		if mantissa, behind, neg, ok := short(b); ok && behind <= scale && scale-behind <= 4 {
			// Below 10^15 × 10^4, which 64 bits hold.
			mantissa *= tens[scale-behind]
			v := decimal128.New(0, mantissa)
			if neg {
				v = v.Negate()
			}
			return v, mantissa < limit
		}
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

// tens holds the powers of ten below 2^63.
var tens = [...]uint64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
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

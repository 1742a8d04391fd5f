package scalar

import (
	"math"
	"math/big"
	"strconv"
	"unsafe"
)

// maxExactInt is the largest n for which every integer from -n to n is a
// float64.
const maxExactInt = 1 << 53

// pow10 holds the powers of ten that are exact in a float64.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// Float64 reads a finite number in decimal or exponent form:
//
//	-?((0|[1-9][0-9]*)(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?
//
// and rounds it to the nearest float64. Refused are: a number too large for a
// float64 or so small that it would become zero; an integer literal that no
// float64 equals, since a file that writes all its digits means them; and
// every word such as NaN or Infinity.
func Float64(b []byte) (v float64, ok bool) {
	if mantissa, behind, neg, ok := short(b); ok {
		v = float64(mantissa) / pow10[behind]
		if neg {
			v = -v
		}
		return v, true
	}
	d, ok := scanDecimal(b)
	if !ok {
		return 0, false
	}
	// Clinger's observation: an integer below 2^53 and a power of ten up to
	// 10^22 are both exact, and one operation on exact operands rounds once.
	if !d.long && d.mantissa <= maxExactInt && d.exp >= -22 && d.exp <= 22 {
		v = float64(d.mantissa)
		if d.exp < 0 {
			v /= pow10[-d.exp]
		} else {
			v *= pow10[d.exp]
		}
		if d.neg {
			v = -v
		}
	} else {
		// The string lives as long as the call; ParseFloat copies it only into
		// the error, which is dropped here.
		var err error
		v, err = strconv.ParseFloat(unsafe.String(unsafe.SliceData(b), len(b)), 64)
		if err != nil || v == 0 && d.mantissa != 0 {
			return 0, false
		}
	}
	if d.integer && (d.long || d.mantissa > maxExactInt) && !equalsInteger(v, b) {
		return 0, false
	}
	return v, true
}

// short takes apart what most numbers look like, such as -12.50: up to 15
// digits, perhaps with a point among them, and no exponent. The number is ±
// mantissa / 10^behind. It refuses everything else, numbers or not.
func short(b []byte) (mantissa uint64, behind int, neg, ok bool) {
	digits := b
	if len(b) > 0 && b[0] == '-' {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > 16 || digits[0] == '.' || digits[0] == '0' && len(digits) > 1 && digits[1] != '.' {
		return 0, 0, false, false
	}
	const point8 = 0xff & ('.' - '0' + 0x100) // what a point is after the subtraction
	point := 0
	for i, c := range digits {
		if c -= '0'; c <= 9 {
			mantissa = mantissa*10 + uint64(c)
		} else if c == point8 && point == 0 {
			point = i
		} else {
			return 0, 0, false, false
		}
	}
	if point == 0 {
		return mantissa, 0, len(digits) != len(b), len(digits) <= 15
	}
	return mantissa, len(digits) - 1 - point, len(digits) != len(b), point < len(digits)-1
}

// decimal is a number as it is written: ± mantissa × 10^exp.
type decimal struct {
	mantissa uint64
	exp      int
	neg      bool
	integer  bool // written without point and exponent
	long     bool // more digits than the mantissa holds, which is then not zero but of no use
}

// scanDecimal checks the grammar of Float64 and takes the number apart.
func scanDecimal(b []byte) (d decimal, ok bool) {
	i := 0
	if i < len(b) && b[i] == '-' {
		d.neg = true
		i++
	}
	start := i
	for i < len(b) && b[i]-'0' <= 9 {
		d.mantissa = d.mantissa*10 + uint64(b[i]-'0')
		i++
	}
	whole := i - start
	if whole > 1 && b[start] == '0' {
		return d, false
	}
	digits := whole
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		for i < len(b) && b[i]-'0' <= 9 {
			d.mantissa = d.mantissa*10 + uint64(b[i]-'0')
			i++
		}
		if i == point {
			return d, false
		}
		d.exp = point - i
		digits += i - point
	} else if whole == 0 {
		return d, false
	}
	if digits > 19 {
		d.long = true // the product may have wrapped
		d.mantissa = 0
		for _, c := range b[start:i] {
			if c-'1' < 9 {
				d.mantissa = 1
				break
			}
		}
	}
	if i == len(b) {
		d.integer = digits == whole
		return d, true
	}
	e, ok := scanExponent(b[i:])
	d.exp += e
	return d, ok
}

// scanExponent reads [eE][+-]?[0-9]+ to its end. Exponents beyond any float
// are cut to a value that is beyond it too.
func scanExponent(b []byte) (exp int, ok bool) {
	if b[0]|0x20 != 'e' {
		return 0, false
	}
	b = b[1:]
	neg := false
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	const beyond = 1 << 30
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		}
		exp = min(exp*10+int(c), beyond)
	}
	if neg {
		exp = -exp
	}
	return exp, true
}

// equalsInteger tells whether v is exactly the integer literal b. It is only
// asked about literals above 2^53, which are rare in float columns, so it may
// allocate.
func equalsInteger(v float64, b []byte) bool {
	if math.IsInf(v, 0) {
		return false
	}
	want, ok := new(big.Int).SetString(string(b), 10)
	if !ok {
		return false
	}
	got, _ := big.NewFloat(v).Int(nil)
	return got.Cmp(want) == 0
}

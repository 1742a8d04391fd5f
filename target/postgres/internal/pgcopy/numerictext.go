package pgcopy

import (
	"bytes"
	"strconv"
	"strings"
)

// The most decimal digits that a numeric has before and behind its point.
// https://www.postgresql.org/docs/current/datatype-numeric.html
const (
	mostBefore = 131_072
	mostBehind = 16_383
)

// numericTexts are numbers written as text, for a numeric column that no
// decimal type is wide enough for.
type numericTexts struct {
	byteses
	scale int // digits that the column keeps behind the point, or NoLimit
}

func (c *numericTexts) append(buf []byte, row int) ([]byte, error) {
	v := bytes.TrimSpace(c.value(row))
	if sign, ok := special(v); ok {
		return appendNumeric(buf, nil, 0, sign, 0), nil
	}
	n, ok := parseNumber(v)
	if !ok {
		return buf, refuse("%s is not a number", excerpt(v))
	}
	behind := max(0, len(n.digits)-n.point)
	if n.point > mostBefore || behind > mostBehind {
		return buf, refuse("%s is out of range of numeric", excerpt(v))
	}
	if c.scale != NoLimit && behind > c.scale {
		cut := min(len(n.digits), max(0, n.point+c.scale))
		if len(bytes.TrimRight(n.digits[cut:], "0")) > 0 {
			return buf, refuse("%s has more digits behind the point than the %d that the column keeps", excerpt(v), c.scale)
		}
	}
	sign := uint16(positive)
	if n.negative {
		sign = negative
	}
	return appendNumeric(buf, n.groups(), n.weight(), sign, behind), nil
}

// special is the sign field of what is no number and yet a numeric.
func special(v []byte) (sign uint16, ok bool) {
	if len(v) < 3 || len(v) > len("-infinity") {
		return 0, false
	}
	switch strings.ToLower(string(v)) {
	case "nan":
		return notANumber, true
	case "inf", "+inf", "infinity", "+infinity":
		return infinite, true
	case "-inf", "-infinity":
		return negInfinite, true
	}
	return 0, false
}

// number is a decimal number: 0.digits × 10^point.
type number struct {
	negative bool
	digits   []byte // '0' to '9'
	point    int
}

// parseNumber reads [sign] digits [. digits] [e exponent].
func parseNumber(v []byte) (n number, ok bool) {
	if len(v) > 0 && (v[0] == '-' || v[0] == '+') {
		n.negative = v[0] == '-'
		v = v[1:]
	}
	exponent := 0
	if e := bytes.IndexAny(v, "eE"); e >= 0 {
		var err error
		if exponent, err = strconv.Atoi(string(v[e+1:])); err != nil || exponent < -mostBefore || exponent > mostBefore {
			return n, false
		}
		v = v[:e]
	}
	whole, fraction, _ := bytes.Cut(v, []byte{'.'})
	n.digits = append(append(n.digits, whole...), fraction...)
	if len(n.digits) == 0 || bytes.ContainsFunc(n.digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return n, false
	}
	n.point = len(whole) + exponent
	leading := len(n.digits) - len(bytes.TrimLeft(n.digits, "0"))
	n.digits, n.point = n.digits[leading:], n.point-leading
	if len(n.digits) == 0 {
		n.digits, n.point = make([]byte, 0), -max(0, len(fraction)-exponent) // a zero keeps its places
	}
	return n, true
}

// weight is that of the first of groups.
func (n number) weight() int {
	w := n.point - 1
	if w < 0 {
		w -= baseDigits - 1
	}
	return w / baseDigits
}

// groups are the digits to base 10,000.
func (n number) groups() []uint16 {
	pad := (n.weight()+1)*baseDigits - n.point // zeros that the first one begins with
	groups := make([]uint16, (pad+len(n.digits)+baseDigits-1)/baseDigits)
	for i, d := range n.digits {
		at := pad + i
		groups[at/baseDigits] += uint16(d-'0') * uint16(powersOf10[baseDigits-1-at%baseDigits])
	}
	return groups
}

// excerpt quotes a value for a message.
func excerpt(v []byte) string {
	if len(v) > 40 {
		return strconv.Quote(string(v[:40])) + " …"
	}
	return strconv.Quote(string(v))
}

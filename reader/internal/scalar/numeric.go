package scalar

// IntDigits is what [Digits] tells of a number that [Int64] reads.
func IntDigits(b []byte) (whole int) {
	switch b[0] {
	case '0':
		return 0
	case '-':
		return len(b) - 1
	}
	return len(b)
}

// Digits tells how many digits a number has in front of the point and behind it,
// as [Decimal] counts them. ok is false for what is no number, or has more than 38
// digits in all.
func Digits(b []byte) (whole, behind int, ok bool) {
	d, ok := scanDigits(b)
	if !ok {
		return 0, 0, false
	}
	if d.count == 0 {
		return 0, 0, true
	}
	whole, behind = max(d.count+d.exp, 0), max(-d.exp, 0)
	return whole, behind, whole <= 38 && behind <= 38 && whole+behind <= 38
}

package scalar

// UUID reads a UUID in the form of RFC 9562: 32 hexadecimal digits, of either
// case, in groups of 8, 4, 4, 4 and 12 with dashes between.
func UUID(b []byte) (v [16]byte, ok bool) {
	if len(b) != 36 || b[8] != '-' || b[13] != '-' || b[18] != '-' || b[23] != '-' {
		return v, false
	}
	at := 0
	for i := range v {
		if b[at] == '-' {
			at++
		}
		hi, ok1 := hexDigit(b[at])
		lo, ok2 := hexDigit(b[at+1])
		if !ok1 || !ok2 {
			return v, false
		}
		v[i] = hi<<4 | lo
		at += 2
	}
	return v, true
}

func hexDigit(c byte) (v byte, ok bool) {
	switch {
	case c-'0' <= 9:
		return c - '0', true
	case c|0x20-'a' <= 5:
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

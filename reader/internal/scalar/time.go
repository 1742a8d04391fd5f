package scalar

import "encoding/binary"

// Times are microseconds since 1970-01-01 in the proleptic Gregorian calendar
// of ISO 8601, years 0001 to 9999. A day always has 86,400 seconds.
const (
	second = 1_000_000
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	firstMicro = -719162 * day          // 0001-01-01 00:00:00
	lastMicro  = 2932897*int64(day) - 1 // 9999-12-31 23:59:59.999999
)

// Date reads YYYY-MM-DD, a day that exists, as days since 1970-01-01.
func Date(b []byte) (days int32, ok bool) {
	if len(b) != len("YYYY-MM-DD") {
		return 0, false
	}
	return date((*[10]byte)(b))
}

// date checks YYYY-MM- in one word: after the exclusive or, a digit is its
// value and a dash is zero.
func date(b *[10]byte) (days int32, ok bool) {
	const (
		form   = 0x2d30302d30303030 // "0000-00-", its first byte lowest
		dashes = 0xff0000ff00000000
		sixes  = 0x0606060606060606
		tens   = 0xf0f0f0f0f0f0f0f0
	)
	w := binary.LittleEndian.Uint64(b[:8]) ^ form
	d, ok := twoDigits(b[8], b[9])
	if !ok || w&dashes != 0 || (w|(w+sixes))&tens != 0 {
		return 0, false
	}
	y := uint32(byte(w))*1000 + uint32(byte(w>>8))*100 + uint32(byte(w>>16))*10 + uint32(byte(w>>24))
	m := uint32(byte(w>>40))*10 + uint32(byte(w>>48))
	if y == 0 || m-1 > 11 || d == 0 || d > 28 && d > daysIn(y, m) {
		return 0, false
	}
	// Count from 1 March, so that the leap day is the last of its year.
	if m <= 2 {
		y--
		m += 12
	}
	dayOfYear := (153*(m-3)+2)/5 + d - 1
	return int32(365*y+y/4-y/100+y/400+dayOfYear) - 719468, true
}

func daysIn(y, m uint32) uint32 {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// twoDigits reads a two-digit number. A byte below '0' wraps to a large one.
func twoDigits(hi, lo byte) (v uint32, ok bool) {
	hi -= '0'
	lo -= '0'
	return uint32(hi)*10 + uint32(lo), hi <= 9 && lo <= 9
}

// Timestamp reads YYYY-MM-DD[ T]HH:MM[:SS[.f]] with one to six digits of f
// and no zone, as microseconds of a wall clock. There is no second 60 and no
// hour 24.
func Timestamp(b []byte) (micros int64, ok bool) {
	micros, n := wallClock(b)
	return micros, n == len(b) && n > 0
}

// TimestampTZ reads what Timestamp reads, followed by Z, ±hh, ±hhmm or
// ±hh:mm, as microseconds of an instant.
func TimestampTZ(b []byte) (micros int64, ok bool) {
	micros, n := wallClock(b)
	if n == 0 {
		return 0, false
	}
	offset, ok := zone(b[n:])
	micros -= offset
	return micros, ok && micros >= firstMicro && micros <= lastMicro
}

// wallClock reads the time at the start of b and returns how long it is, 0
// where there is none.
func wallClock(b []byte) (micros int64, n int) {
	if len(b) < len("YYYY-MM-DD HH:MM") || b[10] != ' ' && b[10] != 'T' {
		return 0, 0
	}
	days, ok := date((*[10]byte)(b))
	micros, n = clock(b[11:])
	if !ok || n == 0 {
		return 0, 0
	}
	return int64(days)*day + micros, 11 + n
}

// Time reads HH:MM[:SS[.f]] with one to six digits of f, as microseconds since
// midnight. There is no second 60 and no hour 24.
func Time(b []byte) (micros int64, ok bool) {
	micros, n := clock(b)
	return micros, n == len(b) && n > 0
}

// clock reads the time of day at the start of b and returns how long it is, 0
// where there is none.
func clock(b []byte) (micros int64, n int) {
	if len(b) < len("HH:MM") || b[2] != ':' {
		return 0, 0
	}
	h, ok1 := twoDigits(b[0], b[1])
	m, ok2 := twoDigits(b[3], b[4])
	if !(ok1 && ok2) || h > 23 || m > 59 {
		return 0, 0
	}
	micros = int64(h)*hour + int64(m)*minute
	if len(b) < len("HH:MM:SS") || b[5] != ':' {
		return micros, 5
	}
	s, ok := twoDigits(b[6], b[7])
	if !ok || s > 59 {
		return 0, 0
	}
	micros += int64(s) * second
	if len(b) == 8 || b[8] != '.' {
		return micros, 8
	}
	fraction, digits := int64(0), 0
	for _, c := range b[9:] {
		if c -= '0'; c > 9 {
			break
		}
		if digits++; digits > 6 {
			return 0, 0
		}
		fraction = fraction*10 + int64(c)
	}
	if digits == 0 {
		return 0, 0
	}
	for i := digits; i < 6; i++ {
		fraction *= 10
	}
	return micros + fraction, 9 + digits
}

// zone reads a zone designator to its end, as microseconds east of Greenwich.
func zone(b []byte) (micros int64, ok bool) {
	if len(b) == 1 {
		return 0, b[0] == 'Z'
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	h, ok := twoDigits(b[1], b[2])
	var m uint32
	switch {
	case len(b) == 3:
	case len(b) == 5:
		var okm bool
		m, okm = twoDigits(b[3], b[4])
		ok = ok && okm
	case len(b) == 6 && b[3] == ':':
		var okm bool
		m, okm = twoDigits(b[4], b[5])
		ok = ok && okm
	default:
		return 0, false
	}
	if !ok || h > 23 || m > 59 {
		return 0, false
	}
	micros = int64(h)*hour + int64(m)*minute
	if b[0] == '-' {
		micros = -micros
	}
	return micros, true
}

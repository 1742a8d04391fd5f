package protobuf

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// secondsAndNanos are the fields of a Timestamp or a Duration, which are found in x.
func secondsAndNanos(x *found, m *message, data []byte) (seconds int64, nanos int32, reason string) {
	if _, reason := x.scan(m, data); reason != "" {
		return 0, 0, reason
	}
	for i := range m.fields {
		f := &m.fields[i]
		value, _ := x.one(f, i)
		switch bits := f.number64(value); f.number {
		case 1:
			seconds = int64(bits)
		case 2:
			nanos = int32(bits)
		}
	}
	return seconds, nanos, ""
}

// timestamp is the moment that a Timestamp stands for: in the years 1 to 9999.
func timestamp(x *found, m *message, data []byte) (at time.Time, reason string) {
	const first, last = -62135596800, 253402300799
	seconds, nanos, reason := secondsAndNanos(x, m, data)
	if reason == "" && (seconds < first || seconds > last || nanos < 0 || nanos > 999_999_999) {
		reason = fmt.Sprintf("%d seconds and %d nanoseconds are not a timestamp", seconds, nanos)
	}
	return time.Unix(seconds, int64(nanos)).UTC(), reason
}

// duration appends a Duration as seconds, such as -1.5s.
func duration(to []byte, x *found, m *message, data []byte) (_ []byte, reason string) {
	const most = 315_576_000_000
	seconds, nanos, reason := secondsAndNanos(x, m, data)
	if reason != "" {
		return to, reason
	}
	if seconds < -most || seconds > most || nanos < -999_999_999 || nanos > 999_999_999 || seconds < 0 && nanos > 0 || seconds > 0 && nanos < 0 {
		return to, fmt.Sprintf("%d seconds and %d nanoseconds are not a duration", seconds, nanos)
	}
	if seconds < 0 || nanos < 0 {
		to = append(to, '-')
		seconds, nanos = -seconds, -nanos
	}
	to = strconv.AppendInt(to, seconds, 10)
	if nanos > 0 {
		to = append(to, strings.TrimRight(fmt.Sprintf(".%09d", nanos), "0")...)
	}
	return append(to, 's'), ""
}

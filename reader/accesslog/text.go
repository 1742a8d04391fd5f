package accesslog

import (
	"bytes"
	"unicode/utf8"
)

// unescape undoes the escapes of a value, in to or where there are none in place.
// What is no text afterwards stays as it is written.
func unescape(value []byte, to *[]byte) []byte {
	if bytes.IndexByte(value, '\\') < 0 {
		return value
	}
	out := (*to)[:0]
	for i := 0; i < len(value); {
		c, n := value[i], 1
		if c == '\\' {
			c, n = escape(value[i:])
		}
		out = append(out, c)
		i += n
	}
	*to = out
	if bytes.IndexByte(out, 0) >= 0 || !utf8.Valid(out) {
		return value
	}
	return out
}

// escape is the byte that an escape stands for, and its length. A backslash that
// begins none is one.
func escape(text []byte) (c byte, n int) {
	if len(text) < 2 {
		return '\\', 1
	}
	switch text[1] {
	case '"', '\\':
		return text[1], 2
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'r':
		return '\r', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'v':
		return '\v', 2
	case 'x':
		if len(text) >= 4 {
			if hi, lo := hex(text[2]), hex(text[3]); hi >= 0 && lo >= 0 {
				return byte(hi<<4 | lo), 4
			}
		}
	}
	return '\\', 1
}

// hex is the value of a hexadecimal digit, negative if it is none.
func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// split takes a request apart: a method, a path and a protocol, with one space
// between. The path may have spaces.
func split(request []byte) (parts [3][]byte, ok bool) {
	first, last := bytes.IndexByte(request, ' '), bytes.LastIndexByte(request, ' ')
	if first <= 0 || last <= first+1 || !bytes.HasPrefix(request[last+1:], []byte("HTTP/")) {
		return parts, false
	}
	for _, c := range request[:first] {
		if (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' {
			return parts, false
		}
	}
	return [3][]byte{request[:first], request[first+1 : last], request[last+1:]}, true
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// isoTime writes a time such as 10/Oct/2000:13:55:36 -0700 as a timestamptz is
// written, 2000-10-10T13:55:36-0700. Whether there is such a time is not asked.
func isoTime(text, to []byte) (_ []byte, ok bool) {
	const form = "10/Oct/2000:13:55:36 -0700"
	if len(text) != len(form) || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[20] != ' ' {
		return to, false
	}
	month := bytes.Index([]byte(months), text[3:6])
	if month < 0 || month%3 != 0 {
		return to, false
	}
	month = month/3 + 1
	to = append(to, text[7:11]...)
	to = append(to, '-', '0'+byte(month/10), '0'+byte(month%10), '-', text[0], text[1], 'T')
	to = append(to, text[12:20]...)
	return append(to, text[21:]...), true
}

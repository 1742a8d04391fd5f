package json

import (
	"encoding/binary"
	"unicode/utf8"
)

const (
	faultUTF8 Fault = "a string is not valid UTF-8"
	// longestEscape is a surrogate pair.
	longestEscape = len(`\ud83d\ude00`)
)

// TextPart scans a string of which only a part is at hand: its content goes on
// at pos, and n bytes of data are there, with padding behind. It returns the
// place after the closing quote, or else up to where the content is good: there
// it can be scanned on once more of it is there. Other than [Text] it checks
// that the string is UTF-8.
func TextPart(data []byte, n, pos int, atEOF bool) (end int, closed bool, fault Fault) {
	start := pos
	for !closed {
		pos += plain(binary.LittleEndian.Uint64(data[pos:]))
		switch c := data[pos]; {
		case pos >= n:
			if pos = n; atEOF {
				return pos, false, faultOpen
			}
			pos = wholeRunes(data, start, pos)
			return pos, false, validPart(data[start:pos])
		case c == '"':
			pos, closed = pos+1, true
		case c == '\\':
			if n-pos < longestEscape && !atEOF {
				return pos, false, validPart(data[start:pos])
			}
			if pos, fault = escape(data, pos+1); fault != "" {
				return pos, false, fault
			}
		case c < ' ':
			return pos, false, faultControl
		}
	}
	return pos, true, validPart(data[start:pos])
}

// wholeRunes is end, or a little less if a character is cut there.
func wholeRunes(data []byte, start, end int) int {
	for i := end - 1; i >= max(start, end-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(data[i]) {
			if !utf8.FullRune(data[i:end]) {
				return i
			}
			break
		}
	}
	return end
}

func validPart(part []byte) Fault {
	if !utf8.Valid(part) {
		return faultUTF8
	}
	return ""
}

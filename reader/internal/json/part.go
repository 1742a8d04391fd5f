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
	end, closed, fault = textPart(data, n, pos, atEOF)
	// What comes first in the text is its fault, wherever its parts are cut.
	if at := invalid(data[start:end]); at >= 0 {
		return start + at, false, faultUTF8
	}
	return end, closed, fault
}

func textPart(data []byte, n, pos int, atEOF bool) (end int, closed bool, fault Fault) {
	start := pos
	for {
		pos += plain(binary.LittleEndian.Uint64(data[pos:]))
		switch c := data[pos]; {
		case pos >= n && atEOF:
			return n, false, faultOpen
		case pos >= n:
			return wholeRunes(data, start, n), false, ""
		case c == '"':
			return pos + 1, true, ""
		case c == '\\' && n-pos < longestEscape && !atEOF:
			return pos, false, ""
		case c == '\\':
			if pos, fault = escape(data, pos+1); fault != "" {
				return pos, false, fault
			}
		case c < ' ':
			return pos, false, faultControl
		}
	}
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

// invalid is where text stops being UTF-8, -1 if it does not.
func invalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

package csv

import (
	"bytes"
	"unicode/utf8"
)

// isSomething tells whether an unquoted cell looks like one thing: nothing, a
// number, a time, a word or some, an address. What looks like several cells, or
// like a part of one, does not.
func isSomething(cell []byte) bool {
	cell = bytes.TrimSpace(cell)
	if len(cell) == 0 || isNullLike(string(cell)) || isNumberLike(cell) || isTimeLike(cell) {
		return true
	}
	quoted := len(cell) > 1 && cell[0] == '\'' && cell[len(cell)-1] == '\''
	return !quoted && isWords(cell) || isAddress(cell)
}

// isNullLike tells whether a word is one that programs write for NULL.
func isNullLike(word string) bool {
	switch word {
	case `\N`, "NULL", "null", "Null", "NA", "N/A", "n/a", "NaN", "nan", "#N/A", "<NA>", "None", "none", "(null)", "-", "--", "?", ".":
		return true
	}
	return false
}

// isNumberLike takes numbers as people write them: with signs, currencies, percents
// and thousands.
func isNumberLike(text []byte) bool {
	text = bytes.TrimLeft(text, "+-$ (")
	for _, currency := range []string{"€", "£"} {
		text = bytes.TrimPrefix(text, []byte(currency))
		text = bytes.TrimSuffix(text, []byte(currency))
	}
	text = bytes.TrimRight(text, "% )")
	digits, commas, last := 0, 0, -1
	for i, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == ',':
			if commas > 0 && i-last != 4 {
				return false
			}
			commas, last = commas+1, i
		case c == '.', (c == 'e' || c == 'E') && digits > 0, (c == '+' || c == '-') && i > 0 && text[i-1]|0x20 == 'e':
		default:
			return false
		}
	}
	return digits > 0
}

// isTimeLike takes dates, times and both.
func isTimeLike(text []byte) bool {
	if text[0] < '0' || text[0] > '9' || len(text) > 40 {
		return false
	}
	marks := 0
	for _, c := range bytes.TrimRight(text, "APMapm. ") {
		switch {
		case c >= '0' && c <= '9', c == ' ', c == 'T', c == 'Z', c == '+':
		case c == '-' || c == '/' || c == ':' || c == '.':
			marks++
		default:
			return false
		}
	}
	return marks > 0
}

// isWords takes letters and digits with a little between them.
func isWords(text []byte) bool {
	letters := 0
	for _, c := range text {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9', c >= utf8.RuneSelf, c == '_':
			letters++
		case bytes.IndexByte([]byte(" -./()'&+%#@*?!$<>=[]"), c) >= 0:
		default:
			return false
		}
	}
	return letters > 0
}

// isAddress takes URLs.
func isAddress(text []byte) bool {
	scheme, rest, ok := bytes.Cut(text, []byte("://"))
	return ok && isWords(scheme) && !bytes.ContainsAny(rest, " \t\"")
}

package charset

import (
	"unicode/utf16"
	"unicode/utf8"
)

// decodeBytes appends the characters that bytes stand for.
func decodeBytes(to, text []byte, table *[256]string) []byte {
	for i := 0; i < len(text); {
		plain := i
		for i < len(text) && text[i] < utf8.RuneSelf {
			i++
		}
		to = append(to, text[plain:i]...)
		if i < len(text) {
			to = append(to, table[text[i]]...)
			i++
		}
	}
	return to
}

// decodeUTF16 appends the characters of text, whose more significant bytes are
// at that place of each unit. It returns how much it used: all but what may be
// a part of a character that goes on. Half of a surrogate pair is encoded as if
// it were a character, which UTF-8 has no place for.
func decodeUTF16(to, text []byte, high int, atEnd bool) ([]byte, int) {
	unit := func(i int) rune { return rune(text[i+high])<<8 | rune(text[i+1-high]) }
	i := 0
	for ; i+1 < len(text); i += 2 {
		c := unit(i)
		switch {
		case c < utf8.RuneSelf:
			to = append(to, byte(c))
			continue
		case !utf16.IsSurrogate(c):
			to = utf8.AppendRune(to, c)
			continue
		case c < 0xdc00 && i+3 < len(text):
			if pair := utf16.DecodeRune(c, unit(i+2)); pair != utf8.RuneError {
				to = utf8.AppendRune(to, pair)
				i += 2
				continue
			}
		case c < 0xdc00 && !atEnd:
			return to, i
		}
		to = append(to, 0xe0|byte(c>>12), 0x80|byte(c>>6)&0x3f, 0x80|byte(c)&0x3f)
	}
	return to, i
}

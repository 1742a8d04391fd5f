package json

import (
	"bytes"
	"unicode/utf8"
)

// Unquote writes what the content of a string stands for to the front of to,
// and returns its length, which is at most that of the content. to must have
// room for all of the content, which must have been found good by [Text]; the
// two may begin at the same place.
func Unquote(to, content []byte) int {
	n := 0
	for {
		i := bytes.IndexByte(content, '\\')
		if i < 0 {
			return n + copy(to[n:], content)
		}
		n += copy(to[n:], content[:i])
		c := content[i+1]
		content = content[i+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(content)
			content = content[4:]
			if r&^0x3ff == 0xd800 {
				low, _ := hex4(content[2:])
				content = content[6:]
				r = 0x10000 + r&0x3ff<<10 + low&0x3ff
			}
			n += utf8.EncodeRune(to[n:], rune(r))
			continue
		}
		to[n] = c
		n++
	}
}

package ledger

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Object keys are bytes; a text column holds valid UTF-8 without NUL. So keys
// are stored escaped, one to one: a key of printable characters other than
// the backslash, which is nearly every key there is, stands as it is.

// EncodeKey writes a key as text: a backslash becomes `\\`, a control
// character or a byte that is not valid UTF-8 becomes `\xHH`.
func EncodeKey(key string) string {
	var b strings.Builder
	for i := 0; i < len(key); {
		r, n := utf8.DecodeRuneInString(key[i:])
		switch {
		case r == '\\':
			b.WriteString(`\\`)
		case r < ' ' || r == 0x7f || (r == utf8.RuneError && n == 1):
			fmt.Fprintf(&b, `\x%02x`, key[i])
		default:
			b.WriteString(key[i : i+n])
		}
		i += n
	}
	return b.String()
}

// DecodeKey is the inverse of [EncodeKey].
func DecodeKey(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			b.WriteByte(text[i])
		case strings.HasPrefix(text[i:], `\\`):
			b.WriteByte('\\')
			i++
		case strings.HasPrefix(text[i:], `\x`) && i+4 <= len(text):
			c, err := strconv.ParseUint(text[i+2:i+4], 16, 8)
			if err != nil {
				return "", fmt.Errorf("decode key %q of the ledger: %w", text, err)
			}
			b.WriteByte(byte(c))
			i += 3
		default:
			return "", fmt.Errorf("decode key %q of the ledger: unknown escape at byte %d", text, i)
		}
	}
	return b.String(), nil
}

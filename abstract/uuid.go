package abstract

import "encoding/hex"

// AppendUUID writes the 16 bytes of a UUID as text, in the form of RFC 9562.
func AppendUUID(b, uuid []byte) []byte {
	for i, c := range uuid {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, []byte{c})
	}
	return b
}

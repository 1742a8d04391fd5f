package typed

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// JSONWriter writes values as parts of a JSON text. It is for one goroutine; the
// zero value is ready.
type JSONWriter struct {
	checker json.Checker
}

// Append writes a value whose text is as [Renderer] makes it: a number or a word
// where JSON has one, bytes in base64, else a string. It tells what keeps the
// value from being written.
func (w *JSONWriter) Append(b []byte, k Kind, text []byte) (out []byte, fault string) {
	switch k.Meaning {
	case Bool, Int, Uint, Decimal:
		return append(b, text...), ""
	case Float16, Float, Double:
		if last := text[len(text)-1]; last == 'N' || last == 'y' { // JSON has no NaN, no Infinity
			return AppendQuoted(b, text)
		}
		return append(b, text...), ""
	case Bytes:
		return append(base64.StdEncoding.AppendEncode(append(b, '"'), text), '"'), ""
	case JSON:
		if !w.checker.Valid(text) {
			return b, reader.Quote(text) + " is not " + reader.A(abstract.JSON)
		}
		return append(b, text...), ""
	}
	return AppendQuoted(b, text)
}

// AppendAny writes a value as Append does, but one of JSON that is none as a string.
func (w *JSONWriter) AppendAny(b []byte, k Kind, text []byte) (out []byte, fault string) {
	if k.Meaning == JSON && !w.checker.Valid(text) {
		return AppendQuoted(b, text)
	}
	return w.Append(b, k, text)
}

// Fault tells what keeps a text from being stored in a column of text, or in one
// of JSON. It is empty where nothing does.
func (w *JSONWriter) Fault(text []byte, isJSON bool) string {
	switch {
	case bytes.IndexByte(text, 0) >= 0:
		return reader.Quote(text) + " has a NUL byte"
	case !utf8.Valid(text):
		return reader.Quote(text) + " is not valid UTF-8"
	case isJSON && !w.checker.Valid(text):
		return reader.Quote(text) + " is not " + reader.A(abstract.JSON)
	}
	return ""
}

// AppendKey writes the key of a member of an object, and the colon behind it.
func AppendKey(b []byte, name string) []byte {
	b, _ = AppendQuoted(b, []byte(name))
	return append(b, ':')
}

// AppendQuoted writes text as a JSON string.
func AppendQuoted(b, text []byte) (out []byte, fault string) {
	if !utf8.Valid(text) {
		return b, reader.Quote(text) + " is not valid UTF-8"
	}
	const hexDigits = "0123456789abcdef"
	b = append(b, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == 0:
			return b, reader.Quote(text) + " has a NUL byte"
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"'), ""
}

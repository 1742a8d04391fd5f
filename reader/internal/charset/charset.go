// Package charset makes UTF-8 of text in other encodings. Nothing is guessed and
// nothing replaced: what is broken or stands for no character comes out as bytes
// that are no UTF-8 either, so that whoever checks the text finds the place.
package charset

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// The encodings. UTF16 is one of the two after it, as a byte order mark says.
const (
	UTF8        = "utf-8"
	UTF16       = "utf-16"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Latin1      = "latin1"
	Windows1252 = "windows-1252"
)

// Names are the encodings that can be declared.
func Names() []string { return []string{UTF8, UTF16, UTF16LE, UTF16BE, Latin1, Windows1252} }

// Lookup finds the name of an encoding, whatever the case of its letters, by
// that or another name that is in use. It is empty if there is none.
func Lookup(name string) string {
	name = strings.ToLower(name)
	switch name {
	case "utf8":
		return UTF8
	case "utf16":
		return UTF16
	case "latin-1", "iso-8859-1", "iso8859-1":
		return Latin1
	case "cp1252":
		return Windows1252
	}
	if slices.Contains(Names(), name) {
		return name
	}
	return ""
}

// Find tells which encoding a text is in that begins with those bytes, a few
// dozen if there are so many, and how long a byte order mark is that is not a part of it.
// declared is what the user says it is, empty for nothing: then it is UTF-8
// unless a mark says otherwise. A mark that contradicts is an error. UTF-8's own
// mark is left to whoever reads the text.
func Find(declared string, head []byte) (name string, mark int, err error) {
	if declared != "" && !slices.Contains(Names(), declared) {
		return "", 0, fmt.Errorf("encoding %q is not known: use one of %s", declared, strings.Join(Names(), ", "))
	}
	for _, m := range []struct{ mark, name string }{{"\xef\xbb\xbf", UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		if !bytes.HasPrefix(head, []byte(m.mark)) {
			continue
		}
		if declared != "" && declared != m.name && (declared != UTF16 || m.name == UTF8) {
			return "", 0, fmt.Errorf("it begins with the byte order mark of %s, and its encoding is said to be %s", m.name, declared)
		}
		if m.name == UTF8 {
			return UTF8, 0, nil
		}
		return m.name, len(m.mark), nil
	}
	switch {
	case declared == "":
		return UTF8, 0, nil
	case declared == UTF16 && len(head) > 0:
		return "", 0, fmt.Errorf("it has no byte order mark: say %s or %s", UTF16LE, UTF16BE)
	case declared == UTF16:
		return UTF16LE, 0, nil // of nothing
	}
	if declared != Latin1 && declared != Windows1252 && declared != UTF8 && isASCII(head) {
		return "", 0, fmt.Errorf("it begins with plain ASCII, and its encoding is said to be %s", declared)
	}
	return declared, 0, nil
}

// isASCII tells whether a text that is said to be UTF-16 is of bytes that are
// characters by themselves, without a single NUL. Not even a text without Latin
// letters begins like that, for it has delimiters, spaces and line ends.
func isASCII(head []byte) bool {
	return len(head) >= 16 && !slices.ContainsFunc(head, func(b byte) bool { return b == 0 || b >= utf8.RuneSelf })
}

// NewReader returns a reader that makes UTF-8 of a text in that encoding, which
// is one that Find returns, but UTF-8. It reads ahead. A text that ends in the
// middle of a character ends with a [CutError].
func NewReader(name string, from io.Reader) io.Reader {
	r := &reader{name: name, from: from, in: make([]byte, 0, bufferSize)}
	switch name {
	case UTF16LE, UTF16BE:
		r.out = make([]byte, 0, bufferSize/2*3+bufferSize)
		high := 0
		if name == UTF16LE {
			high = 1
		}
		r.decode = func(to, text []byte, atEnd bool) ([]byte, int) { return decodeUTF16(to, text, high, atEnd) }
	default:
		r.out = make([]byte, 0, 3*bufferSize)
		table := bytesOf(name)
		r.decode = func(to, text []byte, _ bool) ([]byte, int) { return decodeBytes(to, text, &table), len(text) }
	}
	return r
}

// CutError is the error for a text that ends in the middle of a character.
type CutError struct {
	Encoding string
	// Left are the bytes that are no character.
	Left []byte
}

func (e *CutError) Error() string {
	return fmt.Sprintf("the text ends in the middle of a character of %s, with %x", e.Encoding, e.Left)
}

// bufferSize is how many bytes are decoded at a time. It is even.
const bufferSize = 32 << 10

// reader decodes what it reads, a buffer at a time.
type reader struct {
	name   string
	from   io.Reader
	decode func(to, text []byte, atEnd bool) (out []byte, used int)
	in     []byte // not decoded yet
	out    []byte // decoded
	taken  int    // of out
	err    error  // after out
}

func (r *reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.taken == len(r.out) {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(p, r.out[r.taken:])
	r.taken += n
	return n, nil
}

// fill reads once and decodes what came.
func (r *reader) fill() {
	n, err := r.from.Read(r.in[len(r.in):cap(r.in)])
	r.in = r.in[:len(r.in)+n]
	r.err = err
	var used int
	r.out, used = r.decode(r.out[:0], r.in, err == io.EOF)
	r.taken = 0
	left := copy(r.in, r.in[used:])
	r.in = r.in[:left]
	if err == io.EOF && left > 0 {
		r.err = &CutError{Encoding: r.name, Left: bytes.Clone(r.in)}
	}
}

// bytesOf is the character that each byte stands for, as UTF-8. A byte that
// stands for none is kept: by itself it is no UTF-8. ISO/IEC 8859-1 assigns nothing
// from 80 to 9F. Some take control characters to be there, but a text that has
// these bytes is in Windows-1252 or another encoding.
func bytesOf(name string) (table [256]string) {
	for b := range table {
		c := rune(b)
		if name == Windows1252 {
			c = charmap.Windows1252.DecodeByte(byte(b))
		}
		table[b] = string(c)
		if c == utf8.RuneError || name == Latin1 && 0x80 <= b && b < 0xa0 {
			table[b] = string([]byte{byte(b)})
		}
	}
	return table
}

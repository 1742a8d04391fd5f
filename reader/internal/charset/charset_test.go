package charset

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/seed-ede61cd5/sluice/internal/alloctest"
)

func decode(name, text string) (string, error) {
	b, err := io.ReadAll(NewReader(name, strings.NewReader(text)))
	return string(b), err
}

func encode16(name, text string) string {
	var order binary.AppendByteOrder = binary.LittleEndian
	if name == UTF16BE {
		order = binary.BigEndian
	}
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

func TestV08Find(t *testing.T) {
	const bom, le, be = "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"
	for _, test := range []struct {
		declared, head, want string
		mark                 int
	}{
		{"", "abc", UTF8, 0}, {"", "", UTF8, 0}, {"", bom + "a", UTF8, 0}, {UTF8, bom, UTF8, 0}, {UTF8, "a", UTF8, 0},
		{"", le + "a\x00", UTF16LE, 2}, {"", be, UTF16BE, 2}, {UTF16, le, UTF16LE, 2}, {UTF16, be + "\x00a", UTF16BE, 2},
		{UTF16LE, "a\x00", UTF16LE, 0}, {UTF16LE, le + "a\x00", UTF16LE, 2}, {UTF16BE, "\x00a", UTF16BE, 0}, {UTF16, "", UTF16LE, 0},
		{UTF16LE, encode16(UTF16LE, "\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57,\u6f22\u5b57"), UTF16LE, 0},
		{Latin1, "\xe9", Latin1, 0}, {Windows1252, "", Windows1252, 0},
	} {
		if got, mark, err := Find(test.declared, []byte(test.head)); got != test.want || mark != test.mark || err != nil {
			t.Errorf("%q, said to be %q: %q, mark of %d, %v; want %q, %d", test.head, test.declared, got, mark, err, test.want, test.mark)
		}
	}
	for _, test := range []struct{ declared, head, want string }{
		{UTF16, "a\x00", "no byte order mark: say utf-16le or utf-16be"},
		{UTF16LE, be, "the byte order mark of utf-16be, and its encoding is said to be utf-16le"},
		{UTF8, le, "the byte order mark of utf-16le"},
		{UTF16, bom, "the byte order mark of utf-8"},
		{Latin1, bom, "the byte order mark of utf-8"},
		{Windows1252, le, "the byte order mark of utf-16le"},
		{UTF16LE, "id,word\n1,one\n2,two\n", "plain ASCII, and its encoding is said to be utf-16le"},
		{"ebcdic", "", "not known: use one of utf-8, "},
	} {
		if got, _, err := Find(test.declared, []byte(test.head)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q, said to be %q: %q, %v; want …%s", test.head, test.declared, got, err, test.want)
		}
	}
}

// Every character is decoded as the library does, and what the library replaces
// is no UTF-8.
func TestV08EveryCharacter(t *testing.T) {
	for b := range 256 {
		for name, table := range map[string]*charmap.Charmap{Latin1: charmap.ISO8859_1, Windows1252: charmap.Windows1252} {
			got, err := decode(name, string([]byte{byte(b)}))
			want := table.DecodeByte(byte(b))
			if name == Latin1 && 0x80 <= b && b < 0xa0 {
				want = utf8.RuneError // not control characters
			}
			if want != utf8.RuneError && got != string(want) || want == utf8.RuneError && utf8.ValidString(got) || err != nil {
				t.Errorf("%s %x: %q, want %q, %v", name, b, got, want, err)
			}
		}
	}
	var all strings.Builder
	for c := range rune(utf8.MaxRune + 1) {
		if utf8.ValidRune(c) {
			all.WriteRune(c)
		}
	}
	for _, name := range []string{UTF16LE, UTF16BE} {
		if got, err := decode(name, encode16(name, all.String())); got != all.String() || err != nil {
			t.Errorf("%s: %d bytes, want %d, %v", name, len(got), all.Len(), err)
		}
	}
}

// Pieces make no difference, nor does the place where the decoder's buffer ends.
func TestV08Pieces(t *testing.T) {
	for shift := range 8 {
		text := strings.Repeat("x", shift) + strings.Repeat("a😀é\u20ac", 12_000)
		raw := encode16(UTF16LE, text)
		for name, from := range map[string]io.Reader{
			"bytes": iotest.OneByteReader(strings.NewReader(raw)), "halves": iotest.HalfReader(strings.NewReader(raw)),
			"EOF with bytes": iotest.DataErrReader(strings.NewReader(raw)),
		} {
			got, err := io.ReadAll(iotest.OneByteReader(NewReader(UTF16LE, from)))
			if string(got) != text || err != nil {
				t.Errorf("shifted by %d, in %s: %d bytes, want %d, %v", shift, name, len(got), len(text), err)
			}
		}
	}
}

func TestV08CutAndBroken(t *testing.T) {
	for _, text := range []string{"a", "a\x00b", "\x3d\xd8\x00", "\x3d"} {
		got, err := decode(UTF16LE, text)
		if cut, ok := errors.AsType[*CutError](err); !ok || string(cut.Left) != text[len(text)-1:] || utf8.ValidString(got) && len(text) > 2 && text[0] != 'a' {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	broken := errors.New("broken")
	got, err := io.ReadAll(NewReader(UTF16LE, io.MultiReader(strings.NewReader("a\x00b"), iotest.ErrReader(broken))))
	if string(got) != "a" || err != broken {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzUTF16: the library says the same, but for what it replaces.
func FuzzUTF16(f *testing.F) {
	for _, s := range []string{"a\x00", "\x3d\xd8\x00\xde", "\x00\xd8a\x00", "\x00\xd8\x00\xd8\x00\xdc", "\xfd\xff", "\x00\xdc\x00"} {
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, big bool) {
		name, order := UTF16LE, unicode.LittleEndian
		if big {
			name, order = UTF16BE, unicode.BigEndian
		}
		var got string
		var err error
		alloctest.Check(t, len(text), func() { got, err = decode(name, string(text)) })
		if _, cut := errors.AsType[*CutError](err); cut != (len(text)%2 == 1) || err != nil && !cut {
			t.Fatalf("%x: %v", text, err)
		}
		want, err := unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder().Bytes(text[:len(text)&^1])
		if err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(got) && got != string(want) {
			t.Errorf("%x: %q, want %q", text, got, want)
		}
		if replaced := strings.Count(string(want), "\ufffd") - strings.Count(got, "\ufffd"); utf8.ValidString(got) != (replaced == 0) {
			t.Errorf("%x: %q, and the library %q", text, got, want)
		}
	})
}

// FuzzSingleByte: the library says the same of every byte, but for those that
// stand for nothing.
func FuzzSingleByte(f *testing.F) {
	for _, s := range []string{"abc", "\xe9\xff", "\x80\x81\x9f", "a\x00\r\n"} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, text []byte, windows bool) {
		name, library := Latin1, charmap.ISO8859_1
		if windows {
			name, library = Windows1252, charmap.Windows1252
		}
		var got string
		var err error
		alloctest.Check(t, len(text), func() { got, err = decode(name, string(text)) })
		if err != nil {
			t.Fatalf("%x: %v", text, err)
		}
		if !utf8.ValidString(got) {
			return // TestSingleBytes says of which bytes
		}
		if want, err := library.NewDecoder().Bytes(text); err != nil || got != string(want) {
			t.Errorf("%x: %q, want %q, %v", text, got, want, err)
		}
	})
}

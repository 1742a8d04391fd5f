package ledger

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/internal/alloctest"
)

// FuzzKey: a key comes back byte for byte, and what is stored is text that
// every database takes.
func FuzzKey(f *testing.F) {
	for _, key := range []string{"", "a/b.csv", `\`, `\\`, `\x01`, "\x00\x01\x7f", "\xff\xfe", "日本", "\xed\xa0\x80", "\ufffd", "ok\xc3"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		var text string
		alloctest.Check(t, len(key), func() { text = EncodeKey(key) })
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Errorf("%q is stored as %q", key, text)
		}
		got, err := DecodeKey(text)
		if err != nil || got != key {
			t.Errorf("%q is stored as %q and comes back as %q, %v", key, text, got, err)
		}
	})
}

// FuzzStoredKey: what someone else has written is read or refused, and what
// is read is written the same way, up to how an escape is spelled.
func FuzzStoredKey(f *testing.F) {
	for _, text := range []string{`a\\b`, `\x41`, `\xZZ`, `\x4`, `\`, `\n`, `\xFF`, `\x+1`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var key string
		var err error
		alloctest.Check(t, len(text), func() { key, err = DecodeKey(text) })
		if err != nil {
			return
		}
		again, err := DecodeKey(EncodeKey(key))
		if err != nil || again != key {
			t.Errorf("%q is read as %q, written and read as %q, %v", text, key, again, err)
		}
	})
}

func TestKeysInUseStandAsTheyAre(t *testing.T) {
	for _, key := range []string{"data/2024/file one.csv", "ünï/日本/👍", `quote"'`, "a+b%20?#&"} {
		if text := EncodeKey(key); text != key {
			t.Errorf("%q is stored as %q", key, text)
		}
	}
	for _, text := range []string{`\`, `a\`, `\x`, `\x4`, `\xzz`, `\n`, `\X41`} {
		if key, err := DecodeKey(text); err == nil {
			t.Errorf("%q is read as %q", text, key)
		}
	}
}

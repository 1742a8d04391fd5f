package json

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// plainExtent is [Extent] of an object or array, a byte at a time.
func plainExtent(data []byte, pos int) (end int, fault Fault) {
	var open nesting
	text, escaped := false, false
	for ; pos < len(data); pos++ {
		c, plain := data[pos], !escaped
		escaped = c == '\\' && plain
		if c == '"' && plain {
			text = !text
		} else if !text {
			if closed, fault := open.take(c); closed {
				return pos + 1, ""
			} else if fault != "" {
				return pos, fault
			}
		}
	}
	return pos, FaultCut
}

// sameExtent compares, and checks that JSON ends where [Value] has it end.
func sameExtent(t *testing.T, data []byte) {
	t.Helper()
	if len(data) == 0 || data[0] != '{' && data[0] != '[' {
		return
	}
	end, fault := Extent(data, 0, true)
	if want, wantFault := plainExtent(data, 0); end != want || fault != wantFault {
		t.Fatalf("%q: %d %q, want %d %q", data, end, fault, want, wantFault)
	}
	if want, _, bad := Value(append(bytes.Clone(data), make([]byte, Pad)...), 0, AcrossLines); bad == "" && (end != want || fault != "") {
		t.Fatalf("%q: %d %q, and the value ends at %d", data, end, fault, want)
	}
}

func TestExtent(t *testing.T) {
	for text, want := range map[string]int{
		`1,2`: 1, `"a,\"]" ,`: 7, `true]`: 4, `nul l`: 3, `x:`: 1, `]`: 0, `,`: 0, ` `: 0, `{}{}`: 2, `[[]]]`: 4, `{"]":"}"}`: 9, `"\\" `: 4, "-1e5\n": 4,
	} {
		if end, fault := Extent([]byte(text), 0, false); end != want || fault != "" {
			t.Errorf("%s: %d %q, want %d", text, end, fault, want)
		}
	}
	for _, text := range []string{``, `"a`, `"\"`, `{`, `[{}`, `{"}`, `12`, `tru`} {
		if _, fault := Extent([]byte(text), 0, false); fault != FaultCut {
			t.Errorf("%s: %q", text, fault)
		}
	}
	if end, fault := Extent([]byte("12"), 0, true); end != 2 || fault != "" {
		t.Errorf("12 at the end: %d %q", end, fault)
	}
	for _, text := range []string{`{]`, `[}`, `[{"a":1]`} {
		if end, fault := Extent([]byte(text), 0, true); fault != FaultBracket || end != len(text)-1 {
			t.Errorf("%s: %d %q", text, end, fault)
		}
	}
}

// Random texts of what matters, around and beyond the length of a stride.
func TestExtentRandom(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 50_000 {
		alphabet := []string{`{}[]"\`, `{}"\x_y`, `[]"x\\\\`, `{}[]""""""xxxxxxxxxxxxx`, "[]\"\xff\xdb\x5b\x7b\xfb"}[r.IntN(5)]
		data := []byte{'['}
		for range r.IntN(300) {
			data = append(data, alphabet[r.IntN(len(alphabet))])
		}
		sameExtent(t, data)
	}
}

func FuzzExtent(f *testing.F) {
	f.Add([]byte(`{"a":[1,"]\"}",{"b":null}],"c":"` + strings.Repeat(`\\`, 70) + `"}`))
	f.Add([]byte(`[` + strings.Repeat(`{"a":"\""},`, 20) + `1]`))
	f.Fuzz(sameExtent)
}

// The parts of a string, cut anywhere, are what [Text] takes, and are UTF-8.
func FuzzTextPart(f *testing.F) {
	for _, s := range []string{`abc"`, `é\n😀\ud83d\ude00"x`, `\ud800"`, "a\xff\\q\"", "\xf0\x9f\x98", "a\tb\"", strings.Repeat("é", 20) + `\u00e9"`} {
		for size := range byte(4) {
			f.Add([]byte(s), size)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, size byte) {
		padded := func(n int) []byte { return append(bytes.Clone(text[:n]), make([]byte, Pad)...) }
		end, _, fault := Text(padded(len(text)), 0)
		bad := !utf8.Valid(text[:end])
		at, closed := 0, false
		for n := 0; !closed; {
			n = min(n+1+int(size), len(text))
			var partFault Fault
			at, closed, partFault = TextPart(padded(n), n, at, n == len(text))
			if partFault != "" {
				if fault == "" && !bad {
					t.Fatalf("%q: %q at %d; in one it is good", text, partFault, at)
				}
				if wholeAt, _, whole := TextPart(padded(len(text)), len(text), 0, true); wholeAt != at || whole != partFault {
					t.Fatalf("%q in parts of %d: %q at %d; in one %q at %d", text, size+1, partFault, at, whole, wholeAt)
				}
				return
			}
		}
		if fault != "" || bad || at != end {
			t.Fatalf("%q: closed at %d; in one %q at %d, UTF-8 %v", text, at, fault, end, !bad)
		}
	})
}

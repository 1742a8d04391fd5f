package unpack

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

const (
	small  = "a,b\n1,x\n2,\"y\n\"\n3,z\n"
	window = 8 << 20
)

// content is what the files of testdata unpack to, by the beginning of their
// names.
func content(t testing.TB, name string) string {
	base, _, _ := strings.Cut(name, ".")
	base, _, _ = strings.Cut(base, "-")
	switch base {
	case "small":
		return small
	case "long":
		return strings.Repeat("1,abc\n", 50_000)
	case "chunks":
		return strings.Repeat("1,abc\n", 5_000_000/6+1)[:5_000_000]
	case "random":
		return string(testdata(t, "random"))
	}
	return ""
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// files are those of testdata, and some by Go's own writers, for which no tool
// is everywhere.
func files(t testing.TB) map[string][]byte {
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]byte)
	for _, e := range entries {
		if name := e.Name(); filepath.Ext(name) != ".sh" && filepath.Ext(name) != "" && !strings.HasPrefix(name, "refused") {
			all[name] = testdata(t, name)
		}
	}
	for _, base := range []string{"small", "long", "random"} {
		text := content(t, base)
		var gz, sz bytes.Buffer
		w := gzip.NewWriter(&gz)
		w.Name = "a name to be cut"
		io.WriteString(w, text)
		w.Close()
		s := s2.NewWriter(&sz, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
		io.WriteString(s, text)
		s.Close()
		z, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		all[base+".gz"], all[base+".sz"], all[base+".zst"] = gz.Bytes(), sz.Bytes(), z.EncodeAll([]byte(text), nil)
	}
	return all
}

// readAll unpacks a file that is recognised by its content.
func readAll(t testing.TB, from io.Reader, maxWindow int64) (string, error) {
	t.Helper()
	raw := bufio.NewReader(from)
	head, _ := raw.Peek(10)
	r, err := New(Recognize(head), raw, maxWindow)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err == nil {
		if left, _ := io.ReadAll(raw); len(left) > 0 {
			t.Errorf("%d bytes are left behind the end", len(left))
		}
	}
	return string(b), err
}

// Z-01: all members are read, whatever tool wrote them, in whatever pieces they
// come.
func TestZ01AllMembers(t *testing.T) {
	for name, data := range files(t) {
		want := content(t, name)
		members := bytes.Repeat(data, 3)
		for what, from := range map[string]io.Reader{
			"one":            bytes.NewReader(data),
			"three":          bytes.NewReader(members),
			"byte for byte":  iotest.OneByteReader(bytes.NewReader(data)),
			"EOF with bytes": iotest.DataErrReader(bytes.NewReader(members)),
		} {
			want := want
			if what == "three" || what == "EOF with bytes" {
				want = strings.Repeat(want, 3)
			}
			if got, err := readAll(t, from, window); err != nil || got != want {
				t.Errorf("%s, %s: %d bytes, want %d, %v", name, what, len(got), len(want), err)
			}
		}
	}
}

// snappyEnds are the places after which a chunk begins: the format has no end.
func snappyEnds(data []byte) map[int]bool {
	ends := make(map[int]bool)
	for at := 0; at < len(data); {
		at += 4 + int(data[at+1]) + int(data[at+2])<<8 + int(data[at+3])<<16
		ends[at] = true
	}
	return ends
}

// Z-02, Z-03: a file that is cut anywhere is an error, but between two members;
// so is one with something behind it.
func TestZ02Cut(t *testing.T) {
	for name, data := range files(t) {
		switch name {
		case "chunks.xz", "long.bz2", "long.gz", "long.lz4", "long.sz", "long.xz", "long.zst", "long-blocksum.lz4",
			"random.bz2", "random.gz", "random.lz4", "random.zst", "small-9.xz", "small-crc32.xz":
			continue // its like are there
		}
		twice := bytes.Repeat(data, 2)
		ends := map[int]bool{len(data): true, len(twice): true}
		if strings.HasSuffix(name, ".sz") {
			ends = snappyEnds(twice)
		}
		for cut := 1; cut < len(twice); cut++ {
			if cut < 10 && Recognize(twice[:cut]) == "" {
				if got := Beginning(twice[:cut]); got == "" && !slices.Contains([]string{"(", "B", "BZ", "BZh"}, string(twice[:cut])) {
					t.Errorf("%q, the beginning of %s, is not recognised", twice[:cut], name)
				}
				continue
			}
			if len(data) > 200 && cut > 60 && cut%len(data) > 30 && cut%len(data) < len(data)-40 && cut%97 != 0 {
				continue
			}
			got, err := readAll(t, bytes.NewReader(twice[:cut]), window)
			if (err == nil) != ends[cut] {
				t.Errorf("%s cut at byte %d of 2 × %d: %d bytes, %v", name, cut, len(data), len(got), err)
			}
		}
		for _, tail := range []string{"\x00", "\x00\x00\x00\x00\x00", "x", "BZ", "PK\x03\x04", "\x1f\x8b", "\xfd7zXZ\x00", "\x02\x21\x4c\x18"} {
			if got, err := readAll(t, strings.NewReader(string(data)+tail), window); err == nil {
				t.Errorf("%s and %q behind it: %d bytes and no error", name, tail, len(got))
			}
		}
	}
}

// An error of the store is no end of the file.
func TestBrokenBody(t *testing.T) {
	broken := errors.New("broken")
	for name, data := range files(t) {
		for _, at := range []int{11, len(data) / 2, len(data) - 1, len(data)} {
			from := io.MultiReader(bytes.NewReader(data[:min(at, len(data))]), iotest.ErrReader(broken))
			if _, err := readAll(t, from, window); err == nil {
				t.Errorf("%s, broken at byte %d of %d: no error", name, at, len(data))
			}
		}
	}
}

// Z-02: damage is found, except where a format has no checksum: of its own
// header's flags, of blocks of lz4 (whose frame has one), of xz --check=none.
func TestZ02Damage(t *testing.T) {
	for name, data := range files(t) {
		if len(data) > 4096 || strings.HasSuffix(name, ".zst") || name == "small-none.xz" || name == "chunks.xz" {
			continue
		}
		want, step := content(t, name), max(len(data)/50, 1)
		for at := 10; at < len(data); at += step {
			b := bytes.Clone(data)
			b[at] ^= 0x10
			got, err := readAll(t, bytes.NewReader(b), window)
			if err == nil && got != want {
				t.Errorf("%s with byte %d changed: other content and no error", name, at)
			}
		}
	}
}

// What is not read is refused by name.
func TestRefused(t *testing.T) {
	lz4 := func(change func(b []byte)) []byte {
		b := testdata(t, "small.lz4")
		change(b)
		return b
	}
	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"xz with a filter", testdata(t, "refused-filter.xz"), "filters besides LZMA2"},
		{"xz, 64 MiB", testdata(t, "refused-dictionary.xz"), "a dictionary of 67108864 bytes is needed, and 8388608 are allowed: give more --memory"},
		{"xz, 1.5 GiB", testdata(t, "refused-huge.xz"), "a dictionary of 1610612736 bytes"},
		{"lz4 with a dictionary", lz4(func(b []byte) { b[4] |= 1 }), "needs a dictionary"},
		{"lz4 of another version", lz4(func(b []byte) { b[4] |= 0x80 }), "not known"},
		{"lz4 with a large block", lz4(func(b []byte) { binary.LittleEndian.PutUint32(b[7:], 5<<20) }), "a block of 5242880 bytes"},
	} {
		if got, err := readAll(t, bytes.NewReader(test.data), window); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
	if got, err := readAll(t, bytes.NewReader(testdata(t, "refused-dictionary.xz")), 64<<20); got != small || err != nil {
		t.Errorf("a dictionary that is allowed: %q, %v", got, err)
	}
}

// Of a short file a dictionary is not larger than what is read of it, whatever it
// declares; and what is read is there.
func TestShortXZ(t *testing.T) {
	for name, most := range map[string]int64{"refused-dictionary.xz": 20, "refused-huge.xz": 1 << 20, "long.xz": 300_000, "random.xz": 1 << 20, "chunks.xz": 1 << 20} {
		want := content(t, name)
		if strings.HasPrefix(name, "refused") {
			want = small
		}
		r := NewShortXZ(bufio.NewReader(bytes.NewReader(testdata(t, name))), most)
		got, err := io.ReadAll(io.LimitReader(r, most+1))
		want = want[:min(len(want), int(most)+1)]
		if err != nil || string(got) != want {
			t.Errorf("%s, %d: %d bytes, want %d, %v", name, most, len(got), len(want), err)
		}
	}
}

// Padding between streams, and frames to be skipped, are no data.
func TestPadding(t *testing.T) {
	xz, lz4 := testdata(t, "small.xz"), testdata(t, "small.lz4")
	skip := []byte("\x5f\x2a\x4d\x18\x03\x00\x00\x00abc")
	for name, parts := range map[string][][]byte{
		"xz":  {xz, make([]byte, 8), xz, make([]byte, 4)},
		"lz4": {lz4, skip, lz4, skip, skip},
	} {
		if got, err := readAll(t, bytes.NewReader(bytes.Join(parts, nil)), window); got != small+small || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// Text may begin with letters that are magic bytes elsewhere.
func TestRecognizeText(t *testing.T) {
	for _, head := range []string{"", "B", "BZh91AY", "BZh,a,b,c,d,e\n", "sNaPpY\n", "7zXZ,a,b,c,d", "PK\x03\x04"} {
		if got := Recognize([]byte(head)); got != "" {
			t.Errorf("%q is %s", head, got)
		}
	}
}

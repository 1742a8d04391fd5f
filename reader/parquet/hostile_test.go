package parquet

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// withFooter is a file that consists of a footer.
func withFooter(footer []byte, length uint32) []byte {
	b := append([]byte(magic), footer...)
	return append(binary.LittleEndian.AppendUint32(b, length), magic...)
}

// What is no Parquet file, or a damaged one, is refused by name, and nothing is
// allocated for what it declares.
func TestB01B02B11Refused(t *testing.T) {
	whole := several(codecNone, false)
	page := func(change func(*testPage)) []byte {
		f := several(codecNone, false)
		change(&f.groups[0].chunks[1].pages[0])
		return f.bytes()
	}
	chunk := func(change func(*testChunk)) []byte {
		f := several(codecSnappy, false)
		change(&f.groups[0].chunks[1])
		return f.bytes()
	}
	flipped := whole.bytes()
	flipped[50] ^= 1
	rows := several(codecNone, false)
	rows.groups[0].rows++
	fewer := lists(false)
	fewer.groups[0].rows--
	for name, test := range map[string]struct {
		data []byte
		want string
	}{
		"empty":                     {nil, "only 0 bytes"},
		"PAR1PAR1":                  {[]byte("PAR1PAR1"), "only 8 bytes"},
		"text":                      {[]byte("a,b\n1,2\n3,4\n5,6\n"), "does not begin with PAR1"},
		"gzip":                      {append([]byte("\x1f\x8b\x08"), whole.bytes()...), "unpack it first"},
		"gzip of more than a tail":  {append([]byte("\x1f\x8b\x08"), make([]byte, 100<<10)...), "unpack it first"},
		"zstd":                      {append([]byte("\x28\xb5\x2f\xfd"), whole.bytes()...), "unpack it first"},
		"B01 cut":                   {whole.bytes()[:100], "cut short"},
		"B01 footer beyond file":    {withFooter(nil, 1<<31), "in a file of 12"},
		"B01 footer of zeros":       {withFooter(make([]byte, 50), 50), "no schema"},
		"B01 endless list":          {withFooter([]byte("\x29\xfc\xff\xff\xff\xff\x07"), 7), "the footer cannot be read"},
		"B11 encrypted footer":      {append(whole.bytes()[:len(whole.bytes())-4], "PARE"...), "encrypted"},
		"B05 checksum":              {flipped, "checksum"},
		"B02 more rows":             {rows.bytes(), "values in a row group of 6 rows"},
		"B02 more lists than rows":  {fewer.bytes(), "more values than the row group has rows"},
		"B02 index out of range":    {page(func(p *testPage) { p.values = places(2, 3) }), "index 3 in a dictionary of 3"},
		"B02 indices end early":     {page(func(p *testPage) { p.values = places(2) }), "ends before its values"},
		"B02 no dictionary":         {chunk(func(c *testChunk) { c.dict = nil }), "not there"},
		"B02 dictionary too short":  {chunk(func(c *testChunk) { c.size = 1 << 30 }), "a dictionary of 1073741824 values in 16 bytes"},
		"B09 encoding 10":           {page(func(p *testPage) { p.encoding = 10 }), "encoding 10 is not read"},
		"B10 LZO":                   {chunk(func(c *testChunk) { c.codec = codecLZO }), "LZO"},
		"B10 an unknown codec":      {chunk(func(c *testChunk) { c.codec = 99 }), "codec number 99"},
		"B02 delta of other length": {page(func(p *testPage) { p.encoding, p.values = encodingDeltaLength, []byte{128, 1, 4, 200, 1, 0} }), "200 delta values"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, got, err := readAll(t.Context(), t, test.data, reader.NewLimits(1<<20, 2), reader.FailFile)
			runtime.ReadMemStats(&after)
			if abstract.ClassOf(err) != abstract.FileOnly || !strings.Contains(err.Error(), test.want) || got.Completed {
				t.Errorf("error %v (%v), want …%s", err, abstract.ClassOf(err), test.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
				t.Errorf("%d bytes allocated", used)
			}
		})
	}
}

// B-04: two strings of 1 GiB in 4 KB are refused by what the page declares.
func TestCorpusB04Bomb(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(readertest.Corpus(t), "parquet-testing/data/large_string_map.brotli.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err = readAll(t.Context(), t, data, reader.NewLimits(32<<20, 2), reader.FailFile)
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "are not read") {
		t.Errorf("error %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d bytes allocated", used)
	}
}

// Zeros that were compressed well take memory as they come, not as they are
// declared.
func TestP10DeclaredSizesAreNotBelieved(t *testing.T) {
	d := &decompressor{}
	defer d.close()
	for _, c := range []codec{codecSnappy, codecGzip, codecBrotli, codecLZ4, codecZstd, codecLZ4Raw} {
		d.codec = c
		buf, err := d.undo(nil, []byte("\x00not compressed at all"), 200<<20)
		if err == nil || cap(buf) > 1<<20 {
			t.Errorf("%v: error %v, %d bytes allocated", c, err, cap(buf))
		}
	}
}

// A page that is said to be empty and has bytes is an error, or is empty.
func TestP10NothingOfSomething(t *testing.T) {
	for c := codecSnappy; c <= codecLZ4Raw; c++ {
		for _, src := range [][]byte{{0}, {0, 0, 0, 0, 0, 0, 0, 1, 0}, pack(c, []byte(strings.Repeat("page ", 100))), pack(c, nil)} {
			d := &decompressor{codec: c}
			if buf, err := d.undo(nil, src, 0); err == nil && len(buf) > 0 {
				t.Errorf("%v: %d bytes", c, len(buf))
			}
			d.close()
		}
	}
}

// Pages of any size and ratio are undone, also if their frames do not say how large
// they are, as those of zstd's streams do not.
func TestB10EveryRatio(t *testing.T) {
	for _, c := range []codec{codecSnappy, codecGzip, codecBrotli, codecLZ4, codecZstd, codecLZ4Raw} {
		d := &decompressor{codec: c}
		for _, n := range []int{0, 1, 1000, 4096, 100_000, 131_072, 131_073, 200_000, 400_000, 3_000_000} {
			for name, content := range map[string][]byte{"zeros": make([]byte, n), "words": []byte(strings.Repeat("hello world page ", n/17))} {
				got, err := d.undo(nil, pack(c, content), len(content))
				if err != nil || !bytes.Equal(got, content) {
					t.Errorf("%v: %d %s: %d bytes, %v", c, len(content), name, len(got), err)
				}
			}
		}
		d.close()
	}
}

// A frame that says it has all that the page header says is not believed.
func TestP10DeclaredFrame(t *testing.T) {
	d := &decompressor{codec: codecZstd}
	defer d.close()
	for _, frame := range []string{"(\xb5/\xfd\xf400000000", "(\xb5/\xfd\xe4\x00\x00\x00\x08\x00\x00\x00\x00\x01\x00\x00"} {
		if used := alloctest.Allocated(func() {
			if _, err := d.undo(nil, []byte(frame), 128<<20); err == nil {
				t.Errorf("%q is taken", frame)
			}
		}); used > 8<<20 {
			t.Errorf("%q: %d bytes allocated", frame, used)
		}
	}
}

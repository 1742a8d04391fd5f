package parquet

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// FuzzRead: whatever a file holds, it is rows or an error of that file, in
// memory that does not depend on what it declares.
func FuzzRead(f *testing.F) {
	for _, c := range []codec{codecNone, codecSnappy, codecGzip, codecBrotli, codecLZ4, codecZstd, codecLZ4Raw} {
		f.Add(several(c, false).bytes())
		f.Add(several(c, true).bytes())
	}
	f.Add(lists(false).bytes())
	f.Add(lists(true).bytes())
	for seed := range uint64(4) {
		file, _ := randomFile(rand.New(rand.NewPCG(seed, 0)), 2, 20)
		for _, g := range file.groups { // so that damaged pages are decoded
			for c := range g.chunks {
				g.chunks[c].noCRC = true
			}
		}
		f.Add(file.bytes())
	}
	for _, pattern := range []string{"arrow-testing/data/parquet/fuzzing/*", "parquet-testing/data/*.parquet", "parquet-testing/bad_data/*"} {
		files, _ := filepath.Glob(filepath.Join(os.Getenv("SLUICE_CORPUS"), pattern))
		for _, name := range files {
			if data, err := os.ReadFile(name); err == nil {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		readertest.Damaged(t, New(), inMemory(data), alloctest.Most(len(data)))
	})
}

// FuzzCodec: whatever a page is said to be compressed with, and to how many
// bytes, it gives exactly those or an error.
func FuzzCodec(f *testing.F) {
	for c := codecNone; c <= codecLZ4Raw; c++ {
		f.Add([]byte("\x05\x10hello"), byte(c), uint32(5))
		f.Add([]byte{}, byte(c), uint32(1<<31))
	}
	f.Add([]byte("(\xb5/\xfd\xf400000000"), byte(codecZstd), uint32(1<<28-1))
	text := bytes.Repeat([]byte("page "), 100)
	for _, c := range []codec{codecSnappy, codecGzip, codecZstd, codecLZ4Raw, codecLZ4, codecBrotli} {
		packed := pack(c, text)
		f.Add(packed, byte(c), uint32(len(text)))
		f.Add(packed, byte(c), uint32(len(text)+1))
		f.Add(packed, byte(c), uint32(1<<30))
	}
	f.Fuzz(func(t *testing.T, src []byte, c byte, size uint32) {
		if len(src) > 8192 || codec(c) == codecNone {
			return
		}
		declared := int(size % (256 << 20)) // more is refused before
		used := alloctest.Allocated(func() {
			d := decompressor{codec: codec(c)}
			defer d.close()
			if got, err := d.undo(nil, src, declared); err == nil && len(got) != declared {
				t.Errorf("%v: %d bytes, want %d", codec(c), len(got), declared)
			}
		})
		// Longer ones, and a few bytes of brotli, may well become more.
		if len(src) <= 128 && codec(c) != codecBrotli && used > alloctest.Most(len(src)) {
			t.Errorf("%v: %d bytes allocated for %d", codec(c), used, len(src))
		}
	})
}

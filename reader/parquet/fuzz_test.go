package parquet

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

var errEnough = errors.New("that is enough")

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
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		for _, hints := range []reader.Hints{{}, {Rescue: "r"}} {
			alloctest.Check(t, len(data), func() { fuzzRead(t, data, mem, hints) })
		}
		mem.AssertSize(t, 0)
	})
}

// fuzzRead reads the file up to its first chunk, into its own columns or, where what
// does not fit is rescued, into others.
func fuzzRead(t *testing.T, data []byte, mem memory.Allocator, hints reader.Hints) {
	file := inMemory(data)
	s, err := New().Sample(t.Context(), file, hints)
	if err != nil {
		mustBeFileOnly(t, err)
		return
	}
	schema := readertest.Suggested(s)
	for i := range schema {
		if others := []abstract.Type{abstract.Int64, abstract.JSON, abstract.Bytes}; hints.Rescue != "" && schema[i].Name != hints.Rescue {
			schema[i].Type = others[i%len(others)]
		}
	}
	limits := reader.NewLimits(1<<20, 2)
	limits.Allocator = mem
	_, err = readertest.Read(t.Context(), t, New(), reader.Request{
		File: file, Dialect: s.Dialect, Schema: schema, Limits: limits, OnBadRow: reader.SkipRow,
	}, func(n int) error {
		if n > 0 {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		mustBeFileOnly(t, err)
	}
	if limits.InUse() != 0 {
		t.Errorf("%d bytes are still in use", limits.InUse())
	}
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

func mustBeFileOnly(t *testing.T, err error) {
	if abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("%v (%v)", err, abstract.ClassOf(err))
	}
}

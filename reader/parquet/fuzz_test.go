package parquet

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

var errEnough = errors.New("that is enough")

// FuzzRead: whatever a file holds, it is rows or an error of that file, in
// memory that does not depend on what it declares.
func FuzzRead(f *testing.F) {
	for _, c := range []codec{codecNone, codecSnappy, codecZstd} {
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
		ceiling := uint64(64*len(data) + 16<<20)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		fuzzRead(t, data, mem)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > ceiling {
			t.Errorf("%d bytes allocated for a file of %d", used, len(data))
		}
		mem.AssertSize(t, 0)
	})
}

// fuzzRead reads the file up to its first chunk.
func fuzzRead(t *testing.T, data []byte, mem memory.Allocator) {
	file := inMemory(data)
	s, err := New().Sample(t.Context(), file, reader.Hints{})
	if err != nil {
		mustBeFileOnly(t, err)
		return
	}
	limits := reader.NewLimits(1<<20, 2)
	limits.Allocator = mem
	_, err = readertest.Read(t.Context(), t, New(), reader.Request{
		File: file, Dialect: s.Dialect, Schema: schemaOf(s), Limits: limits, OnBadRow: reader.SkipRow,
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

func mustBeFileOnly(t *testing.T, err error) {
	if abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("%v (%v)", err, abstract.ClassOf(err))
	}
}

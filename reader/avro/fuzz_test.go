package avro

import (
	"bytes"
	"errors"
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
	for _, c := range []codec{codecNull, codecDeflate, codecSnappy, codecZstd, codecXZ} {
		f.Add(several(c).bytes())
	}
	f.Add(blockOf(oneOf(`{"type":"array","items":"null"}`), 2, long(1), long(0), long(1<<20), long(0)))
	f.Add(blockOf(oneOf(logical("bytes", "decimal", `,"precision":4,"scale":2`)), 1, text("\xff\x38")))
	f.Add(blockOf(oneOf(fixed("12", "duration", "")), 1, make([]byte, 12)))
	f.Add(blockOf(oneOf(doubling(8)), 3))
	for _, pattern := range []string{"arrow-testing/data/avro/*.avro", "avro/share/test/data/*.avro*", "avro/lang/*/tests/*.avro", "avro/lang/js/test/dat/*.avro"} {
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
		if bytes.Contains(data, []byte("bzip2")) { // each block takes a buffer of up to 4 MB, one after the other
			ceiling += uint64(len(data) / 18 * 4 << 20)
		}
		mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
		for _, hints := range []reader.Hints{{}, {Rescue: "r"}} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			fuzzRead(t, data, mem, hints)
			runtime.ReadMemStats(&after)
			if used := after.TotalAlloc - before.TotalAlloc; used > ceiling {
				t.Errorf("%d bytes allocated for a file of %d", used, len(data))
			}
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

func mustBeFileOnly(t *testing.T, err error) {
	if abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("%v (%v)", err, abstract.ClassOf(err))
	}
}

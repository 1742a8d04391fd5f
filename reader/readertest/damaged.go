package readertest

import (
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/reader"
)

var errEnough = errors.New("that is enough")

// Damaged reads a file up to its first chunk, for fuzz tests of formats that
// declare sizes: into its own columns, and once more into others, where what does
// not fit is rescued. Whatever it holds, it is rows or an error of that file. Each
// time no more than most bytes may be allocated; so nothing else may run in the
// process.
func Damaged(t *testing.T, f reader.Format, file reader.File, most uint64) {
	t.Helper()
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	for _, hints := range []reader.Hints{{}, {Rescue: "r"}} {
		if used := alloctest.Allocated(func() { readDamaged(t, f, file, mem, hints) }); used > most {
			t.Errorf("%d bytes allocated for a file of %d: at most %d are allowed", used, file.Info.Size, most)
		}
	}
	mem.AssertSize(t, 0)
}

func readDamaged(t *testing.T, f reader.Format, file reader.File, mem memory.Allocator, hints reader.Hints) {
	t.Helper()
	s, err := f.Sample(t.Context(), file, hints)
	if err != nil {
		mustBeFileOnly(t, err)
		return
	}
	schema := Suggested(s)
	for i := range schema {
		if others := []abstract.Type{abstract.Int64, abstract.JSON, abstract.Bytes}; hints.Rescue != "" && schema[i].Name != hints.Rescue {
			schema[i].Type = others[i%len(others)]
		}
	}
	limits := reader.NewLimits(1<<20, 2)
	limits.Allocator = mem
	_, err = Read(t.Context(), t, f, reader.Request{File: file, Dialect: s.Dialect, Schema: schema, Limits: limits, OnBadRow: reader.SkipRow}, func(n int) error {
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
	t.Helper()
	if abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("%v (%v)", err, abstract.ClassOf(err))
	}
}

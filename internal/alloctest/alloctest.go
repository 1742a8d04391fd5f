// Package alloctest holds fuzz tests to the memory that an input may take: what it
// declares must not be allocated, only what it bears out.
package alloctest

import (
	"runtime"
	"testing"
)

// Most is how many bytes may be allocated in all, freed ones included, for an
// input of that many bytes: what the machinery takes for any, and a factor.
func Most(input int) uint64 { return 16<<20 + 64*uint64(input) }

// Check runs f and fails the test if it has allocated more than [Most] bytes of
// Go memory. Nothing else may run in the process meanwhile: no parallel test.
func Check(t testing.TB, input int, f func()) {
	t.Helper()
	if used := Allocated(f); used > Most(input) {
		t.Errorf("%d bytes allocated for an input of %d: at most %d are allowed", used, input, Most(input))
	}
}

// Allocated runs f and tells how many bytes it has allocated.
func Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

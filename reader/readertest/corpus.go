package readertest

import (
	"os"
	"path/filepath"
	"testing"
)

// Corpus is the folder of real and nasty files that formats are tried on: the
// one that SLUICE_CORPUS names, or the one beside a checkout of Sluice, as
// seen from a package two folders deep. Where there is none, the test is
// skipped.
func Corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SLUICE_CORPUS")
	if dir == "" {
		dir = "../../../shared/corpus"
	}
	if _, err := os.Stat(filepath.Join(dir, "expected.tsv")); err != nil {
		t.Skipf("no corpus of real files at %s: set SLUICE_CORPUS to check against one", dir)
	}
	return dir
}

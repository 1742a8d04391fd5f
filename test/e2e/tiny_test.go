package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestTenThousandTinyFiles share transactions: one for each would take minutes.
func TestTenThousandTinyFiles(t *testing.T) {
	const n = 10_000
	dir := filepath.Join(t.TempDir(), "tiny")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		write(t, dir, fmt.Sprintf("f%05d.csv", i), fmt.Sprintf("id,name\n%d,name %d\n", i, i))
	}
	db := filepath.Join(t.TempDir(), "tiny.duckdb")
	first := sluice(t, "load", dir, "--to", "duckdb:"+db, "--json").expect(t, 0).result(t)
	t.Logf("%.1f seconds", first.Seconds)
	if limit := 60 * time.Second; first.Seconds > limit.Seconds() {
		t.Errorf("%d tiny files took %.1fs, want less than %v", n, first.Seconds, limit)
	}
	if first.FilesLoaded != n || first.RowsLoaded != n {
		t.Errorf("got %+v", first)
	}
	if rows := scalar(t, db, `SELECT count(DISTINCT (id, _sluice_file)) FROM tiny`); rows != n {
		t.Errorf("%d rows are in the table, want %d", rows, n)
	}
	again := sluice(t, "load", dir, "--to", "duckdb:"+db, "--json").expect(t, 0).result(t)
	if again.FilesLoaded != 0 || again.FilesSkipped != n {
		t.Errorf("loading again: %+v", again)
	}
}

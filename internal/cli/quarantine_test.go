//go:build cgo

package cli_test

import (
	"strings"
	"testing"
)

// TestQuarantine: load says where bad rows went, explain shows the first of
// them, and forget deletes them with the file's rows.
func TestQuarantine(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "bad.csv", "id,amount\n1,2.5\n2,3,4\nx,1\n"+strings.Repeat("y,1\n", 5)+"3,4.5\n")
	load := []string{"load", "bad.csv", "--table", "t", "--to", "duckdb:x.duckdb", "--column", "id=int64", "--on-bad-row", "quarantine"}
	plan := sluice(t, dir, append(load, "--dry-run")...).expect(t, 0)
	if want := "\nbad rows go into table \"t_rejected\"\n"; !strings.Contains(plan.out, want) {
		t.Errorf("want %sin\n%s", want, plan.out)
	}
	first := sluice(t, dir, load...).expect(t, 0)
	if want := "loaded 1 file, 2 rows into \"t\" in TIME; 7 bad rows put into \"t_rejected\"\n"; !strings.Contains(first.err, want) {
		t.Errorf("want %sin\n%s", want, first.err)
	}
	got := sluice(t, dir, "explain", "bad.csv", "--to", "duckdb:x.duckdb").expect(t, 0)
	want := `
rows         2 loaded, 7 rejected
quarantine   table "t_rejected", where _sluice_file = 1
             record 2 at byte 16: it has 3 fields, the file has 2 columns
             record 3 at byte 22: column "id": "x" is not an int64
             record 4 at byte 26: column "id": "y" is not an int64
             record 5 at byte 30: column "id": "y" is not an int64
             record 6 at byte 34: column "id": "y" is not an int64
             and 2 more
`
	if !strings.Contains(got.out, want) {
		t.Errorf("explain printed\n%swant\n%s", got.out, want)
	}
	sluice(t, dir, "forget", "bad.csv", "--to", "duckdb:x.duckdb").expect(t, 0)
	write(t, dir, "bad.csv", "id,amount\n1,2.5\nz,1\n")
	sluice(t, dir, load...).expect(t, 0)
	got = sluice(t, dir, "explain", "bad.csv", "--to", "duckdb:x.duckdb").expect(t, 0)
	if want := "_sluice_file = 2\n             record 2 at byte 16: column \"id\": \"z\" is not an int64\noffset"; !strings.Contains(got.out, want) {
		t.Errorf("explain printed\n%swant\n%s", got.out, want)
	}
}

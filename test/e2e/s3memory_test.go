package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// TestS3PeakMemory holds TestPeakMemory's promise for objects in S3, one that
// is far larger than --memory and several at once (P10, S-34).
func TestS3PeakMemory(t *testing.T) {
	size, memory := int64(1<<30), int64(64*mib)
	if testing.Short() {
		size = 256 * mib
	}
	b, dir := newBucket(t), t.TempDir()
	path := filepath.Join(dir, "big.csv")
	rows := writeBig(t, path, size/4)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"p/1.csv", "p/2.csv", "p/3.csv", "p/4.csv"} {
		b.server.Put(t, b.name, key, content)
	}

	t.Run("stdout", func(t *testing.T) {
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer null.Close()
		cmd := b.command("load", b.url("p/"), "--to", "stdout:", "--memory", "64MiB", "--workers", "4")
		cmd.Stdout = null
		checkRSS(t, run(t, cmd).expect(t, 0).peakRSS, memory+200*mib)
	})
	t.Run("duckdb", func(t *testing.T) {
		db := filepath.Join(dir, "big.duckdb")
		out := b.sluice(t, "load", b.url("p/"), "--to", "duckdb:"+db, "--memory", "64MiB", "--workers", "4", "--json").expect(t, 0)
		checkRSS(t, out.peakRSS, memory+400*mib)
		if got := out.result(t).RowsLoaded; got != 4*rows {
			t.Errorf("loaded %d rows of %d", got, 4*rows)
		}
	})
}

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

const mib = 1 << 20

// TestPeakMemory loads a file that is far larger than --memory and checks the
// promise of the README: --memory + 200 MiB to stdout, + 400 MiB to DuckDB (P10).
func TestPeakMemory(t *testing.T) {
	size, memory := int64(2<<30), int64(64*mib)
	if testing.Short() {
		size = 256 * mib
	}
	dir := t.TempDir()
	data := filepath.Join(dir, "big.csv")
	rows := writeBig(t, data, size)

	t.Run("stdout", func(t *testing.T) {
		cmd := exec.Command(binary, "load", data, "--to", "stdout:", "--memory", "64MiB")
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer null.Close()
		cmd.Stdout = null
		out := run(t, cmd).expect(t, 0)
		checkRSS(t, out.peakRSS, memory+200*mib)
	})
	t.Run("duckdb", func(t *testing.T) {
		db := filepath.Join(dir, "big.duckdb")
		out := sluice(t, "load", data, "--to", "duckdb:"+db, "--memory", "64MiB", "--json").expect(t, 0)
		checkRSS(t, out.peakRSS, memory+400*mib)
		if got := out.result(t).RowsLoaded; got != rows {
			t.Errorf("loaded %d rows of %d", got, rows)
		}
	})
}

func checkRSS(t *testing.T, got, limit int64) {
	t.Helper()
	if got == 0 {
		t.Skip("this system has no /proc to read the peak from")
	}
	t.Logf("peak RSS %d MiB, limit %d MiB", got/mib, limit/mib)
	if got > limit {
		t.Errorf("peak RSS %d MiB exceeds %d MiB", got/mib, limit/mib)
	}
}

// writeBig writes the model's rows until the file has that size.
func writeBig(t *testing.T, name string, size int64) (rows int64) {
	t.Helper()
	const probe = 100_000
	if err := orders.WriteFile(name, 0, probe); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	rows = size * probe / info.Size()
	if err := orders.WriteFile(name, 0, rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

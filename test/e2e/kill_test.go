package e2e

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

// TestKill9AtRandomMoments kills a load of one big file, a big gzip file and
// many small ones, again and again, until it gets through; then the table must
// be the model, row by row (C-01 to C-11, P1, P4).
func TestKill9AtRandomMoments(t *testing.T) {
	rows, kills := int64(5_000_000), 20
	if testing.Short() {
		rows, kills = 500_000, 5
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := orders.WriteFolder(data, rows); err != nil {
		t.Fatal(err)
	}
	killAtRandomMoments(t, random, rows, kills, func(db string) *exec.Cmd {
		return exec.Command(binary, "load", data, "--to", "duckdb:"+db, "--table", "orders", "--memory", "64MiB", "--json")
	})
}

// killAtRandomMoments starts loads of the model's rows into a database and
// kills them, until as many were killed. In between, and at the end, it lets
// one get through, compares the table with the model row by row, and loads
// once more, which must load nothing.
func killAtRandomMoments(t *testing.T, random *rand.Rand, rows int64, kills int, load func(db string) *exec.Cmd) {
	for killed, round := 0, 0; killed < kills; round++ {
		db := filepath.Join(t.TempDir(), "killed.duckdb")
		n, finished := killUntilDone(t, random, kills-killed, 3*time.Second, func() *exec.Cmd { return load(db) })
		killed += n
		t.Logf("round %d: killed %d times", round, n)
		if !finished {
			run(t, load(db)).expect(t, 0)
		}
		if err := compare(t, db, rows); err != nil {
			t.Fatalf("after %d kills: %v", killed, err)
		}
		again := run(t, load(db)).expect(t, 0).result(t)
		if again.FilesLoaded != 0 || again.RowsLoaded != 0 {
			t.Fatalf("loading once more loaded %+v", again)
		}
		if err := os.Remove(db); err != nil {
			t.Fatal(err)
		}
	}
}

// killUntilDone starts loads and kills each after a random time, which is within
// that long, until one ends by itself or most were killed.
func killUntilDone(t *testing.T, random *rand.Rand, most int, within time.Duration, load func() *exec.Cmd) (killed int, finished bool) {
	for killed < most {
		cmd := load()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		timer := time.NewTimer(time.Duration(random.Int64N(int64(within))))
		select {
		case err := <-ended:
			timer.Stop()
			if err != nil {
				t.Fatalf("a load that was not killed failed: %v", err)
			}
			return killed, true
		case <-timer.C:
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-ended
			killed++
		}
	}
	return killed, false
}

// compare compares the table with the model, row by row.
func compare(t *testing.T, path string, rows int64) error {
	db := openDB(t, path)
	defer db.Close()
	return orders.Compare(db, "orders", rows)
}

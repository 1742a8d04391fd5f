package e2e

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/badrows"
)

// TestP11QuarantineAfterKill9: loads of files with bad and refused records are
// killed at random moments. In the end each good row is in the table, and each
// other record in quarantine, once, with the bytes that it has in its file.
func TestP11QuarantineAfterKill9(t *testing.T) {
	records, kills := 400_000, 12
	if testing.Short() {
		records, kills = 60_000, 4
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data := t.TempDir()
	model, err := badrows.Write(data, random, records, 100, 1)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.duckdb")
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(badrows.Create); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	load := func() *exec.Cmd {
		return exec.Command(binary, "load", data, "--to", "duckdb:"+path, "--table", "t", "--memory", "32MiB",
			"--on-bad-row", "quarantine", "--json")
	}
	killed, finished := killUntilDone(t, random, kills, 3*time.Second, load)
	begin := time.Now()
	if !finished {
		run(t, load()).expect(t, 0)
	}
	t.Logf("%d kills, then %v; %d good, %d rejected", killed, time.Since(begin), model.Good, len(model.Rejected))
	if err := model.Compare(openDB(t, path), "_sluice"); err != nil {
		t.Error(err)
	}
}

// TestQuarantineOfAnother: a table that only has the name is not touched, and
// nothing is loaded.
func TestQuarantineOfAnother(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "t.csv", "id\n1\n")
	db := filepath.Join(dir, "x.duckdb")
	sluice(t, "load", write(t, dir, "mine.csv", "mine\n1\n"), "--table", "t_rejected", "--to", "duckdb:"+db).expect(t, 0)
	args := []string{"load", file, "--to", "duckdb:" + db, "--on-bad-row", "quarantine"}
	for _, args := range [][]string{args, append(args, "--dry-run")} {
		got := sluice(t, args...).expect(t, 2)
		if want := `sluice: --on-bad-row quarantine: bad rows would be kept in table "t_rejected", which exists and is not Sluice's`; !strings.Contains(got.stderr, want) {
			t.Errorf("stderr is %s, want %s", got.stderr, want)
		}
	}
	if n := scalar(t, db, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 't'"); n != 0 {
		t.Error("the table was made")
	}
	if _, err := os.Stat(db); err != nil {
		t.Error(err)
	}
}

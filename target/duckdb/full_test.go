//go:build cgo

package duckdb_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// TestC20DiskFull: when the disk is full the load fails and says so. What was
// committed stays, and once there is room the file goes on from there.
func TestC20DiskFull(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=12m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("needs root, to mount a small file system: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	path := filepath.Join(dir, "test.duckdb")
	db := open(t, path, duckdb.Options{Buffer: 1 << 20, Memory: 64 << 20})
	must(t, db.Create(t.Context(), "t", numbers))
	entries, err := register(t.Context(), db, "a")
	must(t, err)

	durable := fill(t, db, func(s target.Session, at int64) error {
		if err := s.Push([]abstract.ChangeItem{stretch(entries[0], at, at+10_000)}); err != nil {
			return err
		}
		return s.Flush()
	})
	_ = db.Close() // which fails if the disk was full during a checkpoint

	db, err = duckdb.Open(t.Context(), path, duckdb.Options{})
	if err != nil {
		t.Logf("open while the disk is full: %v", err)
	} else {
		must(t, db.Close())
	}
	out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,size=200m", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	db = open(t, path, duckdb.Options{})
	if rows := consistent(t, db); rows != durable {
		t.Errorf("%d rows after the disk was full, %d had been reported as durable", rows, durable)
	}
	must(t, db.Verify(t.Context(), "p", "t"))
	s := session(t, db)
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], durable, durable+100_000)}))
	must(t, s.Flush())
	if rows := consistent(t, db); rows != durable+100_000 {
		t.Errorf("%d rows in the end", rows)
	}
}

// fill loads until that fails, and returns how many rows were durable.
func fill(t *testing.T, db target.Target, load func(s target.Session, at int64) error) (durable int64) {
	t.Helper()
	s, err := db.Session(t.Context(), target.SessionConfig{})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	for durable < 10_000_000 {
		if err := load(s, durable); err != nil {
			t.Logf("after %d rows: %v (%v)", durable, err, abstract.ClassOf(err))
			if !strings.Contains(err.Error(), "the disk is full") {
				t.Errorf("the error does not say what is wrong: %v", err)
			}
			return durable
		}
		durable += 10_000
	}
	t.Fatal("the disk did not fill up")
	return 0
}

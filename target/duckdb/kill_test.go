//go:build cgo

package duckdb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// loaderEnv makes the test binary a loader of the file it names, until it is
// killed.
const loaderEnv = "SLUICE_TEST_LOADER"

func TestMain(m *testing.M) {
	if path := os.Getenv(loaderEnv); path != "" {
		fmt.Fprintln(os.Stderr, loadForever(context.Background(), path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// loadForever loads ever more files by two sessions, going on where the
// ledger has them. It returns only if something fails.
func loadForever(ctx context.Context, path string) error {
	db, err := duckdb.Open(ctx, path, duckdb.Options{Buffer: 1 << 20, Memory: 64 << 20})
	if err != nil {
		return err
	}
	if found, err := db.Describe(ctx, "t"); err != nil {
		return err
	} else if found == nil {
		if err := db.Create(ctx, "t", numbers); err != nil {
			return err
		}
	}
	failed := make(chan error, 2)
	for worker := range 2 {
		s, err := db.Session(ctx, target.SessionConfig{})
		if err != nil {
			return err
		}
		go func() {
			for n := 0; ; n++ {
				if err := loadOne(ctx, db, s, fmt.Sprintf("file %d of %d", n, worker)); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	fmt.Println("loading")
	return <-failed
}

// loadOne loads a file of up to 20,000 rows, in chunks.
func loadOne(ctx context.Context, db target.Target, s target.Session, key string) error {
	entries, err := register(ctx, db, key)
	if err != nil || entries[0].Closed() {
		return err
	}
	end := int64(rand.IntN(20_000)) + entries[0].Offset + 1
	for at := entries[0].Offset; at < end; {
		next := min(at+int64(rand.IntN(3000))+1, end)
		item := stretch(entries[0], at, next)
		item.Origin.Last = next == end
		if err := s.Push([]abstract.ChangeItem{item}); err != nil {
			return err
		}
		at = next
	}
	return s.Flush()
}

// loader is a process that loads until the context ends, which kills it.
func loader(ctx context.Context, t *testing.T, path string) (cmd *exec.Cmd, wait func()) {
	t.Helper()
	cmd = exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), loaderEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "loading\n" {
		t.Fatalf("the loader said %q, %v", line, err)
	}
	return cmd, func() {
		_, _ = io.Copy(io.Discard, out)
		if err := cmd.Wait(); ctx.Err() == nil {
			t.Errorf("the loader ended by itself: %v", err)
		}
	}
}

// TestC05KillAtAnyMoment kills a loader again and again. After each time the
// table holds exactly what the ledger says, for every file.
func TestC05KillAtAnyMoment(t *testing.T) {
	kills := 12
	if s := os.Getenv("SLUICE_TEST_KILLS"); s != "" {
		var err error
		kills, err = strconv.Atoi(s)
		must(t, err)
	}
	path := tempFile(t)
	var logs int
	var last int64
	for range kills {
		ctx, cancel := context.WithCancel(t.Context())
		_, wait := loader(ctx, t, path)
		// The clock starts when it loads: up to a few commits later.
		timer := time.AfterFunc(time.Duration(rand.Int64N(int64(400*time.Millisecond))), cancel)
		wait()
		timer.Stop()
		cancel()
		if _, err := os.Stat(path + ".wal"); err == nil {
			logs++
		}
		db, err := duckdb.Open(t.Context(), path, duckdb.Options{})
		must(t, err)
		rows := consistent(t, db)
		if rows < last {
			t.Errorf("%d rows after the kill, there were %d before", rows, last)
		}
		last = rows
		must(t, db.Verify(t.Context(), "p", "t"))
		must(t, db.Close())
		if t.Failed() {
			break
		}
	}
	if last == 0 {
		t.Error("no loader lived long enough to commit anything")
	}
	t.Logf("%d kills, %d rows, %d of the kills left a write-ahead log", kills, last, logs)
	if _, err := os.Stat(path + ".tmp"); err == nil {
		t.Error("temporary files are left")
	}
}

// TestC24SecondProcess: another process has the file. The error says which.
func TestC24SecondProcess(t *testing.T) {
	path := tempFile(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd, wait := loader(ctx, t, path)
	for _, opts := range []duckdb.Options{{}, {ReadOnly: true}} {
		db, err := duckdb.Open(t.Context(), path, opts)
		if err == nil {
			t.Fatal(errors.Join(errors.New("two processes have the file"), db.Close()))
		}
		for _, part := range []string{path, "process " + strconv.Itoa(cmd.Process.Pid), "wait for that process"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v, want it to say %q", err, part)
			}
		}
	}
	cancel()
	wait()
	open(t, path, duckdb.Options{})
}

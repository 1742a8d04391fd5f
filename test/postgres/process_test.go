package postgres_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

// binary is the command: the one that SLUICE names, or one that is built now.
func binary(t *testing.T) string {
	t.Helper()
	if name := os.Getenv("SLUICE"); name != "" {
		return name
	}
	name := filepath.Join(t.TempDir(), "sluice")
	if out, err := exec.Command("go", "build", "-o", name, "github.com/seed-ede61cd5/sluice/cmd/sluice").CombinedOutput(); err != nil {
		t.Fatalf("build sluice: %v\n%s", err, out)
	}
	return name
}

// TestC05Kill9 (C-01 to C-11, P4): loads of the real command are killed at
// random moments, then two are started at once: every row is there once.
func TestC05Kill9(t *testing.T) {
	address := database(t, t.Name())
	const rows, kills = 600_000, 6
	data, command := t.TempDir(), binary(t)
	must(t, orders.WriteFolder(data, rows))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	load := func() *exec.Cmd {
		return exec.Command(command, "load", data, "--to", address, "--table", "orders", "--memory", "32MiB")
	}
	for range kills {
		cmd := load()
		must(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(1500*time.Millisecond))), func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // killed, or through
		timer.Stop()
	}
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			out, err := load().CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w\n%s", err, out)
			}
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	var n, different, open int64
	must(t, connect(t, address).QueryRow(t.Context(), `SELECT count(*), count(DISTINCT id),
		(SELECT count(*) FROM sluice.ledger WHERE state <> 'done') FROM orders`).Scan(&n, &different, &open))
	if n != rows || different != rows || open != 0 {
		t.Errorf("%d rows, %d different, want %d; %d files not done", n, different, rows, open)
	}
}

// TestX04CommandLine: no output of the command shows the password of --to.
func TestX04CommandLine(t *testing.T) {
	address := database(t, t.Name())
	const secret = "S3CR3T-canary"
	to := strings.Replace(address, "postgres@", "postgres:"+secret+"@", 1)
	data, command := t.TempDir(), binary(t)
	must(t, os.WriteFile(filepath.Join(data, "a.csv"), []byte("n,m\n1,2\n3\n"), 0o600))
	for _, args := range [][]string{
		{"status", "--to", to},
		{"load", data, "--to", to, "--table", "t", "--dry-run"},
		{"load", data, "--to", to, "--table", "t"}, // fails: a ragged row
		{"files", "--to", to},
		{"files", "--to", to, "--pipeline", "none"},
		{"explain", filepath.Join(data, "a.csv"), "--to", to},
		{"explain", "/none.csv", "--to", to},
		{"load", data, "--to", to + "?sslmode=require"},
		{"load", data, "--to", to + "?sslmode=nonsense"},
		{"load", data, "--to", strings.Replace(to, "postgres:", "postgress:", 1)},
		{"load", data, "--to", strings.Replace(to, "://", ":", 1)},
		{"load", data, "--to", strings.Replace(to, "127.0.0.1", "127.0.0.1:x", 1)},
	} {
		out, _ := exec.Command(command, args...).CombinedOutput()
		if strings.Contains(string(out), secret) {
			t.Errorf("%s: %s", args, out)
		}
	}
}

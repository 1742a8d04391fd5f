package crash

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

// follow is load, going on and on, past the proxy.
func (r *rig) follow(prefix string) *exec.Cmd {
	cmd := exec.Command(binary, "load", "s3://"+r.bucket+"/"+prefix, "--to", server.URL(r.database), "--table", "orders",
		"--memory", "32MiB", "--endpoint", r.s3.Endpoint, "--path-style", "--follow", "--poll-interval", "300ms")
	cmd.Env = r.s3.Env()
	return cmd
}

// trickle puts the model's files into the bucket, in about that time, and
// tells when all are there.
func (r *rig) trickle(prefix string, d time.Duration) <-chan error {
	r.t.Helper()
	dir := r.t.TempDir()
	if err := orders.WriteMixedFolder(dir, r.rows); err != nil {
		r.t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.t.Fatal(err)
	}
	r.random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	all := make(chan error, 1)
	go func() {
		for _, e := range entries {
			content, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				all <- err
				return
			}
			r.s3.Put(r.t, r.bucket, prefix+e.Name(), content)
			time.Sleep(d / time.Duration(len(entries)))
		}
		all <- nil
	}()
	return all
}

// awaitRows waits until the table holds the model, and compares it.
func (r *rig) awaitRows() {
	r.t.Helper()
	db := r.open(r.database)
	defer db.Close()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		var n int64
		_ = db.QueryRow("SELECT count(*) FROM orders").Scan(&n) // there may be no table yet
		if n >= r.rows {
			break
		}
		if time.Now().After(deadline) {
			r.t.Fatalf("%d rows of %d after two minutes", n, r.rows)
		}
	}
	if err := orders.Compare(db, "orders", r.rows); err != nil {
		r.t.Fatalf("database %s: %v", r.database, err)
	}
}

// stop ends a follower politely, within its time.
func (r *rig) stop(cmd *exec.Cmd) {
	r.t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		r.t.Errorf("a follower ended with %d\n%s", code, cmd.Stderr)
	}
}

// TestTwoFollowersAreKilled lets two processes follow one bucket into one
// table while its files arrive, and kills either at random moments (C-21, L-05).
func TestTwoFollowersAreKilled(t *testing.T) {
	p := size()
	r := newRig(t, p.rows/2)
	all := r.trickle("in/", 10*time.Second)
	var running [2]*exec.Cmd
	start := func() *exec.Cmd {
		cmd := r.follow("in/")
		cmd.Stderr = &bytes.Buffer{}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	for i := range running {
		running[i] = start()
	}
	kills := 0
	for arrived := false; !arrived || kills < p.kills; {
		select {
		case err := <-all:
			if err != nil {
				t.Fatal(err)
			}
			arrived = true
		case <-time.After(time.Duration(r.random.Int64N(int64(1500 * time.Millisecond)))):
			i := r.random.IntN(2)
			if err := running[i].Process.Kill(); err != nil {
				t.Fatalf("a follower has ended: %v\n%s", err, running[i].Stderr)
			}
			_ = running[i].Wait()
			running[i] = start()
			kills++
		}
	}
	r.awaitRows()
	for _, cmd := range running {
		r.stop(cmd)
	}
	r.awaitRows() // and nothing came twice
	t.Logf("%d kills", kills)
}

// TestServerIsAwayWhileFollowing stops the database for a while as files
// arrive. The process must wait, keep its memory, and catch up (issue 5).
func TestServerIsAwayWhileFollowing(t *testing.T) {
	p := size()
	r := newRig(t, p.rows/2)
	away := 15 * time.Second
	if os.Getenv("SLUICE_CRASH") == "long" {
		away = time.Minute
	}
	cmd := r.follow("in/")
	cmd.Stderr = &bytes.Buffer{}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	all := r.trickle("in/", 10*time.Second)
	time.Sleep(3 * time.Second)
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := rss(t, cmd.Process.Pid)
	time.Sleep(away)
	after := rss(t, cmd.Process.Pid)
	if err := server.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := <-all; err != nil {
		t.Fatal(err)
	}
	r.awaitRows()
	t.Logf("RSS %d MiB before, %d MiB after %v; caught up in %v", before>>20, after>>20, away, time.Since(begun).Round(time.Millisecond))
	if after > before+64<<20 {
		t.Errorf("RSS grew from %d to %d MiB", before>>20, after>>20)
	}
	r.stop(cmd)
}

// rss is how much memory a process has, in bytes.
func rss(t *testing.T, pid int) (n int64) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		t.Skip(err)
	}
	var size int64
	if _, err := fmt.Sscan(string(text), &size, &n); err != nil {
		t.Fatal(err)
	}
	return n * int64(os.Getpagesize())
}

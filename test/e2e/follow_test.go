//go:build unix

package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/command"
	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

// follower is a running "sluice load --follow".
type follower struct {
	cmd *exec.Cmd
	out *command.Output
}

func (f *follower) said() string { return f.out.String() }

// follow starts a command, which load began.
func follow(t *testing.T, cmd *exec.Cmd, args ...string) *follower {
	t.Helper()
	f := &follower{cmd, command.NewOutput()}
	cmd.Args = append(cmd.Args, "--follow", "--min-age", "0", "--http", "127.0.0.1:0")
	cmd.Args = append(cmd.Args, args...)
	cmd.Stderr = f.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
		if t.Failed() {
			t.Logf("it said\n%.20000s", f.said())
		}
	})
	return f
}

// await waits until the process has printed a text.
func (f *follower) await(t *testing.T, pattern string) []string {
	t.Helper()
	return f.out.Await(t, pattern)
}

// metric asks the process for a number.
func (f *follower) metric(t *testing.T, name string) string {
	t.Helper()
	text := f.out.Metrics(t)
	m := regexp.MustCompile(`(?m)^` + name + ` (.*)$`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no metric %s in\n%s", name, text)
	}
	return m[1]
}

// settled waits until a file was loaded and nothing is pending.
func (f *follower) settled(t *testing.T, last string) {
	t.Helper()
	f.await(t, `msg=loaded file=\S*`+regexp.QuoteMeta(last))
	for deadline := time.Now().Add(time.Minute); f.metric(t, "sluice_files_pending") != "0"; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("files stay pending")
		}
	}
}

// stop ends the process politely.
func (f *follower) stop(t *testing.T) {
	t.Helper()
	signal(t, f.cmd, syscall.SIGTERM)
	_ = f.cmd.Wait()
	if code := f.cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(f.said(), "msg=stopped ") {
		t.Fatalf("exit code %d", code)
	}
}

// kill ends it with SIGKILL.
func (f *follower) kill(t *testing.T) {
	t.Helper()
	if err := f.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = f.cmd.Wait()
}

// arrive puts the model's files into a place one after the other, in the given
// time, in random order, and the last row in a file of its own at the end.
func arrive(t *testing.T, random *rand.Rand, rows int64, d time.Duration, put func(path string)) (last string) {
	t.Helper()
	dir := t.TempDir()
	if err := orders.WriteFolder(dir, rows-1); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	random.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	for _, e := range entries {
		put(filepath.Join(dir, e.Name()))
		time.Sleep(d / time.Duration(len(entries)))
	}
	last = filepath.Join(dir, "0-last.csv") // a late key that sorts first (S-24)
	if err := orders.WriteFile(last, rows-1, 1); err != nil {
		t.Fatal(err)
	}
	put(last)
	return last
}

// TestFollowedFolderIsWholeAfterKills moves files into a folder while the
// process that follows it is killed again and again, and sometimes stopped
// (C-01 to C-11, C-14, P8, L-10).
func TestFollowedFolderIsWholeAfterKills(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	const rows = 300_000
	dir := t.TempDir()
	data, db := filepath.Join(dir, "data"), filepath.Join(dir, "t.duckdb")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	start := func() *follower {
		return follow(t, exec.Command(binary, "load", data, "--to", "duckdb:"+db, "--table", "orders", "--memory", "32MiB"),
			"--poll-interval", "1s")
	}
	last := followWhileTheyArrive(t, random, start, func(end chan<- string) {
		end <- arrive(t, rand.New(rand.NewPCG(seed, 1)), rows, 12*time.Second, func(path string) {
			if err := os.Rename(path, filepath.Join(data, filepath.Base(path))); err != nil {
				t.Error(err)
			}
		})
	})
	_ = last
	if err := compare(t, db, rows); err != nil {
		t.Fatal(err)
	}
	again := sluice(t, "load", data, "--to", "duckdb:"+db, "--table", "orders", "--json").expect(t, 0).result(t)
	if again.FilesLoaded != 0 {
		t.Errorf("loading once more loaded %+v", again)
	}
}

// TestFollowedBucketIsWholeAfterKills is the same from an S3 bucket, where
// nothing tells of new objects.
func TestFollowedBucketIsWholeAfterKills(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	const rows = 300_000
	b, db := newBucket(t), filepath.Join(t.TempDir(), "t.duckdb")
	start := func() *follower {
		return follow(t, b.command("load", b.url("in/"), "--to", "duckdb:"+db, "--table", "orders", "--memory", "32MiB"),
			"--poll-interval", "300ms")
	}
	followWhileTheyArrive(t, random, start, func(end chan<- string) {
		end <- arrive(t, rand.New(rand.NewPCG(seed, 1)), rows, 12*time.Second, func(path string) {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			b.server.Put(t, b.name, "in/"+filepath.Base(path), content)
		})
	})
	if err := compare(t, db, rows); err != nil {
		t.Fatal(err)
	}
}

// followWhileTheyArrive starts followers and ends them at random moments until
// all files are there; the last one loads the rest.
func followWhileTheyArrive(t *testing.T, random *rand.Rand, start func() *follower, arrival func(end chan<- string)) string {
	t.Helper()
	end := make(chan string, 1)
	go arrival(end)
	ends := 0
	for {
		f := start()
		select {
		case last := <-end:
			f.settled(t, filepath.Base(last))
			f.stop(t)
			t.Logf("ended %d times on the way", ends)
			return last
		case <-time.After(time.Duration(random.Int64N(int64(2500 * time.Millisecond)))):
			if random.IntN(4) == 0 && strings.Contains(f.said(), "address=") {
				f.stop(t)
			} else {
				f.kill(t)
			}
			ends++
		}
	}
}

// TestFollowedFileIsLoadedSoon: a new file of 1 MB is in the table long before
// the interval has passed where the folder tells of it, and within it in a
// bucket.
func TestFollowedFileIsLoadedSoon(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	const rows = 12_000 // 1 MB
	write := func(name string, first int64) string {
		path := filepath.Join(dir, name)
		if err := orders.WriteFile(path, first, rows); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b := newBucket(t)
	for _, c := range []struct {
		name string
		cmd  *exec.Cmd
		put  func(path string)
		most time.Duration
	}{
		{"folder, told of", exec.Command(binary, "load", data, "--to", "duckdb:"+filepath.Join(dir, "a.duckdb"), "--table", "orders", "--poll-interval", "1h"),
			func(path string) {
				if err := os.Rename(path, filepath.Join(data, filepath.Base(path))); err != nil {
					t.Fatal(err)
				}
			}, time.Second},
		{"bucket, polled every second", b.command("load", b.url("in/"), "--to", "duckdb:"+filepath.Join(dir, "b.duckdb"), "--table", "orders", "--poll-interval", "1s"),
			func(path string) {
				content, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				b.server.Put(t, b.name, "in/"+filepath.Base(path), content)
			}, 2 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := follow(t, c.cmd)
			f.await(t, "address=")
			c.put(write("first.csv", 0))
			f.await(t, `msg=loaded file=\S*first.csv`)
			var took []time.Duration
			for i := range int64(9) {
				name := fmt.Sprintf("f%d.csv", i)
				path := write(name, (i+1)*rows)
				begun := time.Now()
				c.put(path)
				f.await(t, `msg=loaded file=\S*`+name)
				took = append(took, time.Since(begun))
			}
			f.stop(t)
			slices.Sort(took)
			t.Logf("durable after %v (median), %v (longest)", took[4], took[8])
			if took[4] > c.most {
				t.Errorf("the median is %v", took[4])
			}
		})
	}
}

// TestFollowPrintsNoSecret follows with passwords in every place that takes
// one, into a target that is not there.
func TestFollowPrintsNoSecret(t *testing.T) {
	const canary = "S3CR3T-canary"
	data := t.TempDir()
	for _, format := range []string{"text", "json"} {
		cmd := exec.Command(binary, "load", data, "--table", "t", "--follow", "--log-format", format,
			"--to", "postgres://me:"+canary+"@127.0.0.1:1/db?connect_timeout=1")
		cmd.Env = append(os.Environ(), "PGPASSWORD="+canary, "AWS_SECRET_ACCESS_KEY="+canary)
		out := run(t, cmd)
		if out.code == 0 || strings.Contains(out.stdout+out.stderr, canary) {
			t.Errorf("exit code %d, and it said\n%s", out.code, out.stderr)
		}
	}
}

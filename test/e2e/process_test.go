//go:build unix

package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
)

// bigFile writes a file that takes a second or more to load.
func bigFile(t *testing.T, rows int64) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "orders.csv")
	if err := orders.WriteFile(path, 0, rows); err != nil {
		t.Fatal(err)
	}
	return path
}

// signal sends a signal to a process.
func signal(t *testing.T, cmd *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatalf("send %v: %v", s, err)
	}
}

// rest collects what a process has still to say, and waits for it.
func rest(cmd *exec.Cmd, lines <-chan string) (text string, code int) {
	for line := range lines {
		text += line + "\n"
	}
	_ = cmd.Wait() // its exit code says more
	return text, cmd.ProcessState.ExitCode()
}

// TestSignalsCommitAndResume stops a load politely: it must end with code 130,
// say so, and go on where it was (C-14).
func TestSignalsCommitAndResume(t *testing.T) {
	const rows = 2_000_000
	path := bigFile(t, rows)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			if ossignal.Ignored(s) { // as under nohup: the command inherits that
				t.Skipf("%v is ignored here", s)
			}
			db := filepath.Join(t.TempDir(), "stopped.duckdb")
			args := []string{"load", path, "--to", "duckdb:" + db, "--memory", "16MiB"}
			cmd := exec.Command(binary, args...)
			lines := startAndRead(t, cmd)
			if first := <-lines; !strings.HasPrefix(first, "part committed: ") {
				t.Errorf("the first line is %q", first)
			}
			signal(t, cmd, s)
			text, code := rest(cmd, lines)
			if code != 130 || !strings.Contains(text, "interrupted: committing") || !strings.Contains(text, "goes on from here") {
				t.Fatalf("exit code %d, want 130, and it said\n%s", code, text)
			}
			if n := scalar(t, db, `SELECT count(*) FROM orders`); n == 0 || n == rows {
				t.Errorf("%d rows are committed, want some but not all %d", n, rows)
			}
			sluice(t, args...).expect(t, 0)
			if err := compare(t, db, rows); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// startPrinting starts a load to standard output, and reads one line of what
// it prints, which is far more than a pipe holds.
func startPrinting(t *testing.T) (cmd *exec.Cmd, stdout io.ReadCloser, stderr <-chan string) {
	t.Helper()
	cmd = exec.Command(binary, "load", bigFile(t, 500_000), "--to", "stdout:")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr = startAndRead(t, cmd)
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return cmd, stdout, stderr
}

// TestSecondSignalEndsAtOnce interrupts a load that cannot finish what it
// writes, because nobody reads it (C-15).
func TestSecondSignalEndsAtOnce(t *testing.T) {
	cmd, _, lines := startPrinting(t)
	signal(t, cmd, os.Interrupt)
	for line := range lines {
		if strings.HasPrefix(line, "interrupted: ") {
			break
		}
	}
	signal(t, cmd, os.Interrupt)
	if text, code := rest(cmd, lines); code != 130 {
		t.Errorf("exit code %d, want 130, and it said\n%s", code, text)
	}
}

// TestReaderGoesAway is "sluice load … | head": no message, no stack, no hang.
func TestReaderGoesAway(t *testing.T) {
	cmd, stdout, lines := startPrinting(t)
	if err := stdout.Close(); err != nil {
		t.Fatal(err)
	}
	text, _ := rest(cmd, lines)
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGPIPE {
		t.Errorf("it ended with %v, want SIGPIPE", cmd.ProcessState)
	}
	if text != "stdout: no ledger: every load prints every row\n" {
		t.Errorf("it said\n%s", text)
	}
}

// TestSecondProcessIsToldWhoHoldsTheFile asks while a load is stopped in the
// middle, and then lets it finish.
func TestSecondProcessIsToldWhoHoldsTheFile(t *testing.T) {
	const rows = 2_000_000
	path := bigFile(t, rows)
	db := "duckdb:" + filepath.Join(t.TempDir(), "held.duckdb")
	cmd := exec.Command(binary, "load", path, "--to", db, "--memory", "16MiB")
	lines := startAndRead(t, cmd)
	<-lines
	signal(t, cmd, syscall.SIGSTOP)
	for _, args := range [][]string{
		{"load", path}, {"load", path, "--dry-run"}, {"status"}, {"files"}, {"explain", path}, {"forget", path},
	} {
		out := sluice(t, append(args, "--to", db)...)
		if want := fmt.Sprintf("process %d ", cmd.Process.Pid); out.code != 1 || !strings.Contains(out.stderr, want) {
			t.Errorf("sluice %s: code %d, want 1 and %q in\n%s", args[0], out.code, want, out.stderr)
		}
	}
	signal(t, cmd, syscall.SIGCONT)
	if text, code := rest(cmd, lines); code != 0 || !strings.Contains(text, "loaded 1 file, 2,000,000 rows") {
		t.Errorf("the first load: code %d\n%s", code, text)
	}
}

// TestInterruptedDemoLeavesNothing stops the demo while its loader runs.
func TestInterruptedDemoLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	cmd := exec.Command(binary, "demo", "--rows", "300000")
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	lines := startAndRead(t, cmd)
	for scanner, stopped := bufio.NewScanner(stdout), false; scanner.Scan(); {
		if strings.HasPrefix(scanner.Text(), "$ sluice load") && !stopped {
			stopped = true
			signal(t, cmd, syscall.SIGTERM)
		}
	}
	if text, code := rest(cmd, lines); code != 130 || text != "sluice: interrupted\n" {
		t.Errorf("exit code %d, want 130, and it said\n%s", code, text)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("the demo left %v behind (%v)", left, err)
	}
}

// TestDemoKeeps keeps the folder where it is asked to.
func TestDemoKeeps(t *testing.T) {
	temp := t.TempDir()
	cmd := exec.Command(binary, "demo", "--rows", "300000", "--keep")
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	out := run(t, cmd).expect(t, 0)
	_, kept, ok := strings.Cut(strings.TrimSpace(out.stdout), "\nkept: ")
	if !ok || filepath.Dir(kept) != temp {
		t.Fatalf("the demo does not say what it keeps:\n%s", out.stdout)
	}
	if n := scalar(t, filepath.Join(kept, "demo.duckdb"), `SELECT count(DISTINCT order_id) FROM orders`); n < 300_000 {
		t.Errorf("the kept database has %d orders", n)
	}
}

package cli_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/connector/all"
	"github.com/seed-ede61cd5/sluice/internal/cli"
)

// resultFields are what load --json prints, as DESIGN §8 fixes them.
var resultFields = []string{"pipeline", "files_loaded", "files_skipped", "files_failed", "rows_loaded", "rows_rejected",
	"bytes_read", "seconds"}

func TestLoadToStdout(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "good.csv", good)
	got := sluice(t, dir, "load", path, "--to", "stdout:").expect(t, 0)
	same(t, "stdout", got.out, `
{"id":1,"name":"one"}
{"id":2,"name":"two"}
{"id":3,"name":"three"}`)
	same(t, "stderr", got.err, `
stdout: no ledger: every load prints every row
loaded 1 file, 3 rows into "good" in TIME`)

	got = sluice(t, dir, "load", path, "--to", "stdout:", "--json").expect(t, 0)
	if strings.Count(got.out, "\n") != 3 {
		t.Errorf("--json must not mix with the rows:\n%s", got.out)
	}
	lines := strings.Split(strings.TrimSpace(got.err), "\n")
	if names := keys(t, lines[len(lines)-1]); !slices.Equal(names, resultFields) {
		t.Errorf("the fields are %v, want %v", names, resultFields)
	}
}

// TestFailuresWithoutLedger are all told, since nothing else keeps them, and no
// ledger is referred to.
func TestFailuresWithoutLedger(t *testing.T) {
	dir := t.TempDir()
	for i := range 25 {
		write(t, dir, fmt.Sprintf("bad%02d.csv", i), "id\n1,2\n")
	}
	got := sluice(t, dir, "load", dir, "--table", "t", "--to", "stdout:").expect(t, 3)
	if n := strings.Count(got.err, "failed: DIR/bad"); n != 25 {
		t.Errorf("%d failures are told, want 25:\n%s", n, got.err)
	}
	if strings.Contains(got.err, "sluice files") || !strings.HasSuffix(got.err, "25 files failed\na bad row need not fail its file: --on-bad-row skip\n") {
		t.Errorf("the summary is\n%s", got.err)
	}
}

// failingWriter is a disk that is full.
type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestOutputThatCannotBeWritten fails the command.
func TestOutputThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "good.csv", good)
	for _, args := range [][]string{
		{"version"},
		{"load", path, "--to", "stdout:"},
	} {
		var stderr strings.Builder
		code := cli.Main(args, cli.Streams{Out: failingWriter{}, Err: &stderr}, all.Registry())
		if code != 1 || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("sluice %s: code %d, stderr %q", strings.Join(args, " "), code, stderr.String())
		}
	}
}

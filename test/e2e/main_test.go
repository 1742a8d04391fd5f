// Package e2e runs the real command as a user does: it kills it, feeds it bad
// files, measures its memory, and compares what is in the database with a
// model, row by row.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/seed-ede61cd5/sluice/test/internal/command"
	"github.com/seed-ede61cd5/sluice/test/internal/rss"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

// binary is the command under test: the one that SLUICE names, or one built
// for this run.
var binary string

func TestMain(m *testing.M) {
	// The S3 server changes the working directory when it starts, so a path
	// that is relative to this folder must be made absolute before.
	if dir, err := filepath.Abs("../../../shared/corpus"); err == nil && os.Getenv("SLUICE_CORPUS") == "" {
		os.Setenv("SLUICE_CORPUS", dir)
	}
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func build(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "sluice-e2e-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	if binary, err = command.Build(dir); err != nil {
		return 1, err
	}
	return s3server.Main(m), nil
}

// outcome is how a run of the command ended.
type outcome struct {
	code           int
	stdout, stderr string
	peakRSS        int64 // bytes
}

// sluice runs the command to its end.
func sluice(t *testing.T, args ...string) outcome {
	t.Helper()
	return run(t, exec.Command(binary, args...))
}

func run(t *testing.T, cmd *exec.Cmd) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %v: %v", cmd.Args, err)
	}
	watch := rss.Watch(cmd.Process.Pid)
	err := cmd.Wait()
	peak := watch.End()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %v: %v", cmd.Args, err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), peak}
}

// expect fails the test if the command did not end with that code.
func (o outcome) expect(t *testing.T, code int) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s", o.code, code, o.stdout, o.stderr)
	}
	return o
}

// result is what load --json prints.
type result struct {
	Pipeline     string
	FilesLoaded  int64 `json:"files_loaded"`
	FilesSkipped int64 `json:"files_skipped"`
	FilesFailed  int64 `json:"files_failed"`
	RowsLoaded   int64 `json:"rows_loaded"`
	RowsRejected int64 `json:"rows_rejected"`
	BytesRead    int64 `json:"bytes_read"`
	Seconds      float64
}

func (o outcome) result(t *testing.T) (r result) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.stdout), &r); err != nil {
		t.Fatalf("parse %q: %v\n%s", o.stdout, err, o.stderr)
	}
	return r
}

// file is a line of files --json.
type file struct {
	Object, State, Reason string
	Rows                  int64 `json:"rows_loaded"`
	Rejected              int64 `json:"rows_rejected"`
}

// files lists the ledger of a database, by the base names of the files.
func files(t *testing.T, db string) map[string]file {
	t.Helper()
	out := sluice(t, "files", "--json", "--to", "duckdb:"+db).expect(t, 0)
	list := map[string]file{}
	decoder := json.NewDecoder(bytes.NewReader([]byte(out.stdout)))
	for decoder.More() {
		var f file
		if err := decoder.Decode(&f); err != nil {
			t.Fatal(err)
		}
		list[filepath.Base(f.Object)] = f
	}
	return list
}

// openDB opens a database that no loader has open.
func openDB(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("duckdb", path+"?access_mode=read_only")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// scalar runs a query that answers one number.
func scalar(t *testing.T, path, query string) (n int64) {
	t.Helper()
	db := openDB(t, path)
	defer db.Close()
	return scalarOf(t, db, query)
}

func scalarOf(t *testing.T, db *sql.DB, query string) (n int64) {
	t.Helper()
	if err := db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// write makes a file below a folder.
func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// startAndRead starts a command and returns the lines of its standard error.
func startAndRead(t *testing.T, cmd *exec.Cmd) <-chan string {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	return lines
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

const (
	memory  = "256MiB"
	mostRSS = (256 + 400) << 20 // bytes: what --memory does not count on top
	mostRun = 20 * time.Second
)

// load is what a process said and took.
type load struct {
	code           int
	stdout, stderr string
	rss            int64 // bytes at its peak, or what this process has, if that is more
	hung           bool
}

// outcome is the part of load --json that is compared.
type outcome struct {
	Rows     int64 `json:"rows_loaded"`
	Rejected int64 `json:"rows_rejected"`
}

// start runs the binary to its end, or until it has hung.
func (c *corpus) start(ctx context.Context, args []string) (load, error) {
	limited, stop := context.WithTimeout(ctx, mostRun)
	defer stop()
	cmd := exec.CommandContext(limited, c.binary, args...)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		return load{}, ctx.Err()
	}
	l := load{stdout: stdout.String(), stderr: stderr.String(), hung: limited.Err() != nil}
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited && !l.hung {
		return load{}, err
	}
	l.code = cmd.ProcessState.ExitCode()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		l.rss = usage.Maxrss << 10
	}
	return l, nil
}

// into loads a file into a new database in dir.
func (c *corpus) into(ctx context.Context, dir, path string, args []string) (load, error) {
	args = append([]string{"load", path, "--to", "duckdb:" + database(dir), "--table", "t", "--no-file-id",
		"--memory", memory, "--on-bad-row", "quarantine", "--json"}, args...)
	return c.start(ctx, args)
}

func database(dir string) string { return filepath.Join(dir, "t.duckdb") }

func (l load) outcome() (o outcome, err error) { return o, json.Unmarshal([]byte(l.stdout), &o) }

// trace is how a Go program and the libraries in it end when they crash.
var trace = regexp.MustCompile(`(?m)^(panic: |fatal error: |goroutine \d+ \[|SIG[A-Z]+: |terminate called)`)

// broken is why the process did not end as it should, whatever it has read.
func (l load) broken() (kind, string) {
	switch {
	case l.hung:
		return hung, "it ran for " + mostRun.String()
	case l.code != 0 && l.code != 3, trace.MatchString(l.stderr):
		return crashed, l.stderr
	case l.rss > mostRSS:
		return overBudget, text("%d MiB of memory", l.rss>>20)
	}
	return agreed, ""
}

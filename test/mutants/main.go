// Command mutants breaks Sluice in one place after the other and shows that
// tests notice: each mutant must make at least one of the tests that are named
// with it fail, and these tests must pass without it. A mutant whose text is no
// longer there is an error. `make mutants` runs it; arguments pick mutants by
// words of their names.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
)

// mutant is one way to break the code.
type mutant struct {
	name  string
	file  string // of the product, from the root of the repository
	edits []edit
	tests tests
}

// edit replaces text that is in the file exactly once.
type edit struct{ old, new string }

// tests are what must notice.
type tests struct {
	dir string // a package's, from the root of the repository
	run string // a pattern of go test -run; "" is all
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, words []string) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sluice-mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	healthy := map[tests]bool{}
	survivors := 0
	for _, m := range mutants {
		if !picked(m, words) {
			continue
		}
		overlay, err := m.apply(root, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if !healthy[m.tests] {
			if by, out, err := m.tests.fail(ctx, root, ""); err != nil || by != "" {
				return fmt.Errorf("%s fail without a mutant: %s %w\n%s", m.tests, by, err, out)
			}
			healthy[m.tests] = true
		}
		by, out, err := m.tests.fail(ctx, root, overlay)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w\n%s", m.name, err, out)
		case by == "":
			survivors++
			fmt.Printf("%-62s SURVIVED %s\n", m.name, m.tests)
		default:
			fmt.Printf("%-62s killed by %s\n", m.name, by)
		}
	}
	if survivors > 0 {
		return fmt.Errorf("%d mutants survived", survivors)
	}
	return nil
}

func picked(m mutant, words []string) bool {
	for _, w := range words {
		if !strings.Contains(m.name, w) {
			return false
		}
	}
	return true
}

// apply writes the broken file, and the overlay that puts it in place of the
// good one.
func (m mutant) apply(root, dir string) (overlay string, err error) {
	path := filepath.Join(root, m.file)
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for _, e := range m.edits {
		if n := strings.Count(string(text), e.old); n != 1 {
			return "", fmt.Errorf("%s has this %d times, want once:\n%s", m.file, n, e.old)
		}
		text = []byte(strings.Replace(string(text), e.old, e.new, 1))
	}
	broken, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	index, err := json.Marshal(map[string]map[string]string{"Replace": {path: broken}})
	if err != nil {
		return "", err
	}
	return overlay, errors.Join(os.WriteFile(broken, text, 0o600), os.WriteFile(overlay, index, 0o600))
}

func (t tests) String() string { return strings.TrimSpace(t.dir + " " + t.run) }

var (
	failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	broke  = regexp.MustCompile(`(?m)^(panic: .*|fatal error: .*|WARNING: DATA RACE)`)
	ran    = regexp.MustCompile(`(?m)^\s*--- PASS: `)
)

// fail runs the tests and names the first that failed, "" if none did. It is an
// error if they do not compile, or none ran.
func (t tests) fail(ctx context.Context, root, overlay string) (by string, out []byte, err error) {
	args := []string{"test", "-vet=off", "-v", "-failfast", "-timeout=5m"}
	if overlay != "" {
		args = append(args, "-overlay="+overlay, "-count=1")
	}
	if t.run != "" {
		args = append(args, "-run="+t.run)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, ".")...)
	cmd.Dir = filepath.Join(root, t.dir)
	cmd.Env = append(os.Environ(), "SLUICE_POSTGRES=required")
	out, err = cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return "", nil, ctx.Err()
	case err == nil && !ran.Match(out):
		return "", out, errors.New("no test ran")
	case err == nil:
		return "", nil, nil
	}
	if match := failed.FindSubmatch(out); match != nil {
		return string(match[1]), out, nil
	}
	if match := broke.Find(out); match != nil {
		return string(bytes.TrimSpace(match)), out, nil
	}
	return "", out, err
}

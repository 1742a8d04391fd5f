// Command corpus loads every file of the corpus, files of others that are real
// or nasty, into a DuckDB file, with the sluice that SLUICE names. Each is
// a process of its own, with a budget of memory and of time. It compares the
// tables with what is known of the files, and prints by folder what came of it.
//
//	SLUICE=bin/sluice go run ./corpus [-only PREFIX] [-v]
//
// It ends with 1 if a file crashed, hung or took too much memory, or gave other
// rows than expected without a rule of docs/formats.md that says why.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/seed-ede61cd5/sluice/test/internal/command"
)

// corpus is the folder of files, and what they are tried with.
type corpus struct {
	dir     string // that has the files
	scratch string // that has a folder for each load
	binary  string
	knows   func(flag string) bool // whether the binary has a flag
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	only := flags.String("only", "", "`prefix` of the paths of the files to try (default: all)")
	verbose := flags.Bool("v", false, "print what came of each file")
	docs := flags.String("docs", filepath.Join("..", "docs", "formats.md"), "`file` that has the rules")
	jobs := flags.Int("jobs", runtime.NumCPU(), "`number` of files at a time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := checkRules(*docs); err != nil {
		return err
	}
	c := &corpus{dir: folder()}
	files, err := c.list(*only)
	if err != nil {
		return err
	}
	if c.scratch, err = os.MkdirTemp("", "sluice-corpus-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.scratch)) }()
	if c.binary, err = command.Build(c.scratch); err != nil {
		return err
	}
	if c.knows, err = c.flags(ctx); err != nil {
		return err
	}
	verdicts, err := c.tryAll(ctx, files, max(1, *jobs))
	if err != nil {
		return err
	}
	return report(os.Stdout, files, verdicts, *only == "", *verbose)
}

// folder is where the corpus is, as the tests look for it.
func folder() string {
	if dir := os.Getenv("SLUICE_CORPUS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "shared", "corpus")
}

// flags tells which flags the binary has, by its help.
func (c *corpus) flags(ctx context.Context) (func(string) bool, error) {
	l, err := c.start(ctx, []string{"load", "--help"})
	if err != nil {
		return nil, err
	}
	words := strings.Fields(l.stdout)
	if len(words) == 0 {
		return nil, fmt.Errorf("%s load --help says nothing:\n%s", c.binary, l.stderr)
	}
	known := map[string]bool{}
	for _, word := range words {
		known[word] = true
	}
	return func(flag string) bool { return known[flag] }, nil
}

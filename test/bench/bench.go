package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// table is the table that all fill.
const table = "bench_rows"

// bench is a run: what it measures with, and what it has started for that.
type bench struct {
	sluice, self string // binaries
	dir          string // of the files, removed at the end
	rows         int64
	objects      int // small ones
	rounds       int
	memory       string

	out      io.Writer
	outFile  *os.File // nil without -o
	verdicts []verdict

	postgres *postgresServer // started when needed
	store    *store
}

var errNoSluice = errors.New("SLUICE must name the sluice binary")

// open makes ready what every subject needs.
func (b *bench) open(out string) (err error) {
	if b.sluice = os.Getenv("SLUICE"); b.sluice == "" {
		return errNoSluice
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	b.out = os.Stdout
	if out != "" {
		if b.outFile, err = os.Create(out); err != nil {
			return err
		}
		b.out = io.MultiWriter(os.Stdout, b.outFile)
	}
	if b.dir, err = os.MkdirTemp("", "sluice-bench-"); err != nil {
		return err
	}
	b.printf("%s\n", machine())
	return nil
}

// close ends what was started, and removes the files.
func (b *bench) close() error {
	var errs []error
	if b.store != nil {
		errs = append(errs, b.store.stop())
	}
	if b.postgres != nil {
		errs = append(errs, b.postgres.stop(context.Background())) // the run's own may have ended
	}
	if b.outFile != nil {
		errs = append(errs, b.outFile.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(b.dir))...)
}

// printf prints a part of the result. What is on its way goes to standard error.
func (b *bench) printf(format string, args ...any) { fmt.Fprintf(b.out, format, args...) }

// database is where the rows go.
type database interface {
	// reset makes the table empty, and forgets what Sluice has loaded.
	reset(ctx context.Context, columns []column) error
	// tally is the number of rows and the sum of their hashes.
	tally(ctx context.Context, columns []column) (rows int64, sum string, err error)
	// url is what Sluice calls it.
	url() string
	// cpu is the CPU time of its processes in seconds, 0 if it has none.
	cpu() float64
	// beyond is how much more than --memory Sluice may take, in MiB.
	beyond() int
}

// database returns the one of that name, started if need be. The error is that
// of postgres.ErrNone where it is not installed.
func (b *bench) database(ctx context.Context, name string) (database, error) {
	if name == "duckdb" {
		return duckdbFile(b.dir + "/bench.duckdb"), nil
	}
	if err := b.startPostgres(ctx); err != nil {
		return nil, err
	}
	return b.postgres, nil
}

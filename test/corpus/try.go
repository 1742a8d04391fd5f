package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// kind is what came of a file. Those from disagreed on are faults.
type kind int

const (
	agreed kind = iota
	rejected
	unknownFormat
	notComparable
	allowed
	disagreed
	crashed
	overBudget
	hung
	kinds
)

func (k kind) String() string {
	return [...]string{"agreed", "rejected", "format not known", "not comparable", "differs by rule", "disagreed", "crashed", "over budget", "hung"}[k]
}

// verdict is what came of a file, and why.
type verdict struct {
	kind kind
	why  string
	rss  int64 // bytes
}

func text(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// tryAll tries the files, some at a time.
func (c *corpus) tryAll(ctx context.Context, files []file, jobs int) ([]verdict, error) {
	verdicts := make([]verdict, len(files))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(jobs)
	for i, f := range files {
		group.Go(func() (err error) {
			dir := filepath.Join(c.scratch, fmt.Sprint(i))
			if err := os.Mkdir(dir, 0o700); err != nil {
				return err
			}
			if verdicts[i], err = c.try(ctx, dir, f); err != nil {
				return fmt.Errorf("%s: %w", f.path, err)
			}
			return os.RemoveAll(dir)
		})
	}
	return verdicts, group.Wait()
}

// try loads one file and judges it. An error is one of this program.
func (c *corpus) try(ctx context.Context, dir string, f file) (verdict, error) {
	args, missing := c.arguments(f)
	if missing != "" {
		return verdict{kind: unknownFormat, why: "no " + missing}, nil
	}
	l, err := c.into(ctx, dir, c.at(f.path), args)
	if err != nil {
		return verdict{}, err
	}
	if kind, why := l.broken(); kind != agreed {
		return verdict{kind, why, l.rss}, nil
	}
	t, err := readTable(ctx, dir, l)
	if err != nil {
		return verdict{kind: disagreed, why: err.Error(), rss: l.rss}, nil
	}
	if why := c.misplaced(f, args, t); why != "" {
		return verdict{disagreed, why, l.rss}, nil
	}
	kind, why, err := c.judge(ctx, dir, f, args, t)
	return verdict{kind, why, l.rss}, err
}

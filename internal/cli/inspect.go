package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/inspect"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader"
)

// inspectFlags are the flags of inspect.
type inspectFlags struct {
	readFlags
	store       storeFlags
	files, rows int
	json        bool
}

const (
	mostInspected = 1000
	mostRows      = 1000
)

func inspectCommand(a *app) *cobra.Command {
	f := &inspectFlags{}
	cmd := &cobra.Command{
		Use:   "inspect SOURCE...",
		Short: "Tell what a file is: format, columns, first rows, bad rows",
		Long: `Read the beginning of a file, up to 20,480 records or 16 MiB, and tell how it is
written, which columns it has, its first rows, and the first bad rows with their
places and reasons. Nothing is stored anywhere. SOURCE and the flags are those of
'sluice load'. Of a folder or a pattern, the first files are inspected.

  sluice inspect export.csv
  sluice inspect export.csv --delimiter ';' --column zip=text
  sluice inspect 's3://bucket/logs/**/*.json.gz' --records-path Records --files 3
  sluice inspect events.parquet --rows 100 --json | jq .columns

Of a CSV file it also tells which flags it looks as if it were to be read with,
if they are others than those that are given.

Exit codes: 0 done, 1 failed, 2 usage or nothing matched, 3 some files cannot be
read, 130 interrupted.`,
		Args: someSource,
		RunE: func(cmd *cobra.Command, args []string) error { return a.inspect(cmd.Context(), f, args) },
	}
	flags, help := cmd.Flags(), newSections(cmd, a.Width)
	help.add("What is shown", func() {
		flags.IntVar(&f.rows, "rows", 10, "`number` of first rows, and of bad rows, to show")
		flags.IntVar(&f.files, "files", 1, "`number` of files to look at, if more match")
		flags.BoolVar(&f.json, "json", false, "print one JSON object for each file")
	})
	f.readFlags.bind(cmd, help)
	help.add("Limits", func() { f.limit.bind(cmd) })
	help.add("S3", func() { f.store.bind(cmd) })
	f.completeValues(a, cmd)
	values(cmd, "rows", cobra.NoFileCompletions)
	values(cmd, "files", cobra.NoFileCompletions)
	return cmd
}

// complete checks the flags and computes what follows from them.
func (f *inspectFlags) complete() error {
	errs := []error{f.readFlags.complete()}
	if f.rows < 0 || f.rows > mostRows {
		errs = append(errs, fmt.Errorf("--rows %d: give a number from 0 to %d", f.rows, mostRows))
	}
	if f.files < 1 || f.files > mostInspected {
		errs = append(errs, fmt.Errorf("--files %d: give a number from 1 to %d", f.files, mostInspected))
	}
	return usage(errors.Join(errs...))
}

// errFiles ends a listing when enough files were inspected.
var errFiles = errors.New("enough files were inspected")

func (a *app) inspect(ctx context.Context, f *inspectFlags, args []string) (err error) {
	if err := f.complete(); err != nil {
		return err
	}
	if err := a.checkFormat(&f.readFlags); err != nil {
		return err
	}
	src := &opened{}
	defer func() { err = errors.Join(err, src.Close()) }()
	if _, err := a.openPlaces(ctx, src, f.store, args); err != nil {
		return err
	}
	if err := a.checkSource(ctx, src); err != nil {
		return err
	}
	limitMemory(defaultMemory)
	limits := f.limit.limits(defaultMemory / 2)
	seen, failed := 0, false
	err = src.Pages(ctx, func(ctx context.Context, b object.Bucket, infos []object.Info) error {
		for _, info := range infos {
			if seen == f.files {
				return errFiles
			}
			ok, err := a.inspectFile(ctx, f, reader.File{Bucket: b, Info: info}, limits, seen > 0)
			if err != nil {
				return err
			}
			failed = failed || !ok
			seen++
		}
		return nil
	})
	switch {
	case errors.Is(err, errFiles):
		if !f.json {
			fmt.Fprintf(a.Err, "more files match: --files N looks at N of them\n")
		}
	case err != nil:
		return err
	}
	if text := costText(src.cost()); text != "" && !f.json {
		fmt.Fprintf(a.Out, "\nthis look cost %s\n", text)
	}
	if failed {
		return &codedError{exitFiles, errSaid}
	}
	return nil
}

// inspectFile inspects and shows a file. ok is false if it cannot be read.
func (a *app) inspectFile(ctx context.Context, f *inspectFlags, file reader.File, limits *reader.Limits, more bool) (ok bool, err error) {
	out := inspected{Object: file.ID().String(), Size: file.Info.Size}
	format, err := f.shape.of(a.registry.Format(f.format, file.Info.Key))
	if err == nil {
		out.Report, err = inspect.File(ctx, format, file, inspect.Config{
			Hints: f.hints, Columns: f.schema, Rows: f.rows, Bad: f.rows, Limits: limits,
		})
		if err != nil && abstract.ClassOf(err) != abstract.FileOnly {
			return false, err
		}
	}
	if err != nil {
		out.Error = err.Error()
	}
	if f.json {
		return err == nil, printJSON(a.Out, out)
	}
	if more {
		fmt.Fprintln(a.Out)
	}
	out.print(a)
	return err == nil, nil
}

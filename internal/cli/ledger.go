package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

const defaultTo = "duckdb:sluice.duckdb"

// ledgerFlags are the flags of the commands that look at a ledger.
type ledgerFlags struct {
	to, pipeline string
	json         bool
}

func (f *ledgerFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.to, "to", defaultTo, "the target whose ledger to use: duckdb:FILE")
	cmd.Flags().StringVar(&f.pipeline, "pipeline", "", "only this pipeline (default: all)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON, one object per line")
}

// withLedger opens the target of a command that looks at its ledger, and
// closes it afterwards.
func (a *app) withLedger(ctx context.Context, f ledgerFlags, readOnly bool, fn func(target.Target) error) (err error) {
	t, err := a.registry.OpenTarget(ctx, f.to, connector.TargetOptions{ReadOnly: readOnly, Out: a.Out})
	if errors.Is(err, fs.ErrNotExist) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if t.Ledger() == nil {
		return usage(fmt.Errorf("%s keeps no ledger", f.to))
	}
	if exists, err := t.Ledger().Exists(ctx); err != nil {
		return err
	} else if !exists {
		return usage(fmt.Errorf("%s has no ledger: nothing was ever loaded into it", f.to))
	}
	return fn(t)
}

func statusCommand(a *app) *cobra.Command {
	var f ledgerFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show each pipeline in numbers",
		Long: `Show, for each pipeline in the target's ledger, how many files are done,
pending, failed and parked, and how many rows are loaded and rejected.

The exit code is 3 if files failed or are parked.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd.Context(), f, true, func(t target.Target) error { return a.status(cmd.Context(), t, f) })
		},
	}
	f.bind(cmd)
	return cmd
}

func (a *app) status(ctx context.Context, t target.Target, f ledgerFlags) error {
	list, err := t.Ledger().Summaries(ctx, f.pipeline)
	if err != nil {
		return err
	}
	if f.pipeline != "" && len(list) == 0 {
		return usage(fmt.Errorf("the ledger of %s knows no pipeline %q", f.to, f.pipeline))
	}
	var bad int64
	out := a.table("PIPELINE", "TABLE", "DONE", "PENDING", "FAILED", "PARKED", "ROWS", "REJECTED")
	for _, s := range list {
		bad += s.Files[ledger.Failed] + s.Files[ledger.Parked]
		if f.json {
			if err := printJSON(a.Out, s); err != nil {
				return err
			}
			continue
		}
		out.row(s.Pipeline, s.Table, count(s.Files[ledger.Done]), count(s.Files[ledger.Pending]),
			count(s.Files[ledger.Failed]), count(s.Files[ledger.Parked]), count(s.Rows), count(s.Rejected))
	}
	if !f.json {
		if err := out.flush(); err != nil {
			return err
		}
	}
	if bad > 0 {
		return &codedError{exitFiles, errSaid}
	}
	return nil
}

func filesCommand(a *app) *cobra.Command {
	var f ledgerFlags
	var failed bool
	cmd := &cobra.Command{
		Use:   "files",
		Short: "List the files that the ledger knows, and what became of each",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd.Context(), f, true, func(t target.Target) error {
				return a.files(cmd.Context(), t, f, failed)
			})
		},
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&failed, "failed", false, "only failed and parked files")
	return cmd
}

func (a *app) files(ctx context.Context, t target.Target, f ledgerFlags, failed bool) error {
	out := a.table("STATE", "ROWS", "REJECTED", "FILE", "REASON")
	err := t.Ledger().List(ctx, ledger.Filter{Pipeline: f.pipeline, Failed: failed}, func(e ledger.Entry) error {
		if f.json {
			return printJSON(a.Out, newFileJSON(e))
		}
		return out.row(string(e.State), count(e.Rows), count(e.Rejected), e.Object.String(), oneLine(e.Reason))
	})
	if err != nil || f.json {
		return err
	}
	return out.flush()
}

// fileJSON is a ledger entry as --json prints it.
type fileJSON struct {
	Pipeline   string          `json:"pipeline"`
	Object     string          `json:"object"`
	Generation string          `json:"generation"`
	State      ledger.State    `json:"state"`
	Size       int64           `json:"size"`
	Offset     int64           `json:"offset"`
	Rows       int64           `json:"rows_loaded"`
	Rejected   int64           `json:"rows_rejected"`
	Attempts   int             `json:"attempts"`
	Reason     string          `json:"reason,omitempty"`
	Schema     abstract.Schema `json:"schema,omitempty"`
	Dialect    json.RawMessage `json:"dialect,omitempty"`
	FirstSeen  string          `json:"first_seen"`
	Updated    string          `json:"updated"`
}

func newFileJSON(e ledger.Entry) fileJSON {
	const layout = "2006-01-02T15:04:05Z"
	return fileJSON{
		Pipeline: e.Pipeline, Object: e.Object.String(), Generation: e.Object.Generation, State: e.State,
		Size: e.Size, Offset: e.Offset, Rows: e.Rows, Rejected: e.Rejected, Attempts: e.Attempts, Reason: e.Reason,
		Schema: e.Schema, Dialect: e.Dialect, FirstSeen: e.FirstSeen.Format(layout), Updated: e.Updated.Format(layout),
	}
}

// parseObject reads the name of an object as explain and forget take it: a
// path, relative or absolute, or a URL.
func parseObject(arg string) (bucket, key string, err error) {
	if scheme, rest, ok := strings.Cut(arg, "://"); ok && scheme != "file" {
		name, key, ok := strings.Cut(rest, "/")
		if !ok || name == "" || key == "" {
			return "", "", usage(fmt.Errorf("object %q: write it as %s://BUCKET/KEY", arg, scheme))
		}
		return scheme + "://" + name, key, nil
	}
	key, err = filepath.Abs(strings.TrimPrefix(arg, "file://"))
	if err != nil {
		return "", "", fmt.Errorf("object %q: %w", arg, err)
	}
	return abstract.LocalBucket, filepath.ToSlash(key), nil
}

// textTable prints columns, aligned.
type textTable struct{ w *tabwriter.Writer }

func (a *app) table(header ...string) *textTable {
	t := &textTable{tabwriter.NewWriter(a.Out, 0, 8, 2, ' ', 0)}
	t.row(header...)
	return t
}

func (t *textTable) row(cells ...string) error {
	_, err := fmt.Fprintln(t.w, strings.Join(cells, "\t"))
	return err
}

func (t *textTable) flush() error { return t.w.Flush() }

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// oneLine keeps a reason from breaking a table.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, s)
}

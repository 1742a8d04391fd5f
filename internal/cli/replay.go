package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func replayCommand(a *app) *cobra.Command {
	var f ledgerFlags
	var failed bool
	cmd := &cobra.Command{
		Use:   "replay OBJECT...",
		Short: "Have a file loaded once more, or failed files tried again",
		Long: `Have files loaded once more, from their beginning. Nothing is deleted now: the
next load that finds the file replaces its old rows by the new ones in one
transaction, whatever its --on-change says. Use it after the cause of wrong rows
is mended: other flags, another schema. If there were several generations of the
file, the rows of the last one are replaced. OBJECT is a path or a URL, as
'sluice files' prints it.

With --failed, failed and parked files are put back as if they had never failed:
their committed rows stay, and the next load goes on where those end. OBJECT...
limits that to some files; without, it is all of the pipeline, or of all
pipelines.

  sluice replay ./data/2024-05.csv --to duckdb:my.duckdb
  sluice replay --failed --pipeline orders

` + exitHelp,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !failed {
				return usage(errors.New("replay needs the name of an object, as 'sluice files' prints it, or --failed"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd.Context(), f, false, func(t target.Target) error {
				if failed {
					return a.retry(cmd.Context(), t, f, args)
				}
				return a.replay(cmd.Context(), t, f, args)
			})
		},
	}
	f.bind(a, cmd)
	cmd.Flags().BoolVar(&failed, "failed", false, "put failed and parked files back to be tried again; their rows stay")
	return cmd
}

// replay marks the last entry of each object, in each pipeline.
func (a *app) replay(ctx context.Context, t target.Target, f ledgerFlags, args []string) error {
	var marked []ledger.Entry
	for _, arg := range args {
		entries, err := findObject(ctx, t, f, arg)
		if err != nil {
			return err
		}
		last := map[string]ledger.Entry{}
		for _, e := range entries { // in the order of their ids
			last[e.Pipeline] = e
		}
		for _, e := range entries {
			if last[e.Pipeline].ID != e.ID {
				continue
			}
			if err := a.checkReplayable(ctx, t, e); err != nil {
				return err
			}
			marked = append(marked, e)
		}
	}
	if err := t.Ledger().Replay(ctx, ledger.IDs(marked)...); err != nil {
		return err
	}
	for _, e := range marked {
		err := a.printReplayed(f, e)
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printReplayed(f ledgerFlags, e ledger.Entry) error {
	if f.json {
		return printJSON(a.Out, map[string]any{"object": e.Object.String(), "pipeline": e.Pipeline, "rows_to_be_replaced": e.Rows})
	}
	_, err := fmt.Fprintf(a.Out, "%s: the next load of pipeline %q replaces its %s\n", e.Object, e.Pipeline, plural(e.Rows, "row"))
	return err
}

// checkReplayable refuses a file whose rows could not be told from others.
func (a *app) checkReplayable(ctx context.Context, t target.Target, e ledger.Entry) error {
	name, err := t.Ledger().Table(ctx, e.Pipeline)
	if err != nil {
		return err
	}
	table, err := t.Describe(ctx, name)
	if err != nil {
		return err
	}
	if table != nil && !table.FileID {
		return usage(fmt.Errorf("replay %s: %w", e.Object, target.NoFileIDError(name, e.Rows)))
	}
	return nil
}

// retry puts failed files back.
func (a *app) retry(ctx context.Context, t target.Target, f ledgerFlags, args []string) error {
	var ids []int64
	for _, arg := range args {
		entries, err := findObject(ctx, t, f, arg)
		if err != nil {
			return err
		}
		ids = append(ids, ledger.IDs(entries)...)
	}
	n, err := t.Ledger().Retry(ctx, f.pipeline, ids)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(a.Out, map[string]any{"files": n})
	}
	_, err = fmt.Fprintf(a.Out, "%s put back: the next load goes on with them\n", plural(n, "failed file"))
	return err
}

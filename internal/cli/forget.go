package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func forgetCommand(a *app) *cobra.Command {
	var f ledgerFlags
	var all bool
	cmd := &cobra.Command{
		Use:   "forget OBJECT...",
		Short: "Delete a file's rows and its ledger entry, so that it loads again",
		Long: `Delete a file's rows from the table and its entries, of every generation,
from the ledger, in one transaction each. The next load that finds the file
loads it from its beginning. OBJECT is a path or a URL, as 'sluice files'
prints it. With --all and --pipeline, every file of the pipeline is forgotten,
a thousand in a transaction.

To load a file once more without its rows being gone in the meantime, use
'sluice replay'.`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case all && len(args) > 0:
				return usage(errors.New("forget takes either objects or --all"))
			case all && f.pipeline == "":
				return usage(errors.New("forget --all needs --pipeline, so that nothing is forgotten by accident"))
			case !all && len(args) == 0:
				return usage(errors.New("forget needs the name of an object, as 'sluice files' prints it"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd.Context(), f, false, func(t target.Target) error {
				return a.forget(cmd.Context(), t, f, args, all)
			})
		},
	}
	f.bind(a, cmd)
	cmd.Flags().BoolVar(&all, "all", false, "forget every file of the pipeline")
	return cmd
}

func (a *app) forget(ctx context.Context, t target.Target, f ledgerFlags, args []string, all bool) error {
	if all {
		return a.forgetAll(ctx, t, f)
	}
	for _, arg := range args {
		entries, err := findObject(ctx, t, f, arg)
		if err != nil {
			return err
		}
		if err := a.forgetEntries(ctx, t, f, entries); err != nil {
			return err
		}
	}
	return nil
}

// forgetAtOnce is how many files are forgotten in one transaction.
const forgetAtOnce = 1000

// forgetAll forgets a pipeline.
func (a *app) forgetAll(ctx context.Context, t target.Target, f ledgerFlags) error {
	table, err := t.Ledger().Table(ctx, f.pipeline)
	if err != nil {
		return err
	}
	var files, rows int64
	batch := make([]ledger.Entry, 0, forgetAtOnce)
	flush := func() error {
		deleted, err := t.Forget(ctx, table, batch...)
		if err != nil {
			return fmt.Errorf("%w (%s forgotten before)", err, plural(files, "file"))
		}
		files, rows, batch = files+int64(len(batch)), rows+deleted, batch[:0]
		return nil
	}
	err = t.Ledger().List(ctx, ledger.Filter{Pipeline: f.pipeline}, func(e ledger.Entry) error {
		if batch = append(batch, e); len(batch) < forgetAtOnce {
			return nil
		}
		return flush()
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(a.Out, map[string]any{"pipeline": f.pipeline, "files": files, "rows_deleted": rows})
	}
	_, err = fmt.Fprintf(a.Out, "forgot %s of pipeline %q: %s deleted from table %q\n", plural(files, "file"), f.pipeline, plural(rows, "row"), table)
	return err
}

func (a *app) forgetEntries(ctx context.Context, t target.Target, f ledgerFlags, entries []ledger.Entry) error {
	for _, e := range entries {
		table, err := t.Ledger().Table(ctx, e.Pipeline)
		if err != nil {
			return err
		}
		deleted, err := t.Forget(ctx, table, e)
		if err != nil {
			return err
		}
		if f.json {
			err = printJSON(a.Out, map[string]any{"object": e.Object.String(), "pipeline": e.Pipeline, "rows_deleted": deleted})
		} else {
			_, err = fmt.Fprintf(a.Out, "forgot %s: %s deleted from table %q\n", e.Object, plural(deleted, "row"), table)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

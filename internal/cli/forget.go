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
prints it. With --all and --pipeline, every file of the pipeline is forgotten.`,
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
		// The listing is finished before anything is deleted: the ledger
		// must not be changed while it is being read.
		var entries []ledger.Entry
		err := t.Ledger().List(ctx, ledger.Filter{Pipeline: f.pipeline}, func(e ledger.Entry) error {
			entries = append(entries, e)
			return nil
		})
		if err != nil {
			return err
		}
		return a.forgetEntries(ctx, t, f, entries)
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

package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func statusCommand(a *app) *cobra.Command {
	var f ledgerFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show each pipeline in numbers",
		Long: `Show, for each pipeline in the target's ledger, how many files are done,
pending (to be replayed, too), failed and parked, and how many rows are loaded
and rejected. A pipeline is what a load keeps its progress under: one for each
table, unless load --pipeline says otherwise. 'sluice files' lists the files.

The exit code is 3 if files failed or are parked.`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd.Context(), f, true, func(t target.Target) error { return a.status(cmd.Context(), t, f) })
		},
	}
	f.bind(a, cmd)
	return cmd
}

func (a *app) status(ctx context.Context, t target.Target, f ledgerFlags) error {
	list, err := t.Ledger().Summaries(ctx, f.pipeline)
	if err != nil {
		return err
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
		out.row(s.Pipeline, s.Table, count(s.Files[ledger.Done]), count(s.Files[ledger.Pending]+s.Files[ledger.Replay]),
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

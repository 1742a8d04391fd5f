package cli

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func filesCommand(a *app) *cobra.Command {
	var f ledgerFlags
	var failed bool
	cmd := &cobra.Command{
		Use:   "files",
		Short: "List the files that the ledger knows, and what became of each",
		Long: `List the files that the target's ledger knows: how many rows of each are loaded
and rejected, and why it failed or why its first row was rejected. The states:

  done      loaded to its end
  pending   found, and perhaps partly loaded
  failed    the last run could not load it, and the next one tries again
  parked    failed in five runs; left alone until 'sluice replay --failed'
  replay    put back by 'sluice replay': the next load replaces its rows

What was rejected is kept in the table's own NAME_rejected if it was loaded with
--on-bad-row quarantine; 'sluice explain' shows the first records of a file.

Unprintable bytes of a name are shown escaped, and the name in quotes; explain
and forget take it so, too.`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withLedger(cmd.Context(), f, true, func(t target.Target) error {
				return a.files(cmd.Context(), t, f, failed)
			})
		},
	}
	f.bind(a, cmd)
	cmd.Flags().BoolVar(&failed, "failed", false, "only failed and parked files")
	return cmd
}

func (a *app) files(ctx context.Context, t target.Target, f ledgerFlags, failed bool) error {
	out := a.table("STATE", "ROWS", "REJECTED", "PIPELINE", "FILE", "REASON")
	err := t.Ledger().List(ctx, ledger.Filter{Pipeline: f.pipeline, Failed: failed}, func(e ledger.Entry) error {
		if f.json {
			return printJSON(a.Out, newFileJSON(e))
		}
		return out.row(string(e.State), count(e.Rows), count(e.Rejected), e.Pipeline, e.Object.String(), e.Reason)
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

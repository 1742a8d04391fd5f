package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

func explainCommand(a *app) *cobra.Command {
	var f ledgerFlags
	cmd := &cobra.Command{
		Use:   "explain OBJECT",
		Short: "Tell why a file was or was not loaded",
		Long: `Tell all that the ledger knows of a file, each generation of it, and what
the next load will do. OBJECT is a path or a URL, as 'sluice files' prints it.`,
		Args: oneObject,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withLedger(cmd.Context(), f, true, func(t target.Target) error {
				return a.explain(cmd.Context(), t, f, args[0])
			})
		},
	}
	f.bind(a, cmd)
	return cmd
}

func (a *app) explain(ctx context.Context, t target.Target, f ledgerFlags, arg string) error {
	entries, err := findObject(ctx, t, f, arg)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if f.json {
			if err := printJSON(a.Out, newFileJSON(e)); err != nil {
				return err
			}
			continue
		}
		if err := a.explainEntry(ctx, t, f, e); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) explainEntry(ctx context.Context, t target.Target, f ledgerFlags, e ledger.Entry) error {
	p := func(name, format string, args ...any) {
		fmt.Fprintf(a.Out, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	p("file", "%s", e.Object)
	p("generation", "%s (%s)", e.Object.Generation, humanize.IBytes(uint64(max(e.Size, 0))))
	p("pipeline", "%s", oneLine(e.Pipeline))
	p("state", "%s", e.State)
	p("rows", "%s loaded, %s rejected", count(e.Rows), count(e.Rejected))
	if err := a.explainRejected(ctx, t, e, p); err != nil {
		return err
	}
	p("offset", "%d", e.Offset)
	if e.Reason != "" {
		p("reason", "%s", oneLine(e.Reason))
	}
	p("failed runs", "%d; the file is parked after %d", e.Attempts, ledger.MaxAttempts)
	if e.Dialect != nil {
		p("read as", "%s", dialectText(e.Dialect))
	}
	p("first seen", "%s", e.FirstSeen.Format("2006-01-02 15:04:05 UTC"))
	p("updated", "%s", e.Updated.Format("2006-01-02 15:04:05 UTC"))
	p("next load", "%s", nextLoad(f, e))
	_, err := fmt.Fprintln(a.Out)
	return err
}

// fewRejected is how many rejected records explain shows.
const fewRejected = 5

// explainRejected shows the first rejected records, where they are kept.
func (a *app) explainRejected(ctx context.Context, t target.Target, e ledger.Entry, p func(name, format string, args ...any)) error {
	q, ok := t.(target.Quarantined)
	if !ok || e.Rejected == 0 {
		return nil
	}
	table, err := t.Ledger().Table(ctx, e.Pipeline)
	if err != nil {
		return err
	}
	list, exists, err := q.Rejected(ctx, table, e.ID, fewRejected)
	if err != nil || !exists {
		return err
	}
	p("quarantine", "table %q, where %s = %d", target.QuarantineTable(table), target.FileIDColumn, e.ID)
	for _, r := range list {
		p("", "%s", oneLine(r.String()))
	}
	if more := e.Rejected - int64(len(list)); more > 0 && len(list) == fewRejected {
		p("", "and %s more", count(more))
	}
	return nil
}

// dialectText tells in words how a file was read.
func dialectText(recorded json.RawMessage) string {
	var d reader.Dialect
	if err := json.Unmarshal(recorded, &d); err != nil {
		return oneLine(string(recorded))
	}
	return transfer.SampledFile{Dialect: d}.Describe()
}

// nextLoad tells what the next load will do with a file.
func nextLoad(f ledgerFlags, e ledger.Entry) string {
	switch {
	case e.State == ledger.Done:
		return "leaves it alone: it is loaded"
	case e.State == ledger.Parked:
		return "leaves it alone: it failed too often; to have it tried again: " + commandLine("replay --failed", f, e)
	case e.State == ledger.Replay:
		return "loads it from its beginning, if it finds it, and replaces these rows"
	case e.Offset > 0:
		return fmt.Sprintf("goes on after record %s at byte offset %d, if the file is still the same", count(e.Rows+e.Rejected), e.Offset)
	default:
		return "loads it from its beginning"
	}
}

// commandLine is a command about a file, to be pasted into a shell.
func commandLine(command string, f ledgerFlags, e ledger.Entry) string {
	name := e.Object.Bucket + "/" + e.Object.Key
	if e.Object.Bucket == abstract.LocalBucket {
		name = e.Object.Key
	}
	return fmt.Sprintf("sluice %s %s --to %s --pipeline %s", command, shellWord(name), shellWord(connector.Shown(f.to)), shellWord(e.Pipeline))
}

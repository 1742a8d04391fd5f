package cli

import (
	"context"
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
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
	f.bind(cmd)
	return cmd
}

func oneObject(cmd *cobra.Command, args []string) error {
	return usage(cobra.ExactArgs(1)(cmd, args))
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
		a.explainEntry(e)
	}
	return nil
}

// findObject returns the ledger's entries for the object that arg names.
func findObject(ctx context.Context, t target.Target, f ledgerFlags, arg string) ([]ledger.Entry, error) {
	bucket, key, err := parseObject(arg)
	if err != nil {
		return nil, err
	}
	entries, err := t.Ledger().Lookup(ctx, f.pipeline, bucket, []string{key})
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, usage(fmt.Errorf("the ledger of %s does not know %s: it was never listed by a load", f.to, arg))
	}
	return entries, nil
}

func (a *app) explainEntry(e ledger.Entry) {
	p := func(name, format string, args ...any) {
		fmt.Fprintf(a.Out, "%-12s %s\n", name, fmt.Sprintf(format, args...))
	}
	p("file", "%s", e.Object)
	p("generation", "%s (%s)", e.Object.Generation, humanize.IBytes(uint64(max(e.Size, 0))))
	p("pipeline", "%s", e.Pipeline)
	p("state", "%s", e.State)
	p("rows", "%s loaded, %s rejected", count(e.Rows), count(e.Rejected))
	p("offset", "%d (reading goes on there)", e.Offset)
	if e.Reason != "" {
		p("reason", "%s", oneLine(e.Reason))
	}
	p("attempts", "%d failed, parked at %d", e.Attempts, ledger.MaxAttempts)
	if e.Dialect != nil {
		p("dialect", "%s", e.Dialect)
	}
	p("first seen", "%s", e.FirstSeen.Format("2006-01-02 15:04:05 UTC"))
	p("updated", "%s", e.Updated.Format("2006-01-02 15:04:05 UTC"))
	p("next load", "%s", nextLoad(e))
	fmt.Fprintln(a.Out)
}

// nextLoad tells what the next load will do with a file.
func nextLoad(e ledger.Entry) string {
	switch {
	case e.State == ledger.Done:
		return "leaves it alone: it is loaded"
	case e.State == ledger.Parked:
		return fmt.Sprintf("leaves it alone: it failed too often; 'sluice forget %s' lets it be tried again", e.Object)
	case e.Offset > 0:
		return fmt.Sprintf("goes on after record %s, if the file is still the same", count(e.Rows+e.Rejected))
	default:
		return "loads it from its beginning"
	}
}

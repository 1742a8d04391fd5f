package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/connector"
)

// app is what every command works with.
type app struct {
	Streams
	registry *connector.Registry
}

// Main runs the command line and returns the exit code.
func Main(args []string, streams Streams, registry *connector.Registry) int {
	ctx, stop := withSignals(context.Background())
	defer stop()
	root := newRoot(&app{Streams: streams, registry: registry})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errSaid) {
		printError(streams.Err, err)
	}
	return exitCode(err)
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "sluice",
		Short: "Load files into a database, exactly once",
		Long: `Sluice loads files into a database: exactly once, in bounded memory, at the
speed of the database's own loader. Stop it at any moment, even with kill -9,
and run the same command again: it goes on where it was, no row lost or doubled.

  sluice demo                                       see it for yourself, in a minute
  sluice inspect ./data/a.csv                       what a file is
  sluice load './data/*.csv' --to duckdb:my.duckdb  into the table "data"
  sluice files --to duckdb:my.duckdb                what became of each file

` + exitHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(loadCommand(a), inspectCommand(a), statusCommand(a), filesCommand(a), explainCommand(a), forgetCommand(a), replayCommand(a),
		demoCommand(a), versionCommand(a))
	return root
}

package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/reader"
)

// formatFlags say how files of some formats are written, which are asked for by
// name.
type formatFlags struct {
	access string
}

func (f *formatFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.access, "access-format", "", "`format` of an access log: combined, common, a log_format of nginx or a LogFormat of Apache (default: combined)")
	values(cmd, "access-format", cobra.FixedCompletions([]string{"combined", "common"}, cobra.ShellCompDirectiveNoFileComp))
}

// complete sets what the flags say, and refuses those that would have no effect
// on files of that format.
func (f *formatFlags) complete(format string, hints *reader.Hints) error {
	if f.access != "" && format != "access-log" {
		return errors.New("--access-format goes with --format access-log")
	}
	hints.AccessFormat = f.access
	return nil
}

// checkFormat refuses a format that is not known, and what is said of its files
// if it cannot be.
func (a *app) checkFormat(f *readFlags) error {
	if f.format == autoFormat {
		return nil
	}
	format, err := a.registry.Format(f.format, "")
	if err != nil {
		return err
	}
	if c, ok := format.(reader.HintsChecker); ok {
		if err := c.CheckHints(f.hints); err != nil {
			return usage(fmt.Errorf("--format %s: %w", f.format, err))
		}
	}
	return nil
}

package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// knownCommand refuses what is no command, and names the ones that are like it.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	// The distance at which cobra itself takes a command for a misspelt one.
	root.SuggestionsMinimumDistance = 2
	hint := ""
	if like := root.SuggestionsFor(args[0]); len(like) > 0 {
		hint = fmt.Sprintf(": did you mean '%s'?", strings.Join(like, "' or '"))
	}
	return usage(fmt.Errorf("unknown command %q%s (see 'sluice --help')", args[0], hint))
}

// flagError says what is wrong with a flag, and how to find the right one.
func flagError(cmd *cobra.Command, err error) error {
	var hint string
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		if unknown.GetSpecifiedShortnames() != "" {
			hint = ": a flag begins with --, and a file's name that begins with - is written ./" + oneLine("-"+unknown.GetSpecifiedShortnames())
		} else if like := flagLike(cmd.Flags(), unknown.GetSpecifiedName()); like != "" {
			hint = fmt.Sprintf(": did you mean --%s?", like)
		}
	}
	return usage(fmt.Errorf("%w%s (see '%s --help')", err, hint, cmd.CommandPath()))
}

// flagLike returns the flag whose name is nearest to a misspelt one, "" if
// none is near.
func flagLike(flags *pflag.FlagSet, name string) (like string) {
	best := 3 // letters that are wrong: as many make it another word
	flags.VisitAll(func(f *pflag.Flag) {
		if d := editDistance(name, f.Name); d < best {
			best, like = d, f.Name
		}
	})
	return like
}

// editDistance counts the letters to insert, delete or replace to make b of a.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// noArgs refuses arguments, as a usage error.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Errorf("'%s' takes no arguments, and got %q", cmd.CommandPath(), args[0]))
}

// oneObject wants the name of one object.
func oneObject(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return usage(fmt.Errorf("'%s' needs the name of one file, as 'sluice files' prints it, and got %d", cmd.CommandPath(), len(args)))
}

// someSource wants at least one source.
func someSource(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return usage(fmt.Errorf("'%s' needs a source: a file, a directory or a pattern such as './data/*.csv'", cmd.CommandPath()))
}

package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// sections are the flags of a command as its help shows them: those of one
// subject together, in the order in which they are added.
type sections struct {
	cmd   *cobra.Command
	list  []*pflag.FlagSet // by their titles
	added map[string]bool
}

// newSections takes over how the command's flags are shown, in lines of that many
// characters, 0 for any.
func newSections(cmd *cobra.Command, width int) *sections {
	cmd.Flags().SortFlags = false
	s := &sections{cmd: cmd, added: map[string]bool{}}
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		s.rest("Other flags")
		out := cmd.OutOrStderr()
		fmt.Fprintf(out, "Usage:\n  %s\n", cmd.UseLine())
		for _, flags := range s.list {
			fmt.Fprintf(out, "\n%s:\n%s", flags.Name(), flags.FlagUsagesWrapped(width))
		}
		return nil
	})
	return s
}

// add shows the flags that bind gives the command under a title.
func (s *sections) add(title string, bind func()) {
	bind()
	s.rest(title)
}

// rest makes a section of the flags that are in none.
func (s *sections) rest(title string) {
	shown := pflag.NewFlagSet(title, pflag.ContinueOnError)
	shown.SortFlags = false
	s.cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !s.added[f.Name] {
			s.added[f.Name] = true
			shown.AddFlag(f)
		}
	})
	if shown.HasFlags() {
		s.list = append(s.list, shown)
	}
}

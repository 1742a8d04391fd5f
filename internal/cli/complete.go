package cli

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// completeLoad lets the shell complete the values of load's flags.
func (a *app) completeLoad(cmd *cobra.Command) {
	values(cmd, "on-bad-row", cobra.FixedCompletions([]string{"fail", "skip", "quarantine"}, cobra.ShellCompDirectiveNoFileComp))
	values(cmd, "on-new-column", cobra.FixedCompletions([]string{"add", "ignore", "fail"}, cobra.ShellCompDirectiveNoFileComp))
	values(cmd, "on-type-conflict", cobra.FixedCompletions([]string{"bad-row", "widen"}, cobra.ShellCompDirectiveNoFileComp))
	values(cmd, "on-change", cobra.FixedCompletions([]string{"fail", "append", "replace"}, cobra.ShellCompDirectiveNoFileComp))
	values(cmd, "after", cobra.FixedCompletions([]string{"keep", "delete", "move=", "tag="}, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveNoSpace))
	values(cmd, "to", a.completeTarget)
	values(cmd, "memory", cobra.FixedCompletions([]string{"64MiB", "256MiB", "1GiB"}, cobra.ShellCompDirectiveNoFileComp))
	for _, name := range []string{"table", "pipeline", "workers", "max-bad-rows"} {
		values(cmd, name, cobra.NoFileCompletions)
	}
}

// completeFormat completes --format.
func (a *app) completeFormat(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	formats := []string{autoFormat}
	for name := range a.registry.Formats {
		formats = append(formats, name)
	}
	slices.Sort(formats)
	return formats, cobra.ShellCompDirectiveNoFileComp
}

// values sets how a flag's value is completed.
func values(cmd *cobra.Command, flag string, fn cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, fn); err != nil {
		panic(err) // there is no such flag: the first test that runs anything finds it
	}
}

// completeTarget completes --to: the target's kind, then the path of a DuckDB
// file. No space follows: there is always more to write.
func (a *app) completeTarget(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	scheme, path, ok := strings.Cut(begun, ":")
	if !ok {
		var kinds []string
		for kind := range a.registry.Targets {
			kinds = append(kinds, kind+":")
		}
		slices.Sort(kinds)
		return kinds, directive
	}
	var found []string
	for _, pattern := range []string{"*.duckdb", "*.db", "*/"} {
		paths, err := filepath.Glob(quoteGlob(path) + pattern)
		if err != nil || scheme != "duckdb" {
			continue
		}
		for _, p := range paths {
			found = append(found, scheme+":"+p)
		}
	}
	return found, directive
}

// quoteGlob takes the wildcards of filepath.Glob in a path as they are.
func quoteGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// completeColumn completes the type in name=type.
func completeColumn(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	name, _, ok := strings.Cut(begun, "=")
	if !ok {
		return nil, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	var found []string
	for _, t := range abstract.TypeNames() {
		if !strings.Contains(t, "(") { // which is for the user to fill in
			found = append(found, name+"="+t)
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

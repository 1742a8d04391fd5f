package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// dryRun shows what a load would do. It writes nothing.
func (a *app) dryRun(ctx context.Context, f *loadFlags, src *opened) (err error) {
	t, cleanUp, err := a.openToLook(ctx, f.to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close(), cleanUp()) }()
	plan, err := transfer.MakePlan(ctx, a.transferConfig(f, src, t))
	if err != nil {
		return err
	}
	if f.json {
		out := struct {
			transfer.Plan
			After string `json:"after"`
			*costJSON
		}{plan, f.after.String(), newCostJSON(src.cost())}
		if err := printJSON(a.Out, out); err != nil {
			return err
		}
		return plannedCode(plan)
	}
	a.printPlan(f, plan)
	if text := costText(src.cost()); text != "" {
		fmt.Fprintf(a.Out, "\nthis look cost %s\n", text)
	}
	return plannedCode(plan)
}

// lookNote tells which flags would read a file as what it looks like, if others do
// now.
func lookNote(d *reader.Detected) []string {
	if d == nil || len(d.Flags) == 0 {
		return nil
	}
	return []string{"it looks as if it were to be read with " + flagsText(d) + " (or with --dialect auto)"}
}

// flagsText is the flags that read a file as what it looks like, for a shell.
func flagsText(d *reader.Detected) string {
	words := make([]string, len(d.Flags))
	for i, word := range d.Flags {
		words[i] = shellWord(word)
	}
	return strings.Join(words, " ")
}

// plannedCode makes the exit code of a dry run what the load's would be.
func plannedCode(p transfer.Plan) error {
	if len(p.Refused) > 0 {
		return &codedError{exitFiles, errSaid}
	}
	return nil
}

// openToLook opens the target without changing it. A DuckDB file that does not
// exist is stood for by a temporary one, which cleanUp removes.
func (a *app) openToLook(ctx context.Context, to string) (t target.Target, cleanUp func() error, err error) {
	cleanUp = func() error { return nil }
	opts := connector.TargetOptions{ReadOnly: true, Out: a.Out}
	if path, ok := strings.CutPrefix(to, "duckdb:"); ok {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			dir, err := os.MkdirTemp("", "sluice-dry-run-")
			if err != nil {
				return nil, nil, fmt.Errorf("make a folder for the dry run: %w", err)
			}
			cleanUp = func() error { return os.RemoveAll(dir) }
			to, opts.ReadOnly = "duckdb:"+filepath.Join(dir, "empty.duckdb"), false
		}
	}
	if t, err = a.registry.OpenTarget(ctx, to, opts); err != nil {
		return nil, nil, errors.Join(openError(err), cleanUp())
	}
	return t, cleanUp, nil
}

func (a *app) printPlan(f *loadFlags, p transfer.Plan) {
	say := func(format string, args ...any) { fmt.Fprintf(a.Out, format+"\n", args...) }
	say("%s, %s, to be loaded into table %q of %s (%s)", plural(p.Files, "file"), bytesText(p.Bytes), f.table, oneLine(connector.Shown(f.to)), p.Promise)
	if p.Skipped > 0 {
		say("%s loaded already", plural(p.Skipped, "file"))
	}
	if f.after.Does() {
		say("each of them would then be %s (--after %s), those loaded already too", f.after.Done(), oneLine(f.after.String()))
	}
	for _, failure := range p.Refused {
		say("would fail: %s: %s", failure.Object, oneLine(failure.Reason))
	}
	for _, s := range p.Samples {
		say("\n%s, %s: %s", s.Object, bytesText(s.Size), s.Describe())
		for _, note := range append(s.Notes, lookNote(s.Detected)...) {
			say("  note: %s", oneLine(note))
		}
	}
	if p.Exists {
		say("\ntable %q exists, with the columns:", f.table)
	} else {
		from := plural(p.Records, "sampled record")
		if p.Records == 0 {
			from = "what the files say themselves" // a header, or a schema
		}
		say("\ncolumns, from %s:", from)
	}
	for _, c := range p.Schema {
		say("  %-24s %s", oneLine(c.Name), c.Type)
	}
	if len(p.Added) > 0 {
		say("\ncolumns that these files would add:")
	}
	for _, c := range p.Added {
		say("  %-24s %s", oneLine(c.Name), c.Type)
	}
	if len(p.Widened) > 0 {
		say("\ncolumns that these files would widen:")
	}
	for _, c := range p.Widened {
		say("  %-24s %s to %s", oneLine(c.Column), c.From, c.To)
	}
	if p.Rejects != "" {
		say("\nbad rows go into table %q", p.Rejects)
	}
	if p.SQL != "" {
		say("\n%s;", p.SQL)
	}
}

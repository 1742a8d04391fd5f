package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/target"
)

const defaultTo = "duckdb:sluice.duckdb"

// ledgerFlags are the flags of the commands that look at a ledger.
type ledgerFlags struct {
	to, pipeline string
	json         bool
}

func (f *ledgerFlags) bind(a *app, cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.to, "to", defaultTo, "`target` that was loaded into: duckdb:FILE or postgres://USER@HOST/DATABASE")
	cmd.Flags().StringVar(&f.pipeline, "pipeline", "", "`name` of the only pipeline to look at (default: all)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON, one object per line")
	values(cmd, "to", a.completeTarget)
	values(cmd, "pipeline", cobra.NoFileCompletions)
}

// withLedger opens the target of a command that looks at its ledger, and
// closes it afterwards.
func (a *app) withLedger(ctx context.Context, f ledgerFlags, readOnly bool, fn func(target.Target) error) (err error) {
	t, err := a.registry.OpenTarget(ctx, f.to, connector.TargetOptions{ReadOnly: readOnly, Out: a.Out})
	if err != nil {
		return openError(err)
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if t.Ledger() == nil {
		return usage(fmt.Errorf("%s keeps no ledger", connector.Shown(f.to)))
	}
	if exists, err := t.Ledger().Exists(ctx); err != nil {
		return err
	} else if !exists {
		return usage(fmt.Errorf("%s has no ledger: nothing was ever loaded into it", connector.Shown(f.to)))
	}
	if f.pipeline != "" {
		table, err := t.Ledger().Table(ctx, f.pipeline)
		if err != nil {
			return err
		}
		if table == "" {
			return usage(fmt.Errorf("the ledger of %q knows no pipeline %q: 'sluice status' lists them", connector.Shown(f.to), f.pipeline))
		}
	}
	return fn(t)
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
		object := abstract.ObjectID{Bucket: bucket, Key: key}
		return nil, usage(fmt.Errorf("the ledger of %q does not know %s: no load has found it yet", connector.Shown(f.to), object))
	}
	return entries, nil
}

// quoted is how a name begins that was put into quotes for display.
var quoted = regexp.MustCompile(`^"(/|[a-z][a-z0-9+.-]*://)`)

// parseObject reads the name of an object as explain, forget and replay take it: a
// path, relative or absolute, a URL, or either as [abstract.ObjectID.String]
// quotes it.
func parseObject(arg string) (bucket, key string, err error) {
	if name, err := strconv.Unquote(arg); err == nil && quoted.MatchString(arg) {
		arg = name
	}
	scheme, rest := source.SplitScheme(arg)
	if scheme != "" && scheme != "file" {
		name, key, ok := strings.Cut(rest, "/")
		if !ok || name == "" || key == "" {
			return "", "", usage(fmt.Errorf("object %q: write it as %s://BUCKET/KEY", arg, scheme))
		}
		return scheme + "://" + name, key, nil
	}
	key, err = filepath.Abs(rest)
	if err != nil {
		return "", "", fmt.Errorf("object %q: %w", arg, err)
	}
	return abstract.LocalBucket, filepath.ToSlash(key), nil
}

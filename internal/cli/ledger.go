package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/target"
)

const defaultTo = "duckdb:sluice.duckdb"

// ledgerFlags are the flags of the commands that look at a ledger.
type ledgerFlags struct {
	to, pipeline string
	json         bool
}

func (f *ledgerFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.to, "to", defaultTo, "the target whose ledger to use: duckdb:FILE")
	cmd.Flags().StringVar(&f.pipeline, "pipeline", "", "only this pipeline (default: all)")
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON, one object per line")
}

// withLedger opens the target of a command that looks at its ledger, and
// closes it afterwards.
func (a *app) withLedger(ctx context.Context, f ledgerFlags, readOnly bool, fn func(target.Target) error) (err error) {
	t, err := a.registry.OpenTarget(ctx, f.to, connector.TargetOptions{ReadOnly: readOnly, Out: a.Out})
	if errors.Is(err, fs.ErrNotExist) {
		return usage(err)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if t.Ledger() == nil {
		return usage(fmt.Errorf("%s keeps no ledger", f.to))
	}
	if exists, err := t.Ledger().Exists(ctx); err != nil {
		return err
	} else if !exists {
		return usage(fmt.Errorf("%s has no ledger: nothing was ever loaded into it", f.to))
	}
	return fn(t)
}

// parseObject reads the name of an object as explain and forget take it: a
// path, relative or absolute, or a URL.
func parseObject(arg string) (bucket, key string, err error) {
	if scheme, rest, ok := strings.Cut(arg, "://"); ok && scheme != "file" {
		name, key, ok := strings.Cut(rest, "/")
		if !ok || name == "" || key == "" {
			return "", "", usage(fmt.Errorf("object %q: write it as %s://BUCKET/KEY", arg, scheme))
		}
		return scheme + "://" + name, key, nil
	}
	key, err = filepath.Abs(strings.TrimPrefix(arg, "file://"))
	if err != nil {
		return "", "", fmt.Errorf("object %q: %w", arg, err)
	}
	return abstract.LocalBucket, filepath.ToSlash(key), nil
}

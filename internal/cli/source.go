package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/snapshot"
)

// opened is the source of a load, with the buckets it reads from.
type opened struct {
	*snapshot.Source
	buckets []object.Bucket
	places  []source.Place
	target  string // the key of the file that is loaded into, "" if it is none
}

// paged is what takes a source's pages.
type paged = func(context.Context, object.Bucket, []object.Info) error

// Pages leaves out the file that is loaded into: "sluice load ." finds it
// beside the data, and must not try to load it into itself.
func (o *opened) Pages(ctx context.Context, page paged) error {
	return o.Source.Pages(ctx, o.butTarget(page))
}

// Tail leaves it out as well.
func (o *opened) Tail(ctx context.Context, lookBack int, whole bool, page paged) error {
	return o.Source.Tail(ctx, lookBack, whole, o.butTarget(page))
}

func (o *opened) butTarget(page paged) paged {
	if o.target == "" {
		return page
	}
	return func(ctx context.Context, b object.Bucket, infos []object.Info) error {
		if b.Name() == abstract.LocalBucket {
			infos = slices.DeleteFunc(infos, func(i object.Info) bool { return o.isTarget(i.Key) })
		}
		return page(ctx, b, infos)
	}
}

func (o *opened) isTarget(key string) bool {
	return key == o.target || key == o.target+".wal" || strings.HasPrefix(key, o.target+".tmp/")
}

// Close closes the buckets.
func (o *opened) Close() error {
	var errs []error
	for _, b := range o.buckets {
		errs = append(errs, b.Close())
	}
	return errors.Join(errs...)
}

// openSource opens the source of a load, and decides the table's and the
// pipeline's name if the flags do not.
func (a *app) openSource(ctx context.Context, f *loadFlags, args []string) (*opened, error) {
	o := &opened{}
	if path, ok := strings.CutPrefix(f.to, "duckdb:"); ok {
		if path, err := filepath.Abs(path); err == nil {
			o.target = filepath.ToSlash(path)
		}
	}
	tables, err := a.openPlaces(ctx, o, f.store, args)
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	if err := cmp.Or(f.follow.checkSources(o.places), f.nameTable(tables)); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

// openPlaces parses the locations, opens their buckets, each once, and returns the
// names that tables would have after them. After an error, the buckets are still to
// be closed.
func (a *app) openPlaces(ctx context.Context, o *opened, store storeFlags, args []string) (tables []string, err error) {
	buckets := map[string]object.Bucket{}
	for _, arg := range args {
		location, err := source.Parse(arg)
		if err != nil {
			return nil, usage(err)
		}
		if location.Scheme == "file" && o.target != "" && location.Key == o.target {
			return nil, usage(fmt.Errorf("source %q is the file that --to loads into", arg))
		}
		open := a.registry.Buckets[location.Scheme]
		if open == nil {
			return nil, usage(a.noStore(arg, location.Scheme))
		}
		name := location.Scheme + "://" + location.Bucket
		if buckets[name] == nil {
			if buckets[name], err = open(ctx, location.Bucket, store.BucketOptions); err != nil {
				return nil, usage(fmt.Errorf("source %q: %w", arg, err))
			}
			o.buckets = append(o.buckets, buckets[name])
		}
		o.places = append(o.places, source.Place{Bucket: buckets[name], Location: location})
		tables = append(tables, location.TableName())
	}
	o.Source = snapshot.New(o.places...)
	return tables, store.check(o.places)
}

// noStore says that a location's scheme is unknown, and which ones are not.
func (a *app) noStore(arg, scheme string) error {
	known := slices.Sorted(maps.Keys(a.registry.Buckets))
	return fmt.Errorf("source %q: this build has no store %s://, but %s:// and plain paths", arg, scheme, strings.Join(known, "://, "))
}

// checkSource fails if a location has nothing in it, before anything is made
// for the load.
func (a *app) checkSource(ctx context.Context, src *opened) error {
	err := src.Check(ctx)
	nothing, ok := errors.AsType[*source.NothingError](err)
	if !ok {
		return err
	}
	if slices.Contains(nothing.Locations, "-") {
		return usage(fmt.Errorf("%w: standard input cannot be loaded exactly once, so name a file", nothing))
	}
	if dir, wdErr := os.Getwd(); wdErr == nil {
		return usage(fmt.Errorf("%w (in the folder %q)", nothing, dir))
	}
	return usage(nothing)
}

// nameTable decides the names that the user left out. The sources must agree
// on the table: a shell that expands a pattern gives many of them.
func (f *loadFlags) nameTable(tables []string) error {
	if f.table == "" {
		f.table = tables[0]
		for _, other := range tables[1:] {
			if other != f.table {
				return usage(fmt.Errorf("the sources would go into the tables %q and %q: name one with --table, or quote the pattern "+
					"so that the shell does not expand it", f.table, other))
			}
		}
	}
	if strings.TrimSpace(f.table) == "" {
		return usage(errors.New("neither --table nor the source gives the table a name: write --table NAME"))
	}
	if f.pipeline == "" {
		f.pipeline = f.table
	}
	return nil
}

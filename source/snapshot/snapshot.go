package snapshot

import (
	"context"
	"errors"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// Place is a location with the bucket it is in.
type Place struct {
	Bucket   object.Bucket
	Location source.Location
}

// Source lists places. It implements [source.Source].
type Source struct{ places []Place }

var _ source.Source = (*Source)(nil)

// New returns the source of all that is in the places. The buckets stay the
// caller's.
func New(places ...Place) *Source { return &Source{slices.Clone(places)} }

// Done does nothing: the ledger is all that a later listing needs.
func (*Source) Done(context.Context, abstract.ObjectID) error { return nil }

// Pages implements [source.Source]. An object in several places is delivered
// once, for the first of them. Memory grows with the number of places, not
// with that of objects. If there is nothing in one of several places, Pages
// fails with a [source.NothingError] before it delivers anything, save for
// what vanishes meanwhile.
func (s *Source) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	patterns, err := s.resolve(ctx)
	if err != nil {
		return err
	}
	out := collector{page: func(b object.Bucket, infos []object.Info) error { return page(ctx, b, infos) }}
	seen := listed{keys: map[abstract.ObjectID]bool{}}
	var nothing source.NothingError
	for i, place := range s.places {
		found := false
		err := object.List(ctx, place.Bucket, patterns[i], func(infos []object.Info) error {
			found = true
			for _, info := range infos {
				if seen.has(place.Bucket, info.Key) {
					continue
				}
				if err := out.add(place.Bucket, info); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if !found {
			nothing.Locations = append(nothing.Locations, place.Location.Text)
		}
		seen.add(place.Bucket, patterns[i])
	}
	if err := out.flush(); err != nil {
		return err
	}
	if len(nothing.Locations) > 0 {
		return &nothing
	}
	return nil
}

// resolve finds out what each location means and, if there are several, that
// something is in each of them: a slip of the pen in the last should not come
// to light after the others were loaded.
func (s *Source) resolve(ctx context.Context) ([]object.Pattern, error) {
	patterns := make([]object.Pattern, len(s.places))
	var nothing source.NothingError
	for i, place := range s.places {
		var err error
		if patterns[i], err = place.Location.Resolve(ctx, place.Bucket); err != nil {
			return nil, err
		}
		if _, isKey := patterns[i].Key(); isKey || len(s.places) == 1 {
			continue
		}
		stop := errors.New("found one")
		err = object.List(ctx, place.Bucket, patterns[i], func([]object.Info) error { return stop })
		switch {
		case err == nil:
			nothing.Locations = append(nothing.Locations, place.Location.Text)
		case !errors.Is(err, stop):
			return nil, err
		}
	}
	if len(nothing.Locations) > 0 {
		return nil, &nothing
	}
	return patterns, nil
}

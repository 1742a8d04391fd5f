package snapshot

import (
	"context"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// Place is a location with the bucket it is in.
type Place = source.Place

// Source lists places. It implements [source.Source].
type Source struct {
	places []Place
	begins []begin // of each place's next listing; see Tail
}

var _ source.Source = (*Source)(nil)

// New returns the source of all that is in the places. The buckets stay the
// caller's.
func New(places ...Place) *Source { return &Source{places: slices.Clone(places)} }

// Done does nothing: the ledger is all that a later listing needs.
func (*Source) Done(context.Context, abstract.ObjectID) error { return nil }

// Failed does nothing: the next load lists the object again.
func (*Source) Failed(context.Context, abstract.ObjectID, error, bool) error { return nil }

// Pages implements [source.Source]. An object in several places is delivered
// once, for the first of them. Memory grows with the number of places, not
// with that of objects. That there is nothing in one of them is known, and
// reported, when all were listed; see [Source.Check].
func (s *Source) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	return s.pages(ctx, page, func(i int, _ object.Pattern) (object.Bucket, string) { return s.places[i].Bucket, "" })
}

// pages lists each place in the bucket that view says, which lists what comes
// after a key.
func (s *Source) pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error,
	view func(place int, pattern object.Pattern) (bucket object.Bucket, after string),
) error {
	out := collector{page: func(b object.Bucket, infos []object.Info) error { return page(ctx, b, infos) }}
	seen := listed{keys: map[abstract.ObjectID]bool{}}
	var nothing source.NothingError
	for i, place := range s.places {
		pattern, err := place.Location.Resolve(ctx, place.Bucket)
		if err != nil {
			return err
		}
		bucket, after := view(i, pattern)
		found := after != "" // once
		err = object.List(ctx, bucket, pattern, func(infos []object.Info) error {
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
		seen.add(place.Bucket, pattern, after)
	}
	if err := out.flush(); err != nil {
		return err
	}
	if len(nothing.Locations) > 0 {
		return &nothing
	}
	return nil
}

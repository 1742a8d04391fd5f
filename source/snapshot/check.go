package snapshot

import (
	"context"
	"errors"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// Check looks whether there is something in every place, and fails with a
// [source.NothingError] that names those in which there is not. It costs the
// beginning of a listing each, so that a caller can find out before it makes
// anything for what will be loaded.
func (s *Source) Check(ctx context.Context) error {
	found := errors.New("found one")
	var nothing source.NothingError
	for _, place := range s.places {
		pattern, err := place.Location.Resolve(ctx, place.Bucket)
		if err != nil {
			return err
		}
		err = object.List(ctx, place.Bucket, pattern, func([]object.Info) error { return found })
		switch {
		case err == nil:
			nothing.Locations = append(nothing.Locations, place.Location.Text)
		case !errors.Is(err, found):
			return err
		}
	}
	if len(nothing.Locations) > 0 {
		return &nothing
	}
	return nil
}

package sqs

import (
	"context"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/source"
)

// places knows which objects are to be loaded.
type places struct {
	buckets  map[string]object.Bucket // by name
	patterns map[string][]object.Pattern
}

// resolve asks what the locations mean. A location without wildcards that is
// no object when the source starts is a directory; but an object of that very
// name that comes later is what the user has named, too.
func (p *places) resolve(ctx context.Context, list []source.Place) error {
	p.buckets, p.patterns = map[string]object.Bucket{}, map[string][]object.Pattern{}
	for _, place := range list {
		pattern, err := place.Location.Resolve(ctx, place.Bucket)
		if err != nil {
			return err
		}
		name := place.Bucket.Name()
		p.buckets[name] = place.Bucket
		p.patterns[name] = append(p.patterns[name], pattern)
		if key, ok := place.Location.Pattern.Key(); ok && key != "" {
			p.patterns[name] = append(p.patterns[name], object.KeyPattern(key))
		}
	}
	return nil
}

// bucket is the bucket that an event names, nil if it is none of ours.
func (p *places) bucket(e event) object.Bucket { return p.buckets["s3://"+e.bucket] }

// wants tells whether an object is in one of the places.
func (p *places) wants(b object.Bucket, key string) bool {
	for _, pattern := range p.patterns[b.Name()] {
		if pattern.Match(key) {
			return true
		}
	}
	return false
}

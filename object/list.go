package object

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Pruner is what a [Bucket] may be besides: one that has real directories and
// can leave some of them out. Without it, *.csv would have to read the whole
// tree below, and fail on a directory that nobody asked about.
type Pruner interface {
	// ListPruned is [Bucket.List], but leaves out what is below a directory
	// for which enter is false. The directory comes without a final slash.
	ListPruned(ctx context.Context, prefix string, enter func(dir string) bool, page func([]Info) error) error
}

// List calls page with the objects of b whose keys are in p. It does so by
// the rules of [Bucket.List], with two additions: no page is empty, and for a
// pattern that is one key the store is asked for that key alone.
func List(ctx context.Context, b Bucket, p Pattern, page func([]Info) error) error {
	if key, ok := p.Key(); ok {
		info, err := b.Stat(ctx, key)
		if abstract.ClassOf(err) == abstract.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return page([]Info{info})
	}
	var matched []Info // reused; the driver's slice is not ours to change
	filter := func(infos []Info) error {
		matched = matched[:0]
		for _, info := range infos {
			if p.Match(info.Key) {
				matched = append(matched, info)
			}
		}
		if len(matched) == 0 {
			return nil
		}
		return page(matched)
	}
	if pruner, ok := b.(Pruner); ok {
		return pruner.ListPruned(ctx, p.Prefix(), p.MayMatchBelow, filter)
	}
	return b.List(ctx, p.Prefix(), filter)
}

// Linker is what a [Bucket] may be besides: one where a key can be read but a
// listing does not come to it, because it lies behind a link.
type Linker interface {
	// Reaches tells whether a listing by prefix comes to key, which starts
	// with it. When in doubt, it does not.
	Reaches(prefix, key string) bool
}

package source

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Merge is the source of all that several sources deliver: a listing and the
// notifications of the same bucket, say. Between the two is neither a gap nor
// an overlap, as both begin at once and the engine asks one ledger about
// either. An object is thus delivered more than once, and each source is told
// what became of it, whichever delivered it.
//
// Pages delivers one page at a time, from several goroutines. The first source
// that fails ends the others.
func Merge(sources ...Source) Source {
	if len(sources) == 1 {
		return sources[0]
	}
	return merged(sources)
}

type merged []Source

func (m merged) Pages(ctx context.Context, page func(context.Context, object.Bucket, []object.Info) error) error {
	group, ctx := errgroup.WithContext(ctx)
	var one sync.Mutex // one page at a time; whoever waited longest is next
	var failed error   // of page, which is then not called any more
	for _, s := range m {
		group.Go(func() error {
			return s.Pages(ctx, func(ctx context.Context, b object.Bucket, infos []object.Info) error {
				one.Lock()
				defer one.Unlock()
				if failed == nil && ctx.Err() != nil {
					return ctx.Err()
				}
				if failed == nil {
					failed = page(ctx, b, infos)
				}
				return failed
			})
		})
	}
	return group.Wait()
}

func (m merged) Done(ctx context.Context, id abstract.ObjectID) error {
	var errs []error
	for _, s := range m {
		errs = append(errs, s.Done(ctx, id))
	}
	return errors.Join(errs...)
}

func (m merged) Failed(ctx context.Context, id abstract.ObjectID, cause error, parked bool) error {
	var errs []error
	for _, s := range m {
		errs = append(errs, s.Failed(ctx, id, cause, parked))
	}
	return errors.Join(errs...)
}

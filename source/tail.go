package source

import (
	"context"

	"github.com/seed-ede61cd5/sluice/object"
)

// Tailer is what a [Source] that lists may be besides: one that can leave out
// the beginning of a listing where new keys sort last, as dated ones do.
type Tailer interface {
	// Tail is [Source.Pages], and may be called again, also from page.
	//
	// In each place whose store lists in the order of its keys
	// ([object.Ordered]) a listing begins at least lookBack keys before the
	// last one that an earlier call has come to, unless whole is set or no
	// earlier one has listed that place to its end. Whatever sorts before is
	// not delivered. Other places are always listed whole.
	//
	// A store that was thought to keep an order and does not is an error,
	// [object.ErrUnordered]: then only Pages delivers everything.
	Tail(ctx context.Context, lookBack int, whole bool, page func(ctx context.Context, bucket object.Bucket, infos []object.Info) error) error
}

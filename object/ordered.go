package object

import (
	"context"
	"errors"
)

// ErrUnordered reports that a store does not list its keys in the order of
// their bytes, so that a listing cannot begin at a key. It comes classified as
// [abstract.Permanent]; [Bucket.List] still finds everything.
var ErrUnordered = errors.New("the store does not list its keys in order")

// Ordered is what a [Bucket] may be besides: one that lists in the order of
// the keys' bytes, and can begin anywhere in it.
type Ordered interface {
	// ListAfter is [Bucket.List], but only of the keys that sort after a key,
	// which need not exist, and in ascending order; "" sorts before all. The
	// order is checked, page by page: a store that turns out not to keep it is
	// ErrUnordered, after which pages may have come and keys may be missing.
	ListAfter(ctx context.Context, prefix, after string, page func([]Info) error) error
}

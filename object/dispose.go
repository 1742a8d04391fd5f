package object

import (
	"context"
	"errors"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// ErrExists reports that an object cannot be moved, because something else has
// the key that it was to get. It comes classified as [abstract.FileOnly].
var ErrExists = errors.New("something else is there already")

// Disposer is what a [Bucket] may be besides: one whose objects can be got out
// of the way when they are loaded.
//
// Each method acts on exactly the generation in id, whose Bucket is this one's
// name. If the object is not there any more, nothing is left to be done, and
// the error is nil; if it is another generation by now, that is not touched,
// and the error is [ErrChanged]. A store that cannot make a change depend on
// the generation is asked right before: what is written in between is the
// gap that a driver has to document.
//
// Methods may be called concurrently, for one object as well, and be repeated
// after any failure, and after the end of the process at any moment.
type Disposer interface {
	// Remove deletes the object.
	Remove(ctx context.Context, id abstract.ObjectID) error
	// Move gives the object another key in the same bucket. Where that takes
	// two steps, there are two objects for a while, never none. It does not
	// replace anything: if another object has the key, that is [ErrExists],
	// unless it is the copy that an earlier call has made.
	Move(ctx context.Context, id abstract.ObjectID, key string) error
}

// Tagger is what a [Bucket] may be besides: one whose objects can be tagged, by
// the rules of [Disposer].
type Tagger interface {
	// Tag gives the object a tag, beside the tags that it has. A tag of the
	// same key is replaced.
	Tag(ctx context.Context, id abstract.ObjectID, key, value string) error
}

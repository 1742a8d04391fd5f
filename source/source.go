package source

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Source feeds the engine with objects. It knows nothing of what is loaded
// already: the engine asks its ledger, page by page, and leaves that out.
type Source interface {
	// Pages calls page with the objects there are, at most 1,000 of one bucket
	// at a time, one call after the other. The slice is only valid during the
	// call, and is page's to change until it returns. page may take its time,
	// and the context that it gets is the one to use. An error from page ends
	// Pages and is returned as it is; page is not called again then, and
	// neither is it once the context has ended.
	//
	// A source that lists once returns nil after the last page, or a
	// [NothingError]. One that follows returns when ctx ends, with its error,
	// and may deliver the same object again. Pages is called once.
	Pages(ctx context.Context, page func(ctx context.Context, bucket object.Bucket, infos []object.Info) error) error
	// Done tells that an object is durable in the target, or needs no loading.
	// It is not called for one that failed. Only now may the source let go of
	// what made it deliver the object, such as a message of a queue. Done may
	// be called while Pages runs, concurrently, and more than once for one
	// object. An error does not undo the load: the object will be delivered
	// again and found to be loaded.
	Done(ctx context.Context, id abstract.ObjectID) error
	// Failed tells that the engine has given up on an object, why, and whether
	// for good: a parked object is left alone until it is forgotten. One that
	// is not parked is to be delivered again, if the source follows. Otherwise
	// as Done.
	Failed(ctx context.Context, id abstract.ObjectID, cause error, parked bool) error
}

// Keeper is what a [Source] may be besides: one that lets go of objects
// themselves when they are done.
type Keeper interface {
	// Keep is Done for an object that was written anew after it had been loaded,
	// with the same content: one generation, which is loaded once. Whether its
	// writer has only tried again, or wants it loaded once more, nobody can
	// tell. So it must not be let go of as one that was loaded is.
	Keep(ctx context.Context, id abstract.ObjectID) error
}

// NothingError reports locations in which nothing was found.
type NothingError struct {
	// Locations are the texts that the user wrote.
	Locations []string
}

func (e *NothingError) Error() string {
	quoted := make([]string, len(e.Locations))
	for i, l := range e.Locations {
		quoted[i] = fmt.Sprintf("%q", l)
	}
	return "nothing matches " + strings.Join(quoted, ", ")
}

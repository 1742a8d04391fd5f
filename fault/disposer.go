package fault

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// disposer decorates an [object.Disposer].
type disposer struct {
	*bucket
	disposer object.Disposer
}

func (d *disposer) Remove(ctx context.Context, id abstract.ObjectID) error {
	return d.inj.around(ctx, OpRemove, func() error { return d.disposer.Remove(ctx, id) })
}

func (d *disposer) Move(ctx context.Context, id abstract.ObjectID, key string) error {
	return d.inj.around(ctx, OpMove, func() error { return d.disposer.Move(ctx, id, key) })
}

// tagger decorates one that is an [object.Tagger], too.
type tagger struct {
	*disposer
	tagger object.Tagger
}

func (t *tagger) Tag(ctx context.Context, id abstract.ObjectID, key, value string) error {
	return t.inj.around(ctx, OpTag, func() error { return t.tagger.Tag(ctx, id, key, value) })
}

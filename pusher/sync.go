package pusher

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// SyncPusher hands every chunk straight on. It is for a snapshot, where a file
// is read from start to finish before the next is fetched, so there is nothing
// to throttle and nothing to track.
type SyncPusher struct {
	pusher abstract.Pusher
}

// NewSyncPusher returns a SyncPusher in front of pusher, which must not be nil
// and is called concurrently if Push is.
func NewSyncPusher(pusher abstract.Pusher) *SyncPusher {
	return &SyncPusher{pusher: pusher}
}

// Push hands the chunk's items on and returns the result once they are taken.
// A chunk of negative size, or one pushed after the end of ctx, is refused;
// while the items are being taken, ctx is not watched.
func (p *SyncPusher) Push(ctx context.Context, chunk Chunk) error {
	err := chunk.check()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		abstract.ReleaseAll(chunk.Items)
		return err
	}
	return p.pusher(chunk.Items)
}

// Ack has no effect and never reports done: with this pusher, a file is done
// when the Push of its Completed chunk has returned nil.
func (p *SyncPusher) Ack(Chunk) (bool, error) { return false, nil }

package pusher

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

// Pusher takes chunks and hears what became of them. Its methods are safe for
// concurrent use, but the chunks of one attempt at a file are pushed one after
// another, the Completed one last.
type Pusher interface {
	// Push takes a chunk, and with it its items, also if it fails. It blocks
	// until there is room for the chunk and the next stage has taken it, or
	// until ctx ends, whose error it then returns.
	Push(ctx context.Context, chunk Chunk) error
	// Ack says that a chunk has been stored. The result is true exactly once:
	// when the file is completely done. An ack of a chunk that is not in
	// flight is an error and changes nothing. Ack does not block.
	Ack(chunk Chunk) (bool, error)
}

var (
	// ErrNotInFlight is returned for an ack or nack of a chunk that was never
	// pushed or has been answered already.
	ErrNotInFlight = errors.New("chunk is not in flight")
	// ErrSuperseded refuses a chunk of an attempt older than the file's newest.
	ErrSuperseded = errors.New("a newer attempt at the file has begun")
	// ErrNacked refuses a chunk of an attempt that has failed already.
	ErrNacked = errors.New("an earlier chunk of this attempt failed")
)

// New returns a [ParsequeuePusher] when a queue is given, else a [SyncPusher]
// in front of pusher. The queue's AckFunc must call the pusher's Ack; pusher
// is not used then, nor are logger and inflightLimit without a queue.
func New(
	pusher abstract.Pusher, queue *parsequeue.ParseQueue[Chunk], logger *slog.Logger, inflightLimit int64,
) Pusher {
	if queue == nil {
		return NewSyncPusher(pusher)
	}
	return NewParsequeuePusher(queue, logger, inflightLimit)
}

// check refuses what no pusher accepts.
func (c Chunk) check() error {
	if c.Size < 0 {
		return fmt.Errorf("push %q: negative size %d", c.FilePath, c.Size)
	}
	return nil
}

package pusher

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Chunk is the unit of progress: some items of one file.
type Chunk struct {
	// FilePath names the file. Chunks of equal FilePath and Attempt belong
	// together.
	FilePath string
	// Completed marks the file's last chunk.
	Completed bool
	// Offset is the position read up to, for whoever looks at
	// [PusherState]. It is never compared, so it may be of any type.
	Offset any
	// Size is the chunk's share of the in-flight limit, in bytes.
	Size int64
	// Items are the rows. They must not be touched after Push.
	Items []abstract.ChangeItem
	// Starts, where a reader was asked for them, are the offsets at which the
	// records begin that the rows of the first item were made of, row by row.
	Starts []int64
	// Attempt tells attempts at one file apart. It may stay 0 as long as a
	// file is never pushed again before its Completed chunk. A retry before
	// that needs a higher number.
	Attempt int

	token *record // set by Push on its copy
}

// Items is the ParseFunc of a queue whose chunks hold decoded rows already:
// it returns them. It pays no heed to ctx, so that the queue releases the
// items of chunks that it will not push.
func Items(_ context.Context, chunk Chunk) ([]abstract.ChangeItem, error) {
	return chunk.Items, nil
}

package pusher_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

// The public API, for a caller outside the package. It must go on compiling.
var (
	_ func(abstract.Pusher, *parsequeue.ParseQueue[pusher.Chunk], *slog.Logger, int64) pusher.Pusher = pusher.New

	_ func(abstract.Pusher) *pusher.SyncPusher = pusher.NewSyncPusher

	_ func(*parsequeue.ParseQueue[pusher.Chunk], *slog.Logger, int64) *pusher.ParsequeuePusher = pusher.NewParsequeuePusher

	_ pusher.Pusher = (*pusher.SyncPusher)(nil)
	_ pusher.Pusher = (*pusher.ParsequeuePusher)(nil)

	_ interface {
		Push(context.Context, pusher.Chunk) error
		Ack(pusher.Chunk) (bool, error)
	} = pusher.Pusher(nil)

	_ interface {
		Snapshot() map[string]pusher.Progress
		WaitEmpty(context.Context) error
	} = (*pusher.ParsequeuePusher)(nil)

	_ parsequeue.ParseFunc[pusher.Chunk] = pusher.Items

	_ = pusher.Chunk{FilePath: "", Completed: true, Offset: any(nil), Size: int64(0), Items: []abstract.ChangeItem(nil)}
	_ = pusher.Progress{ReadOffsets: []any(nil), Done: true}
)

func TestTheStateIsExported(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		var progress map[string]pusher.Progress = r.State.PushProgress
		want(t, "files", len(progress), 0)
		c := r.push(chunk(7, 1))
		want(t, "offset", r.State.PushProgress["f"].ReadOffsets[0], any(7))
		want(t, "Done before the last chunk", r.State.PushProgress["f"].Done, false)
		r.push(chunk("last", 1))
		want(t, "Done after the last chunk", r.State.PushProgress["f"].Done, true)
		r.ack(c, false)
		want(t, "offsets left", len(r.State.PushProgress["f"].ReadOffsets), 1)
	})
}

func TestNewChoosesByTheQueue(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		if p, ok := pusher.New(nil, r.queue, nil, 0).(*pusher.ParsequeuePusher); !ok {
			t.Errorf("with a queue: %T", p)
		}
		if p, ok := pusher.New(nil, nil, nil, 0).(*pusher.SyncPusher); !ok {
			t.Errorf("without a queue: %T", p)
		}
	})
}

func TestSnapshotIsACopy(t *testing.T) {
	bubble(t, 0, func(t *testing.T, r *rig) {
		r.push(chunk(1, 1))
		snapshot := r.Snapshot()
		snapshot["f"].ReadOffsets[0] = "changed"
		snapshot["g"] = pusher.Progress{}
		want(t, "state", r.String(), "1 chunks 1 bytes f[1]")
	})
}

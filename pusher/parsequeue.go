package pusher

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/parsequeue"
)

// ParsequeuePusher throttles chunks by their size, tracks them file by file
// and puts them into a parse queue. The package comment tells its rules.
type ParsequeuePusher struct {
	// State is what is in flight. Do not copy it.
	State PusherState

	queue  *parsequeue.ParseQueue[Chunk]
	logger *slog.Logger
}

// NewParsequeuePusher returns a pusher in front of queue, which must not be
// nil and stays the caller's to close. inflightLimit is in bytes, as Chunk.Size
// is: 0 is no limit, and with a negative one every Push fails. A nil logger
// discards.
func NewParsequeuePusher(
	queue *parsequeue.ParseQueue[Chunk], logger *slog.Logger, inflightLimit int64,
) *ParsequeuePusher {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	p := &ParsequeuePusher{queue: queue, logger: logger}
	p.State.init(inflightLimit)
	return p
}

// Push blocks until the chunk fits under the limit and the queue has room. Its
// ack may come before Push returns. It fails with
//
//   - an error of its own for a negative size or limit;
//   - ctx's error if ctx ends first;
//   - the queue's error once the queue has failed, [parsequeue.ErrClosed] once
//     it is closed;
//   - [ErrSuperseded] or [ErrNacked], both of class FileOnly, if the attempt
//     has no future;
//   - [parsequeue.ErrInAck] if the queue's AckFunc calls it and it would have
//     to wait, for only that AckFunc's return can make room.
//
// A chunk that was refused is not in flight, and its items are released.
func (p *ParsequeuePusher) Push(ctx context.Context, chunk Chunk) error {
	err := p.push(ctx, chunk)
	if err != nil {
		abstract.ReleaseAll(chunk.Items)
	}
	return err
}

func (p *ParsequeuePusher) push(ctx context.Context, chunk Chunk) error {
	if err := chunk.check(); err != nil {
		return err
	}
	if p.State.limit < 0 {
		return fmt.Errorf("push %q: negative in-flight limit %d", chunk.FilePath, p.State.limit)
	}
	if err := p.ended(ctx); err != nil {
		return err
	}
	r := newRecord(&p.State, chunk)
	if err := p.admit(ctx, r); err != nil {
		return err
	}
	chunk.token = r
	if err := p.queue.AddContext(ctx, chunk); err != nil {
		p.State.rollback(r)
		return err
	}
	p.State.accepted(r)
	return nil
}

// admit waits for room. On success the record is in flight, and if it has to
// be taken back, rollback does that.
func (p *ParsequeuePusher) admit(ctx context.Context, r *record) error {
	w, err := p.State.enter(r)
	if w == nil {
		return err
	}
	if p.queue.InAck() {
		p.State.leave(w)
		return parsequeue.ErrInAck
	}
	if p.logger.Enabled(ctx, slog.LevelDebug) {
		chunks, bytes := p.State.InFlight()
		p.logger.DebugContext(ctx, "push waits for room",
			"file", r.id.path, "size", r.id.size, "chunks_in_flight", chunks, "bytes_in_flight", bytes)
	}
	select {
	case <-w.ready:
	case <-p.queue.Done():
	case <-ctx.Done():
	}
	// Several may have happened at once. Room that came together with an end
	// is given back, so that nothing is pushed after the end.
	if err := p.ended(ctx); err != nil {
		p.State.leave(w)
		return err
	}
	return w.err
}

// ended is why nothing should be pushed any more, nil while something should.
func (p *ParsequeuePusher) ended(ctx context.Context) error {
	select {
	case <-p.queue.Done():
		if err := p.queue.Error(); err != nil {
			return err
		}
		return parsequeue.ErrClosed
	default:
		return ctx.Err()
	}
}

// Ack says that the chunk is durable: its bytes are free, and the result is
// true if with it the file is completely done. The error is [ErrNotInFlight],
// and then nothing has changed. Acks may come in any order.
func (p *ParsequeuePusher) Ack(chunk Chunk) (bool, error) {
	return p.State.settle(chunk, true)
}

// Nack says that the chunk was not stored, and why is the caller's concern:
// its bytes are free, and its attempt is never reported done. Further chunks
// of the attempt are refused. The error is as Ack's.
func (p *ParsequeuePusher) Nack(chunk Chunk) error {
	_, err := p.State.settle(chunk, false)
	return err
}

// Abandon says that no more chunks of an attempt will be pushed, although its
// Completed one was not: the attempt leaves the state and is never reported
// done. Its chunks in flight still have to be acked or nacked. An unknown
// attempt is no error. The next push of the file starts a new attempt, also
// with the same number.
func (p *ParsequeuePusher) Abandon(filePath string, attempt int) {
	p.State.abandon(filePath, attempt)
}

// Snapshot is a copy of State.PushProgress; see [PusherState.Snapshot].
func (p *ParsequeuePusher) Snapshot() map[string]Progress { return p.State.Snapshot() }

// InFlight is how much is in flight; see [PusherState.InFlight].
func (p *ParsequeuePusher) InFlight() (chunks, bytes int64) { return p.State.InFlight() }

// WaitEmpty blocks until nothing is in flight. It returns early with ctx's
// error, with the queue's error if the queue fails, and with
// [parsequeue.ErrClosed] if it is closed while chunks that nobody acked are
// left. Once the queue has failed it never returns nil. The queue's AckFunc
// gets [parsequeue.ErrInAck] instead of waiting for itself.
func (p *ParsequeuePusher) WaitEmpty(ctx context.Context) error {
	empty := p.State.empty()
	select {
	case <-empty: // no need to wait
		return p.queue.Error()
	default:
	}
	if p.queue.InAck() {
		return parsequeue.ErrInAck
	}
	select {
	case <-empty:
		return p.queue.Error()
	case <-p.queue.Done():
	case <-ctx.Done():
	}
	err := p.ended(ctx)
	select {
	case <-empty: // on a close, the last acks and the end come together
		return p.queue.Error()
	default:
		return err
	}
}

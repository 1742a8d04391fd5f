package reader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
)

// Decoded is what became of the records of a block.
type Decoded struct {
	// Batch holds the rows; nil where there are none. The receiver releases it.
	Batch arrow.RecordBatch
	// Bytes is the memory that Batch holds.
	Bytes int64
	// Rejected counts the records left out, FirstRejected is the first of them.
	Rejected      int64
	FirstRejected *BadRecord
	// Bad is the record that ended the decoding, if one did. Batch then holds
	// the rows before it.
	Bad *BadRecord
}

// DecodeFunc makes rows of a block, with buffers of that allocator. It is
// called concurrently, for different blocks and in any order, and must do
// nothing but compute. After an error or a panic it holds no buffers.
type DecodeFunc func(mem memory.Allocator, block Block) (Decoded, error)

// Run reads the file from where the next block begins to its end, and emits
// its chunks as [Format.Read] promises. Blocks are decoded concurrently and
// emitted in order. What was read before an error is emitted before the error
// is returned. Errors of the file carry its name; an error of emit is returned
// as it is.
func (b *Blocks) Run(ctx context.Context, req Request, decode DecodeFunc, emit Emit) error {
	ctx, cancel := context.WithCancel(ctx)
	r := &run{
		blocks: b, request: req, decode: decode, emit: emit,
		id: req.File.ID(), before: req.Offset, records: req.Records,
		order: make(chan *task, 2*b.limits.Parallelism()),
	}
	defer r.discard()
	defer r.wait.Wait()
	defer cancel()
	r.wait.Go(func() { r.fetch(ctx) })
	return r.emitAll(ctx)
}

// run is one call of Run.
type run struct {
	blocks  *Blocks
	request Request
	decode  DecodeFunc
	emit    Emit
	id      abstract.ObjectID

	wait  sync.WaitGroup
	order chan *task // in the order of the file; fetch closes it

	// Of the emitting goroutine.
	before  int64 // offset of what was emitted last
	records int64 // number of the record before it
}

// task is a block on its way, or the reason why there are no more.
type task struct {
	block Block
	err   error        // of the fetch, io.EOF at the verified end; no block
	done  chan outcome // holds the one answer to a block
}

type outcome struct {
	Decoded
	err error
}

// fetch sends the blocks in file order and starts their decoders.
func (r *run) fetch(ctx context.Context) {
	defer close(r.order)
	for {
		block, err := r.blocks.Next(ctx, r.blocks.rows)
		t := &task{block: block, err: err, done: make(chan outcome, 1)}
		select {
		case r.order <- t:
		case <-ctx.Done():
			if err == nil {
				r.blocks.Recycle(&t.block)
			}
			return
		}
		if err != nil {
			return
		}
		r.wait.Go(func() { r.decodeBlock(ctx, t) })
	}
}

// decodeBlock answers a task. From then on only the rows are reserved.
func (r *run) decodeBlock(ctx context.Context, t *task) {
	var o outcome
	o.err = r.blocks.limits.slot(ctx)
	if o.err == nil {
		o.Decoded, o.err = r.decodeSafely(t.block)
		r.blocks.limits.free()
	}
	r.blocks.keep(&t.block)
	r.blocks.reserve(&t.block, o.Bytes)
	t.done <- o
}

func (r *run) decodeSafely(block Block) (d Decoded, err error) {
	defer recovered("decode", &err)
	return r.decode(r.blocks.limits.allocator(), block)
}

// emitAll emits what fetch sends, to the end.
func (r *run) emitAll(ctx context.Context) error {
	for t := range r.order {
		// A cancelled decoder answers at once, so ctx need not be asked here.
		o := outcome{err: t.err}
		if t.err == nil {
			o = <-t.done
		}
		if err := r.emitOne(ctx, t, o); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
	return r.failed(ctx, errors.New("the blocks ended without an end"))
}

// emitOne emits a task's chunk. It returns io.EOF after the last one.
//
// Invariant 2: the chunk that is Last goes out only for the io.EOF that a
// bucket answers at the verified end, passed on by the decompressor at its own
// end, and not once ctx has ended.
func (r *run) emitOne(ctx context.Context, t *task, o outcome) error {
	if err := ctx.Err(); err != nil || o.err != nil && o.err != io.EOF {
		release(o.Batch)
		return r.failed(ctx, o.err)
	}
	if o.err == io.EOF {
		if err := r.emit(ctx, r.chunk(Decoded{}, r.blocks.offset, true)); err != nil {
			return err
		}
		return io.EOF
	}
	after := t.block.Offset + int64(t.block.length)
	if o.Bad != nil {
		after = o.Bad.Offset
	}
	rows := numRows(o.Batch)
	if rows+o.Rejected > 0 {
		chunk := r.chunk(o.Decoded, after, false)
		r.before = after
		r.records += rows + o.Rejected
		if err := r.emit(ctx, chunk); err != nil {
			return err
		}
	}
	r.blocks.reserve(&t.block, 0)
	if o.Bad != nil {
		return r.failed(ctx, abstract.WithClass(abstract.FileOnly, o.Bad))
	}
	return nil
}

// chunk makes the chunk of the stretch up to that offset.
//
// Invariant 4: every record of the stretch is in Rows or in Rejected.
func (r *run) chunk(d Decoded, after int64, last bool) pusher.Chunk {
	origin := abstract.Origin{
		LedgerID: r.request.LedgerID, Object: r.id,
		Before: r.before, After: after,
		Rows: numRows(d.Batch), Rejected: d.Rejected,
		Bytes: after - r.before, Last: last,
	}
	if d.FirstRejected != nil {
		origin.Reason = d.FirstRejected.describe(r.records + d.FirstRejected.Index + 1)
	}
	return pusher.Chunk{
		FilePath: r.id.String(), Completed: last, Offset: after, Size: d.Bytes,
		Items: []abstract.ChangeItem{{Table: r.request.Table, Batch: d.Batch, Origin: origin}},
	}
}

// failed names the file in an error, and the number of the record at fault.
// Whatever a cancelled read ran into, the cancellation is the reason.
func (r *run) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", r.id, ctx.Err())
	}
	if bad, ok := errors.AsType[*BadRecord](err); ok {
		return FileOnly("%s: %s", r.id, bad.describe(r.records+1))
	}
	return fmt.Errorf("%s: %w", r.id, err)
}

// discard releases what was decoded but not emitted. All goroutines have
// ended.
func (r *run) discard() {
	for t := range r.order {
		if t.err == nil {
			release((<-t.done).Batch)
		}
	}
}

func release(batch arrow.RecordBatch) {
	if batch != nil {
		batch.Release()
	}
}

func numRows(batch arrow.RecordBatch) int64 {
	if batch == nil {
		return 0
	}
	return batch.NumRows()
}

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

// Decoded is what became of the records of a stretch, or of its next part.
type Decoded struct {
	// Batch holds the rows; nil where there are none. The receiver releases it.
	Batch arrow.RecordBatch
	// Bytes is the memory that Batch and Rejects hold.
	Bytes int64
	// Rejected counts the records left out, FirstRejected is the first of them.
	Rejected      int64
	FirstRejected *BadRecord
	// Rejects are all of them, under [Quarantine]; see [Decoded.Keep].
	Rejects []BadRecord
	// Starts is where the records of the rows begin, if [Request.Locate] asks.
	Starts []int64
	// Bad is the record that ended the decoding, if one did. Batch then holds
	// the rows before it.
	Bad *BadRecord
	// New tells that the decoding ended before a record for want of columns. Batch
	// then holds the rows before it.
	New *NewColumnsError
	// Stop, with Bad or New, is the offset after the records before that one, if it
	// is not where that begins.
	Stop int64
	// After is the offset after these records: before the one in Bad, or that of New.
	After int64
	// Covers is how many bytes of the file they stand for; see [abstract.Origin].
	Covers int64
	// More tells that the stretch has another part, to be decoded once this one
	// was emitted.
	More bool
}

// Feed hands out the stretches of a file in its order, for one goroutine.
type Feed interface {
	// Next fetches the next stretch. It answers io.EOF only after the verified
	// end of the file (Invariant 2), and waits for memory only while an earlier
	// stretch holds some (Invariant 6).
	Next(ctx context.Context) (Stretch, error)
	// End is the offset after the last record, once Next has answered io.EOF.
	End() int64
}

// Stretch is whole records of a file, fetched and with memory reserved for
// their rows.
type Stretch interface {
	// Decode makes rows of the next part of the stretch, with buffers of that
	// allocator. Different stretches are decoded concurrently and in any order.
	// After an error or a panic it holds no buffers. What it computes, it
	// computes in a [Limits.Slot]; it may wait for earlier stretches, never for
	// later ones.
	Decode(ctx context.Context, mem memory.Allocator) (Decoded, error)
	// Free gives back what the stretch still has reserved. It is called once,
	// after the last Decode and the emit of its rows.
	Free()
}

// Run reads a file to its end from where the feed begins, and emits its chunks
// as [Format.Read] promises. Stretches are decoded concurrently and emitted in
// order. What was read before an error is emitted before the error is
// returned. Errors of the file carry its name; an error of emit is returned as
// it is.
func Run(ctx context.Context, req Request, feed Feed, emit Emit) error {
	ctx, cancel := context.WithCancel(ctx)
	r := &run{
		feed: feed, request: req, emit: emit,
		id: req.File.ID(), before: req.Offset, records: req.Records,
		order: make(chan *task, 2*req.Limits.Parallelism()),
	}
	defer r.discard()
	defer r.wait.Wait()
	defer cancel()
	r.wait.Go(func() { r.fetch(ctx) })
	return r.emitAll(ctx)
}

// run is one call of Run.
type run struct {
	feed    Feed
	request Request
	emit    Emit
	id      abstract.ObjectID

	wait  sync.WaitGroup
	order chan *task // in the order of the file; fetch closes it

	// Of the emitting goroutine.
	before  int64 // offset of what was emitted last
	records int64 // number of the record before it
}

// task is a stretch on its way, or the reason why there are no more.
type task struct {
	stretch Stretch
	err     error        // of the feed, io.EOF at the verified end; no stretch
	done    chan outcome // holds the answer to a stretch, its first part
}

type outcome struct {
	Decoded
	err error
}

// fetch sends the stretches in file order and starts their decoders.
func (r *run) fetch(ctx context.Context) {
	defer close(r.order)
	for {
		stretch, err := r.next(ctx)
		t := &task{stretch: stretch, err: err, done: make(chan outcome, 1)}
		select {
		case r.order <- t:
		case <-ctx.Done():
			if err == nil {
				stretch.Free()
			}
			return
		}
		if err != nil {
			return
		}
		r.wait.Go(func() { t.done <- r.decode(ctx, t) })
	}
}

func (r *run) next(ctx context.Context) (s Stretch, err error) {
	defer recovered("read", &err)
	return r.feed.Next(ctx)
}

func (r *run) decode(ctx context.Context, t *task) (o outcome) {
	defer recovered("decode", &o.err)
	o.Decoded, o.err = t.stretch.Decode(ctx, r.request.Limits.allocator())
	return o
}

// emitAll emits what fetch sends, to the end.
func (r *run) emitAll(ctx context.Context) error {
	for t := range r.order {
		if t.err != nil {
			return r.end(ctx, t.err)
		}
		// A cancelled decoder answers at once, so ctx need not be asked here.
		o := <-t.done
		for {
			if err := r.emitOne(ctx, o); err != nil {
				t.stretch.Free()
				return err
			}
			if !o.More {
				break
			}
			o = r.decode(ctx, t)
		}
		t.stretch.Free()
	}
	return r.failed(ctx, errors.New("the file ended without an end"))
}

// end emits the last chunk, if err is the end of the file.
//
// Invariant 2: the chunk that is Last goes out only for the io.EOF that the
// feed answers at the verified end, and not once ctx has ended.
func (r *run) end(ctx context.Context, err error) error {
	if err != io.EOF || ctx.Err() != nil {
		return r.failed(ctx, err)
	}
	return r.emit(ctx, r.chunk(Decoded{After: r.feed.End()}, true))
}

// emitOne emits the chunk of some decoded records.
func (r *run) emitOne(ctx context.Context, o outcome) error {
	if ctx.Err() != nil || o.err != nil {
		release(o.Batch)
		return r.failed(ctx, o.err)
	}
	rows := numRows(o.Batch)
	if rows+o.Rejected > 0 {
		chunk := r.chunk(o.Decoded, false)
		r.before = o.After
		r.records += rows + o.Rejected
		if err := r.emit(ctx, chunk); err != nil {
			return err
		}
	}
	if o.Bad != nil {
		o.Bad.Number = r.records + 1
		return r.failed(ctx, abstract.WithClass(abstract.FileOnly, o.Bad))
	}
	if o.New != nil {
		return r.failed(ctx, abstract.WithClass(abstract.FileOnly, o.New))
	}
	return nil
}

// chunk makes the chunk of some decoded records.
//
// Invariant 4: every record of the stretch is in Rows or in Rejected.
func (r *run) chunk(d Decoded, last bool) pusher.Chunk {
	origin := abstract.Origin{
		LedgerID: r.request.LedgerID, Object: r.id,
		Before: r.before, After: d.After,
		Rows: numRows(d.Batch), Rejected: d.Rejected,
		Bytes: d.Covers, Last: last,
	}
	if d.FirstRejected != nil {
		origin.Reason = d.FirstRejected.describe(r.records + d.FirstRejected.Index + 1)
	}
	items := []abstract.ChangeItem{{Table: r.request.Table, Batch: d.Batch, Origin: origin}}
	if len(d.Rejects) > 0 {
		// The counts move to the item that has the records, so that the items
		// add up to the stretch.
		second := abstract.ChangeItem{
			Table: r.request.Rejects, Origin: origin,
			Batch: rejectBatch(r.request.Limits.allocator(), r.id.String(), r.records, d.Rejects),
		}
		second.Origin.Before, second.Origin.Rows, second.Origin.Bytes = origin.After, 0, 0
		items[0].Origin.Rejected, items[0].Origin.Reason = 0, ""
		items = append(items, second)
	}
	return pusher.Chunk{
		FilePath: r.id.String(), Completed: last, Offset: d.After, Size: d.Bytes, Items: items, Starts: d.Starts,
	}
}

// failed names the file in an error, and the number of the record at fault.
// Whatever a cancelled read ran into, the cancellation is the reason.
func (r *run) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", r.id, ctx.Err())
	}
	if bad, ok := errors.AsType[*BadRecord](err); ok && bad.Number == 0 {
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
			t.stretch.Free()
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

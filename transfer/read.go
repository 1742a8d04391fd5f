package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
)

// pushFunc takes a chunk of a file, and with it its items, also if it fails.
type pushFunc func(ctx context.Context, chunk pusher.Chunk) error

// pushError is an error of the target's session. It tells the target's
// failures, met while a file was read, from the file's own.
type pushError struct{ err error }

func (e *pushError) Error() string { return e.err.Error() }
func (e *pushError) Unwrap() error { return e.err }

func isPush(err error) bool {
	_, ok := errors.AsType[*pushError](err)
	return ok
}

// readFile reads a file from where the ledger has it and pushes its chunks, the
// way that iso says if it is not nil. The error is push's, the file's own, or
// ctx's.
func (l *load) readFile(ctx context.Context, j *job, iso *isolation, push pushFunc) error {
	dialect, err := l.dialect(ctx, j)
	if err != nil {
		return err
	}
	text, err := json.Marshal(dialect)
	if err != nil {
		return fmt.Errorf("encode dialect of %s: %w", j.id, err)
	}
	bucket := &countingBucket{Bucket: j.file.Bucket, all: &l.stats.bytesRead, file: &j.fetched}
	r := &reading{load: l, push: push, job: j, dialect: text, rejected: j.entry.Rejected, records: j.entry.Rows + j.entry.Rejected}
	request := reader.Request{
		File:            reader.File{Bucket: bucket, Info: j.file.Info},
		Dialect:         dialect,
		ProtoDescriptor: l.cfg.Hints.ProtoDescriptor,
		Table:           l.cfg.Table,
		LedgerID:        j.entry.ID,
		Offset:          j.entry.Offset,
		Records:         r.records,
		OnBadRow:        l.cfg.OnBadRow,
		Rejects:         l.rejects,
		Limits:          l.cfg.Limits,
	}
	if err := l.fit(ctx, j, &request); err != nil {
		return fmt.Errorf("%s: %w", j.id, err)
	}
	r.schema = request.Schema
	if !j.entry.Started() {
		r.opening = &abstract.Opening{Schema: r.schema, Dialect: text}
	}
	if iso != nil {
		iso.begin(&request)
	}
	err = j.format.Read(ctx, request, r.emit)
	if err == nil {
		bucket.settle(j.file.Info.Size)
	}
	return err
}

// dialect is how the file is to be read: as the ledger has it if some of the
// file is loaded, else as its beginning says.
func (l *load) dialect(ctx context.Context, j *job) (reader.Dialect, error) {
	var dialect reader.Dialect
	if !j.entry.Started() {
		sample, err := l.beginning(ctx, j)
		if err != nil {
			return dialect, err
		}
		return sample.Dialect, nil
	}
	if err := json.Unmarshal(j.entry.Dialect, &dialect); err != nil {
		return dialect, abstract.WithClass(abstract.FileOnly, fmt.Errorf("read the dialect that the ledger has for %s: %w", j.id, err))
	}
	if err := l.cfg.Hints.CheckEncoding(dialect); err != nil {
		return dialect, fmt.Errorf("%s: %w: run 'sluice replay %s', then load again", j.id, err, j.id)
	}
	table := l.columns.now.Load()
	if !table.has(j.entry.Schema) { // another process may have added columns, and begun the file
		var err error
		if table, err = l.relook(ctx); err != nil {
			return dialect, err
		}
	}
	if !table.has(j.entry.Schema) {
		return dialect, abstract.WithClass(abstract.FileOnly, fmt.Errorf(
			"the columns of table %q changed since loading of this file began: run 'sluice forget %s', then load again", l.cfg.Table, j.id))
	}
	return dialect, nil
}

// reading is one pass over a file.
type reading struct {
	*load
	push    pushFunc
	job     *job
	schema  abstract.Schema // of the batches
	dialect json.RawMessage
	opening *abstract.Opening // to go with the first item, then nil

	records, rejected int64 // of the file so far, earlier runs included
}

// emit takes a chunk from the reader, which waits for it.
func (r *reading) emit(ctx context.Context, chunk pusher.Chunk) error {
	for i := range chunk.Items {
		origin := &chunk.Items[i].Origin
		r.records += origin.Rows + origin.Rejected
		r.rejected += origin.Rejected
		origin.Opening, r.opening = r.opening, nil
		origin.Replaces = r.job.replaces
		if origin.Last && r.records == 0 {
			origin.Reason = "the file has no records"
		}
	}
	if err := r.checkBadRows(chunk.Completed); err != nil {
		abstract.ReleaseAll(chunk.Items)
		return err
	}
	after := chunk.Items[len(chunk.Items)-1].Origin.After
	if err := r.push(ctx, chunk); err != nil {
		return err
	}
	if r.ledger == nil {
		r.remember(after)
	}
	return nil
}

// remember keeps the position of a file in memory where no ledger does, so
// that a second try in the same run does not push its rows again.
func (r *reading) remember(after int64) {
	e := &r.job.entry
	e.Offset, e.Rejected, e.Rows = after, r.rejected, r.records-r.rejected
	e.Schema, e.Dialect = r.schema, r.dialect
}

// checkBadRows fails the file once it has more bad records than are allowed.
// A share is judged at the end, and before that only once enough records were
// read to make it meaningful.
func (r *reading) checkBadRows(atEnd bool) error {
	const meaningful = 100_000
	limit := r.cfg.MaxBadRows
	if !limit.Exceeded(r.rejected, r.records, atEnd || r.records >= meaningful) {
		return nil
	}
	return abstract.WithClass(abstract.FileOnly, fmt.Errorf(
		"%d of %d records are bad, and --max-bad-rows allows %s", r.rejected, r.records, limit))
}

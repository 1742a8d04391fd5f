package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/postgres/internal/pgcopy"
)

// buffer is encoded rows of one table.
type buffer struct {
	sink  *sink
	bytes []byte
	rows  int64
	parts []part
}

// part is where rows of a buffer come from: from is the row of the buffer at
// which they begin, skipped is how many rows of the item went before.
type part struct {
	origin        abstract.Origin
	from, skipped int64
}

// encode encodes an item's rows and sends what fills a buffer. The item
// remains the caller's. It waits while all of the lane's buffers are in use.
func (t *txn) encode(sink *sink, item abstract.ChangeItem) (err error) {
	t.turnTo(sink)
	sink.encoder.Load(item.Batch, item.Origin.LedgerID)
	defer sink.encoder.Unload()
	limit := t.target.options.copyBytes()
	for row, rows := 0, int(item.NumRows()); row < rows; {
		b, err := t.fill(sink)
		if err != nil {
			return err
		}
		b.parts = append(b.parts, part{item.Origin, b.rows, int64(row)})
		before := len(b.bytes)
		for ; row < rows && len(b.bytes) < limit; row++ {
			if b.bytes, err = sink.encoder.AppendRow(b.bytes, row); err != nil {
				return fmt.Errorf("copy into table %q: %w", sink.name, &target.RefusedRow{Origin: item.Origin, Row: int64(row), Err: err})
			}
			b.rows++
		}
		t.bytes += int64(len(b.bytes) - before)
		if len(b.bytes) >= limit {
			t.send()
		}
	}
	t.rows += item.NumRows()
	return nil
}

// turnTo makes the buffer that of another table, if it is not. The one that
// was being filled is put aside: rejected records come one or a few at a time
// among many rows, and a COPY for each would cost more than all the rows.
func (t *txn) turnTo(sink *sink) {
	if t.buffer == nil || t.buffer.sink == sink {
		return
	}
	if t.aside != nil && t.aside.sink != sink {
		t.send()
		return
	}
	t.buffer, t.aside = t.aside, t.buffer
}

// fill returns the buffer to be filled.
func (t *txn) fill(sink *sink) (*buffer, error) {
	if t.buffer == nil && t.aside != nil && t.aside.sink == sink {
		t.buffer, t.aside = t.aside, nil
	}
	if t.buffer != nil {
		return t.buffer, nil
	}
	select {
	case b := <-t.lane.free:
		b.sink, b.bytes, b.rows, b.parts = sink, b.bytes[:0], 0, b.parts[:0]
		t.buffer = b
		return b, nil
	case <-t.done:
		return nil, t.err
	}
}

// send hands on the buffer that was filled, if there is one.
func (t *txn) send() {
	if t.buffer != nil {
		t.work <- task{buffer: t.buffer}
		t.buffer = nil
	}
}

// sendAll hands on all that was filled.
func (t *txn) sendAll() {
	t.send()
	t.buffer, t.aside = t.aside, nil
	t.send()
}

// release gives a buffer back to its lane. One huge row must not hold its
// memory for ever.
func (t *txn) release(b *buffer) {
	if cap(b.bytes) > 4*t.target.options.copyBytes() {
		b = &buffer{}
	}
	t.lane.free <- b
}

// copy runs a COPY of the rows of some buffers, all of one table.
func (t *Target) copy(ctx context.Context, conn *pgx.Conn, list []*buffer) error {
	var rows int64
	size, sink := 0, list[0].sink
	readers := []io.Reader{strings.NewReader(pgcopy.Header)}
	for _, b := range list {
		readers = append(readers, bytes.NewReader(b.bytes))
		size, rows = size+len(b.bytes), rows+b.rows
	}
	readers = append(readers, strings.NewReader(pgcopy.Trailer))
	limited, cancel := context.WithTimeout(ctx, t.timeouts.patience(size))
	defer cancel()
	tag, err := conn.PgConn().CopyFrom(limited, io.MultiReader(readers...), sink.copySQL)
	if err != nil {
		return locate(list, t.ended(ctx, err))
	}
	if stored := tag.RowsAffected(); stored != rows {
		return fmt.Errorf("copy into table %q: the server stored %d of %d rows: a trigger of the table leaves rows out, "+
			"and they could not be accounted for", sink.name, stored, rows)
	}
	return nil
}

// line finds the number of a COPY's row in the context of a server's error.
var line = regexp.MustCompile(`(?m)^COPY .*, line (\d+)(?:, column .*)?$`)

// locate names the row that an error of a COPY is about, where the server
// tells.
func locate(list []*buffer, err error) error {
	return fmt.Errorf("copy into table %q: %w", list[0].sink.name, refused(list, err))
}

func refused(list []*buffer, err error) error {
	e, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	match := line.FindStringSubmatch(e.Where)
	if match == nil {
		return err
	}
	number, _ := strconv.ParseInt(match[1], 10, 64)
	for _, b := range list {
		if number > b.rows {
			number -= b.rows
			continue
		}
		for _, p := range slices.Backward(b.parts) {
			if p.from < number {
				return &target.RefusedRow{Origin: p.origin, Row: number - 1 - p.from + p.skipped, Err: err}
			}
		}
	}
	return err
}

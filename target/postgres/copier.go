package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/postgres/internal/pgcopy"
)

// copier encodes rows into one buffer while another is sent. While something
// is sent, nobody else may use the connection: see wait.
type copier struct {
	target *Target
	buffer *buffer     // being filled, nil if there is nothing in it
	parked []*buffer   // of other tables, not full, at most one of each
	spare  *buffer     // to be filled next, nil if it is yet to be made
	sent   chan result // has room for one; not nil while a buffer is sent
}

// buffer is the rows of one COPY.
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

// result is what became of a buffer.
type result struct {
	buffer *buffer
	err    error
}

// add encodes an item's rows and sends what has gathered. The item remains the
// caller's. It returns how many bytes were encoded.
func (c *copier) add(ctx context.Context, conn *pgx.Conn, sink *sink, item abstract.ChangeItem) (total int64, err error) {
	c.turnTo(sink)
	sink.encoder.Load(item.Batch, item.Origin.LedgerID)
	defer sink.encoder.Unload()
	limit := c.target.options.copyBytes()
	for row, rows := 0, int(item.NumRows()); row < rows; {
		b := c.begin(sink)
		b.parts = append(b.parts, part{item.Origin, b.rows, int64(row)})
		before := len(b.bytes)
		for ; row < rows && len(b.bytes) < limit; row++ {
			if b.bytes, err = sink.encoder.AppendRow(b.bytes, row); err != nil {
				return total, fmt.Errorf("copy into table %q: %w", sink.name, &target.RefusedRow{Origin: item.Origin, Row: int64(row), Err: err})
			}
			b.rows++
		}
		total += int64(len(b.bytes) - before)
		if len(b.bytes) >= limit {
			if err := c.send(ctx, conn); err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// turnTo makes the buffer that of another table, if it is not. The one that
// was being filled is kept: rejected records come one or a few at a time among
// many rows, and a COPY for each would cost more than all the rows.
func (c *copier) turnTo(sink *sink) {
	if c.buffer == nil || c.buffer.sink != sink {
		if c.buffer != nil {
			c.parked = append(c.parked, c.buffer)
		}
		c.buffer = nil
		if i := slices.IndexFunc(c.parked, func(b *buffer) bool { return b.sink == sink }); i >= 0 {
			c.buffer = c.parked[i]
			c.parked = slices.Delete(c.parked, i, i+1)
		}
	}
}

// begin returns the buffer to be filled.
func (c *copier) begin(sink *sink) *buffer {
	if c.buffer == nil {
		c.buffer, c.spare = c.spare, nil
		if c.buffer == nil {
			c.buffer = &buffer{}
		}
		c.buffer.sink = sink
		c.buffer.bytes = append(c.buffer.bytes[:0], pgcopy.Header...)
		c.buffer.rows, c.buffer.parts = 0, c.buffer.parts[:0]
	}
	return c.buffer
}

// send begins to send the buffer, once the one before has arrived.
func (c *copier) send(ctx context.Context, conn *pgx.Conn) error {
	if err := c.wait(); err != nil {
		return err
	}
	b := c.buffer
	if b == nil {
		return nil
	}
	c.buffer = nil
	b.bytes = append(b.bytes, pgcopy.Trailer...)
	c.sent = make(chan result, 1)
	go func() { c.sent <- result{b, c.target.copy(ctx, conn, b)} }()
	return nil
}

// flush sends what is left and waits until it has arrived.
func (c *copier) flush(ctx context.Context, conn *pgx.Conn) error {
	for {
		if err := c.send(ctx, conn); err != nil {
			return err
		}
		if len(c.parked) == 0 {
			return c.wait()
		}
		c.buffer = c.parked[0]
		c.parked = slices.Delete(c.parked, 0, 1)
	}
}

// wait waits until nothing is sent any more, and tells what became of it.
func (c *copier) wait() error {
	if c.sent == nil {
		return nil
	}
	done := <-c.sent
	c.sent = nil
	// When the connection breaks, pgx 5.12 returns from CopyFrom while its
	// goroutine may still read the buffer: that one is left alone. And one huge
	// row must not hold its memory for ever.
	if done.err == nil && cap(done.buffer.bytes) <= 4*c.target.options.copyBytes() {
		c.spare = done.buffer
	}
	return done.err
}

// reset drops what was not sent, and waits for what is.
func (c *copier) reset() {
	_ = c.wait() // it is undone, whatever became of it
	c.buffer, c.parked = nil, nil
}

// copy runs the COPY of a buffer.
func (t *Target) copy(ctx context.Context, conn *pgx.Conn, b *buffer) error {
	limited, cancel := context.WithTimeout(ctx, t.timeouts.patience(len(b.bytes)))
	defer cancel()
	tag, err := conn.PgConn().CopyFrom(limited, bytes.NewReader(b.bytes), b.sink.copySQL)
	if err != nil {
		return b.locate(t.ended(ctx, err))
	}
	if stored := tag.RowsAffected(); stored != b.rows {
		return fmt.Errorf("copy into table %q: the server stored %d of %d rows: a trigger of the table leaves rows out, "+
			"and they could not be accounted for", b.sink.name, stored, b.rows)
	}
	return nil
}

// line finds the number of a COPY's row in the context of a server's error.
var line = regexp.MustCompile(`(?m)^COPY .*, line (\d+)(?:, column .*)?$`)

// locate names the row that an error is about, where the server tells.
func (b *buffer) locate(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if match := line.FindStringSubmatch(e.Where); match != nil {
			number, _ := strconv.ParseInt(match[1], 10, 64)
			for _, p := range slices.Backward(b.parts) {
				if p.from < number {
					err = &target.RefusedRow{Origin: p.origin, Row: number - 1 - p.from + p.skipped, Err: err}
					break
				}
			}
		}
	}
	return fmt.Errorf("copy into table %q: %w", b.sink.name, err)
}

package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// A transaction is committed when it holds this many rows or encoded bytes, or
// when something is pushed and it is this old.
const (
	commitRows  = 1_000_000
	commitBytes = 64 << 20
	commitAfter = 2 * time.Second
)

// session is a connection and at most one open transaction.
type session struct {
	ctx       context.Context
	target    *Target
	committed func([]ledger.Progress)
	conn      *pgx.Conn // nil before the first use, and once it was lost
	sinks     map[string]*sink
	copier    copier
	txn       *txn // nil between transactions
	pushed    time.Time
	closed    bool
}

// txn is an open transaction.
type txn struct {
	conn        *pgx.Conn
	begun       time.Time
	locked      map[string]bool // the tables that were locked and described in it
	progress    ledger.Batch
	rows, bytes int64
	whole       whole
}

// Session implements [target.Target]. It connects when it is first used.
func (t *Target) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	return &session{
		ctx: ctx, target: t, committed: cfg.Committed, sinks: map[string]*sink{}, copier: copier{target: t}, pushed: time.Now(),
	}, nil
}

// usable returns why the session cannot go on.
func (s *session) usable() error {
	if s.closed {
		return errSessionClosed
	}
	return s.ctx.Err()
}

// Push implements [target.Session].
func (s *session) Push(items []abstract.ChangeItem) error {
	defer abstract.ReleaseAll(items)
	if err := s.usable(); err != nil {
		return s.abort(err)
	}
	for _, item := range items {
		if item.Origin.LedgerID <= 0 {
			return s.abort(fmt.Errorf("%s has ledger id %d: register it in the ledger first", item.Origin.Object, item.Origin.LedgerID))
		}
	}
	// Where pushes are rare a transaction must not stay open from one to the
	// next: the server ends one in which nothing happens.
	rare := time.Since(s.pushed) >= s.target.timeouts.idle/2
	for _, item := range items {
		if err := s.add(item); err != nil {
			return s.abort(err)
		}
	}
	s.pushed = time.Now()
	if t := s.txn; t != nil && t.whole.id == 0 && (t.whole.ended || rare || t.rows >= commitRows || t.bytes >= commitBytes || time.Since(t.begun) >= commitAfter) {
		return s.commit()
	}
	return nil
}

// add takes one item into the transaction. The item remains the caller's.
func (s *session) add(item abstract.ChangeItem) error {
	begins := s.txn.begins(item.Origin)
	if begins && s.txn != nil && s.txn.whole.id == 0 {
		if err := s.commit(); err != nil { // what it has is not to wait for the object's end
			return err
		}
	}
	if s.txn == nil {
		conn, err := s.target.begin(s.ctx, s.conn)
		if s.conn = conn; err != nil {
			return err
		}
		s.txn = &txn{conn: conn, begun: time.Now(), locked: map[string]bool{}}
	}
	if err := s.txn.admits(item.Origin); err != nil {
		return err
	}
	if err := s.replace(item); err != nil {
		return err
	}
	if item.Batch != nil {
		if err := s.encode(item); err != nil {
			return err
		}
	}
	if err := s.txn.progress.Add(item.Origin); err != nil {
		return err
	}
	s.txn.note(item.Origin, begins)
	return nil
}

// encode hands an item's rows to the copier.
func (s *session) encode(item abstract.ChangeItem) error {
	if !s.txn.locked[item.Table] {
		if err := s.copier.wait(); err != nil { // the connection is needed
			return err
		}
	}
	sink, err := s.sink(s.ctx, item.Table)
	if err != nil {
		return err
	}
	if !sink.schema.Equal(item.Batch.Schema()) {
		return fmt.Errorf("batch for table %q does not have the table's columns: it has %v, the table %v",
			item.Table, item.Batch.Schema(), sink.schema)
	}
	n, err := s.copier.add(s.ctx, s.txn.conn, sink, item)
	s.txn.bytes += n
	s.txn.rows += item.NumRows()
	return err
}

// Flush implements [target.Session]. What there is of an object that replaces
// others, but not to its end, is alone in its transaction, and is undone.
func (s *session) Flush() error {
	if err := s.usable(); err != nil {
		return s.abort(err)
	}
	return s.commit()
}

// Close implements [target.Session].
func (s *session) Close() error {
	_ = s.abort(errSessionClosed)
	s.closed = true
	if s.conn != nil {
		s.target.discard(s.conn)
		s.conn = nil
	}
	return nil
}

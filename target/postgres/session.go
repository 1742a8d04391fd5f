package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// A transaction is committed when it holds this many rows or encoded bytes, or
// when something is pushed and it is this old. It is committed earlier if
// there is a lane to go on with meanwhile: see Options.Transaction.
const (
	commitRows  = 1_000_000
	commitBytes = 64 << 20
	commitAfter = 2 * time.Second
)

// session is a pipeline of transactions: one is filled by the pushes, and
// those that are full are stored and committed, in their order, by goroutines
// of their own.
type session struct {
	ctx       context.Context
	target    *Target
	committed func([]ledger.Progress)
	own       chan *lane // the session's lane when it has no transaction
	following *lane      // taken to go on with, nil if none is
	sinks     map[string]*sink
	open      *txn   // takes the pushes, nil between transactions
	flying    []*txn // handed over or given up, the oldest first
	undone    error  // why the first transaction that was undone was
	pushed    time.Time
	closed    bool
}

// Session implements [target.Target]. It connects when it is first used.
func (t *Target) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	s := &session{
		ctx: ctx, target: t, committed: cfg.Committed, own: make(chan *lane, 1), sinks: map[string]*sink{}, pushed: time.Now(),
	}
	s.own <- newLane(s.own, ownBuffers)
	return s, nil
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
	if t := s.open; t != nil && t.whole.id == 0 && (t.whole.ended || rare || s.full()) {
		s.handOver()
		if t.serial { // nothing is gained by going on meanwhile, and the caller hears of it at once
			if err := s.settleAll(); err != nil {
				return s.abort(err)
			}
		}
	}
	if err := s.reap(); err != nil {
		return s.abort(err)
	}
	return nil
}

// full tells whether the open transaction is to be committed.
func (s *session) full() bool {
	t := s.open
	if t.rows >= commitRows || t.bytes >= commitBytes || time.Since(t.begun) >= commitAfter {
		return true
	}
	if t.serial || t.bytes < s.target.options.handOver() {
		return false
	}
	if s.following == nil {
		s.following = s.takeLane()
	}
	return s.following != nil
}

// add takes one item into the transaction. The item remains the caller's.
func (s *session) add(item abstract.ChangeItem) error {
	begins := s.open.begins(item.Origin)
	if begins && s.open != nil && s.open.whole.id == 0 {
		s.handOver() // what it has is not to wait for the object's end
	}
	if s.open == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	if err := s.open.admits(item.Origin); err != nil {
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
	if err := s.open.progress.Add(item.Origin); err != nil {
		return err
	}
	s.open.note(item.Origin, begins)
	return nil
}

// encode encodes an item's rows.
func (s *session) encode(item abstract.ChangeItem) error {
	sink, err := s.sink(item.Table)
	if err != nil {
		return err
	}
	if err := target.CheckBatch(item.Table, item.Batch, sink.schema); err != nil {
		return err
	}
	item.Batch.Retain() // the item remains the caller's
	item.Batch = target.Widen(item.Batch, sink.schema)
	defer item.Batch.Release()
	return s.open.encode(sink, item)
}

// Flush implements [target.Session]. What there is of an object that replaces
// others, but not to its end, is alone in its transaction, and is undone.
func (s *session) Flush() error {
	if err := s.usable(); err != nil {
		return s.abort(err)
	}
	switch t := s.open; {
	case t == nil:
	case t.whole.id != 0:
		t.giveUp(errUnfinished)
		_ = t.settle()
		s.open = nil
	default:
		s.handOver()
	}
	if err := s.settleAll(); err != nil {
		return s.abort(err)
	}
	s.leave()
	return nil
}

// Close implements [target.Session].
func (s *session) Close() error {
	for _, t := range s.flying {
		t.giveUp(errSessionClosed)
	}
	_ = s.abort(errSessionClosed)
	if s.closed {
		return nil
	}
	s.closed = true
	if own := <-s.own; own.conn != nil {
		s.target.discard(own.conn)
	}
	return nil
}

//go:build cgo

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// A transaction is committed when it holds this many rows, or this many
// buffers' worth of bytes, or is this old when something is pushed. Eight of
// DuckDB's row groups are where its insert rate levels off. The bytes are for
// rows so long that DuckDB must put those aside in its temporary files: a row
// group that a commit has left unfilled is compressed anew by those that follow,
// so that a few of long rows should fit as well.
const (
	commitRows    = 8 * rowGroup
	commitBuffers = 8
	commitAfter   = 2 * time.Second
)

var (
	errSessionClosed = errors.New("the session is closed")
	errTargetClosed  = errors.New("the target is closed")
)

// writer is the one transaction at a time that all sessions share.
type writer struct {
	ledger    *ledger.Store
	options   Options
	main      string // the database that is the file
	commitSQL string // COMMIT; a test puts one here that goes wrong

	mu     sync.Mutex // guards conn and everything below
	conn   *sql.Conn
	tables map[string]*sink
	views  int   // made for them so far
	widest int   // columns of the widest of them
	room   int64 // memory for rows deleted, see makeRoom
	txn    *txn  // nil between transactions
	closed bool
}

// push takes items into the transaction. It owns them.
func (w *writer) push(ctx context.Context, s *session, items []abstract.ChangeItem) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	// Before anything else: an error of the wait leaves nothing behind.
	if err := w.await(ctx, s); err != nil {
		abstract.ReleaseAll(items)
		return err
	}
	if err := w.ready(ctx, s, items); err != nil {
		abstract.ReleaseAll(items)
		return err
	}
	for i, item := range items {
		if err := w.add(ctx, s, item); err != nil {
			abstract.ReleaseAll(items[i+1:])
			if told := w.undo(s, err); told != nil {
				return told
			}
			return &target.RollbackError{Cause: err}
		}
	}
	if w.txn != nil && w.due() {
		w.commit(ctx)
	}
	return s.takeError()
}

// due tells whether the open transaction is large or old enough to be
// committed.
func (w *writer) due() bool {
	t := w.txn
	if t.whole != nil {
		return false
	}
	return t.full || t.rows >= commitRows || t.total >= commitBuffers*w.options.Buffer || time.Since(t.begun) >= commitAfter
}

// ready prepares everything that pushing the items needs, before any of them
// is touched, so that an item that cannot be pushed harms no other session.
//
// REQUIRES: w.mu held, as for all methods below.
func (w *writer) ready(ctx context.Context, s *session, items []abstract.ChangeItem) error {
	if err := s.usable(); err != nil {
		return err
	}
	if t := w.txn; t != nil && !t.admits(s) {
		w.commit(context.WithoutCancel(ctx))
	}
	for _, item := range items {
		if err := w.check(ctx, item); err != nil {
			if told := w.undo(s, err); told != nil {
				return told
			}
			return err
		}
	}
	return s.takeError()
}

// undo undoes what the session has in the transaction, since a push that
// fails must leave nothing behind that might still become durable. It returns
// what the session is to be told, nil if there was nothing to undo.
func (w *writer) undo(s *session, cause error) error {
	if t := w.txn; t != nil && t.sessions[s] != nil {
		w.abort(cause)
	}
	return s.takeError()
}

// add takes one item, which it owns, and for which w is ready.
func (w *writer) add(ctx context.Context, s *session, item abstract.ChangeItem) error {
	begins := w.txn.begins(item.Origin)
	if begins && w.txn != nil && w.txn.whole == nil {
		w.commit(context.WithoutCancel(ctx)) // what it has is not to wait for the object's end
		if s.failed != nil {
			item.Release()
			return s.failed
		}
	}
	if err := w.txn.fits(item.Origin); err != nil {
		item.Release()
		return err
	}
	if item.Batch != nil {
		item.Batch = target.Widen(item.Batch, w.tables[item.Table].schema)
	}
	size := item.Size()
	if t := w.txn; t != nil && len(t.parts) > 0 && t.bytes+size > w.options.Buffer {
		if err := w.insert(ctx, false); err != nil {
			item.Release()
			known := t.causeFor(s, err)
			w.abort(err)
			return known
		}
	}
	if w.txn == nil {
		if err := w.exec(ctx, "BEGIN"); err != nil {
			item.Release()
			return err
		}
		w.txn = newTxn(s)
	}
	origin := item.Origin
	if err := w.txn.take(s, item, size); err != nil {
		return err
	}
	w.txn.note(s, origin, begins)
	return w.pump(ctx, s)
}

// close undoes what is not committed. Sessions get an error from then on.
func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	if w.txn != nil {
		w.abort(errTargetClosed)
	}
	return w.conn.Close()
}

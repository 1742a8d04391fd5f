//go:build cgo

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// A transaction is committed when it holds this many rows, or is this old
// when something is pushed. Eight of DuckDB's row groups (122,880 rows) are
// where its insert rate levels off.
const (
	commitRows  = 8 * 122_880
	commitAfter = 2 * time.Second
)

// writer is the one transaction at a time that all sessions share.
type writer struct {
	ledger *ledger.Store
	buffer int64 // bytes that may be held before they are inserted

	mu     sync.Mutex // guards conn and everything below
	conn   *sql.Conn
	tables map[string]*sink
	txn    *txn // nil between transactions
}

// txn is an open transaction.
type txn struct {
	begun    time.Time
	rows     int64
	progress ledger.Batch
	sessions map[*session]*ledger.Batch // what each session has in it

	items []abstract.ChangeItem // not yet inserted, all of one table
	bytes int64                 // of items
}

// push takes items into the transaction. It owns them.
func (w *writer) push(ctx context.Context, s *session, items []abstract.ChangeItem) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := s.takeError(); err != nil {
		abstract.ReleaseAll(items)
		return err
	}
	for i, item := range items {
		if err := w.add(ctx, s, item); err != nil {
			abstract.ReleaseAll(items[i+1:])
			if w.txn != nil {
				err = w.abort(err)
			}
			s.failed = nil
			return err
		}
	}
	if w.txn.rows >= commitRows || time.Since(w.txn.begun) >= commitAfter {
		if err := w.commit(ctx); err != nil {
			s.failed = nil
			return err
		}
	}
	return nil
}

// add takes one item, which it owns.
//
// REQUIRES: w.mu held, as for all methods below.
func (w *writer) add(ctx context.Context, s *session, item abstract.ChangeItem) error {
	size, err := w.check(ctx, item)
	if err != nil {
		item.Release()
		return err
	}
	if t := w.txn; t != nil && len(t.items) > 0 && (t.items[0].Table != item.Table || t.bytes+size > w.buffer) {
		if err := w.insert(ctx); err != nil {
			item.Release()
			return err
		}
	}
	if w.txn == nil {
		if err := w.exec(ctx, "BEGIN"); err != nil {
			item.Release()
			return err
		}
		w.txn = &txn{begun: time.Now(), sessions: map[*session]*ledger.Batch{}}
	}
	t := w.txn
	if t.sessions[s] == nil {
		t.sessions[s] = &ledger.Batch{}
	}
	t.items = append(t.items, item)
	t.bytes += size
	t.rows += item.NumRows()
	if err := t.progress.Add(item.Origin); err != nil {
		return err
	}
	return t.sessions[s].Add(item.Origin)
}

// insert hands the buffered items to DuckDB.
func (w *writer) insert(ctx context.Context) error {
	t := w.txn
	items := t.items
	t.items, t.bytes = nil, 0
	if len(items) == 0 {
		return nil
	}
	sink := w.tables[items[0].Table]
	sink.feed.load(items)
	defer sink.feed.unload()
	if err := w.exec(ctx, sink.insert); err != nil {
		return fmt.Errorf("insert into %s: %w", items[0].Table, err)
	}
	return nil
}

// commit ends the transaction: rows, then progress, then COMMIT.
//
// Invariant 1: the progress of every object in the transaction is recorded in
// it, as its last statements, and must find each object where the rows begin.
func (w *writer) commit(ctx context.Context) error {
	t := w.txn
	if t == nil {
		return nil
	}
	if err := w.insert(ctx); err != nil {
		return w.abort(err)
	}
	progress := t.progress.Sorted()
	for _, p := range progress {
		if err := w.ledger.Advance(ctx, tx{w.conn}, p); err != nil {
			return w.abort(err)
		}
	}
	if err := w.exec(ctx, "COMMIT"); err != nil {
		if committed, checkErr := w.resolve(ctx, progress); checkErr != nil || !committed {
			return w.abort(errors.Join(fmt.Errorf("commit: %w", err), checkErr))
		}
	}
	w.txn = nil
	for s, batch := range t.sessions {
		if s.committed != nil {
			s.committed(batch.Sorted())
		}
	}
	return nil
}

// resolve asks the ledger whether a COMMIT that answered with an error took
// effect: every object stands where the transaction left it, or none does.
func (w *writer) resolve(ctx context.Context, progress []ledger.Progress) (committed bool, err error) {
	w.rollback()
	for _, p := range progress {
		at, err := w.ledger.PositionIn(ctx, tx{w.conn}, p.ID)
		if err != nil {
			return false, fmt.Errorf("read ledger after a failed commit: %w", err)
		}
		if at.Offset != p.After || at.Done != p.Done {
			return false, nil
		}
	}
	return true, nil
}

// abort rolls the transaction back and tells every session that had
// something in it. It returns what the calling session is to return.
func (w *writer) abort(cause error) error {
	t := w.txn
	w.txn = nil
	w.rollback()
	abstract.ReleaseAll(t.items)
	err := &target.RollbackError{Cause: cause}
	for s := range t.sessions {
		s.failed = err
	}
	return err
}

// rollback ends the connection's transaction, if it has one. It does not
// take a context: it must also work after the caller's has ended.
func (w *writer) rollback() {
	// An error says that there was no transaction any more, which is what
	// was wanted, or that the connection is broken, which the next
	// statement will report.
	_ = w.exec(context.Background(), "ROLLBACK")
}

func (w *writer) exec(ctx context.Context, query string, args ...any) error {
	_, err := w.conn.ExecContext(ctx, query, args...)
	return classify(err)
}

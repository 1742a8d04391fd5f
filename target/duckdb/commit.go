//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// insert hands the buffered items to DuckDB.
func (w *writer) insert(ctx context.Context) error {
	items := w.txn.takeItems()
	if len(items) == 0 {
		return nil
	}
	if err := w.deleteReplaced(w.txn.context(ctx), items); err != nil {
		abstract.ReleaseAll(items)
		return classifyRows(err)
	}
	sink := w.tables[items[0].Table]
	sink.feed.load(items)
	defer sink.feed.unload()
	if _, err := w.conn.ExecContext(w.txn.context(ctx), sink.insert); err != nil {
		return fmt.Errorf("insert into table %q: %w", items[0].Table, classifyRows(err))
	}
	return nil
}

// commit ends the transaction, if there is one: rows, then progress, then
// COMMIT. If it fails, every session with a part in it is told.
//
// Invariant 1: the progress of every object in the transaction is recorded in
// it, as its last statement, and must find each object where the rows begin.
func (w *writer) commit(ctx context.Context) {
	t := w.txn
	if t == nil {
		return
	}
	if t.whole != nil { // a caller that did not wait
		w.abort(errors.New("it was to be committed in the middle of an object that replaces others"))
		return
	}
	if err := w.insert(ctx); err != nil {
		w.abort(err)
		return
	}
	progress := t.progress.Sorted()
	if err := w.ledger.Advance(t.context(ctx), tx{w.conn}, progress); err != nil {
		w.abort(err)
		return
	}
	// COMMIT is not interrupted: that would only make its outcome uncertain.
	if err := w.exec(context.WithoutCancel(ctx), w.commitSQL); err != nil {
		err = fmt.Errorf("commit: %w", err)
		committed, checkErr := w.resolve(ctx, progress)
		switch {
		case fatal(checkErr): // which says the same once more
			w.abandon(fmt.Errorf("%w; whether it took effect is not known before the next load", err))
			return
		case checkErr != nil:
			w.abandon(fmt.Errorf("%w; whether it took effect is not known, as the ledger cannot be read: %w", err, checkErr))
			return
		case !committed:
			w.abort(err)
			return
		}
	}
	w.txn = nil
	w.giveBack(ctx)
	for s, batch := range t.sessions {
		if s.committed != nil {
			s.committed(batch.Sorted())
		}
	}
}

// resolve asks the ledger whether a COMMIT that answered with an error took
// effect: every object stands where the transaction left it, or none does.
func (w *writer) resolve(ctx context.Context, progress []ledger.Progress) (committed bool, err error) {
	w.rollback()
	for _, p := range progress {
		at, err := w.ledger.PositionIn(context.WithoutCancel(ctx), tx{w.conn}, p.ID)
		if err != nil {
			return false, err
		}
		if at.Offset != p.After || at.Done != p.Done {
			return false, nil
		}
	}
	return true, nil
}

// abort rolls the transaction back and tells every session that had
// something in it.
func (w *writer) abort(cause error) {
	t := w.txn
	w.drop(func(s *session) error { return &target.RollbackError{Cause: t.causeFor(s, cause)} })
}

// abandon gives the transaction up when it cannot be known whether it was
// committed.
func (w *writer) abandon(err error) {
	w.drop(func(*session) error { return err })
}

func (w *writer) drop(told func(*session) error) {
	t := w.txn
	w.txn = nil
	t.endWhole()
	w.rollback()
	w.giveBack(context.Background())
	abstract.ReleaseAll(t.takeItems())
	for s := range t.sessions {
		s.failed = told(s)
		s.alone = true
	}
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

//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// insert hands what is buffered to DuckDB: all of it, or only what fills whole
// row groups of all threads, if there is that much.
func (w *writer) insert(ctx context.Context, all bool) error {
	if err := w.endStream(ctx); err != nil {
		return err
	}
	tables := byTable(w.txn.takeParts())
	for i, parts := range tables {
		now, later := parts, []part(nil)
		if step := int64(w.options.Threads) * rowGroup; !all && count(parts) > step {
			now, later = cut(parts, count(parts)/step*step)
			release(parts)
		}
		w.txn.keep(later)
		if err := w.insertInto(ctx, now); err != nil {
			for _, rest := range tables[i+1:] {
				release(rest)
			}
			return err
		}
	}
	return nil
}

// insertInto hands rows of one table to DuckDB. A row that is refused is
// looked for if it must be one of a single session, which is told of it; not
// where rows were deleted before, as these come back with the search.
func (w *writer) insertInto(ctx context.Context, parts []part) error {
	defer release(parts)
	name := parts[0].Table
	sink := w.tables[name]
	ctx = w.txn.context(ctx)
	if err := w.deleteReplaced(ctx, parts); err != nil {
		return classifyRows(err)
	}
	err := w.run(ctx, sink, parts)
	if abstract.ClassOf(err) == abstract.FileOnly && len(w.txn.sessions) == 1 && len(w.txn.deleted) == 0 {
		err = w.locate(ctx, sink, parts, err)
	}
	if err != nil {
		return fmt.Errorf("insert into table %q: %w", name, err)
	}
	return nil
}

// run inserts rows, and leaves the parts to the caller.
func (w *writer) run(ctx context.Context, sink *sink, parts []part) error {
	sink.feed.load(retain(parts))
	defer sink.feed.unload()
	_, err := w.conn.ExecContext(ctx, sink.insert)
	return classifyRows(err)
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
	if err := w.insert(ctx, true); err != nil {
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
		moved := batch.Sorted()
		if slices.ContainsFunc(moved, func(p ledger.Progress) bool { return p.Done }) {
			s.blamed = false
		}
		if s.committed != nil {
			s.committed(moved)
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
	if t.stream != nil {
		t.stream.cancel()
		_ = w.endStream(context.Background()) // what it has done is undone
	}
	w.txn = nil
	t.endWhole()
	w.rollback()
	w.giveBack(context.Background())
	release(t.takeParts())
	for s := range t.sessions {
		s.failed = told(s)
		s.alone = true
		s.blamed = s.blamed || abstract.ClassOf(s.failed) == abstract.FileOnly
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

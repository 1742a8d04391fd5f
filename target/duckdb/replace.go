//go:build cgo

package duckdb

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// An object that replaces others must be stored in one transaction. If it
// comes in one item it is like any other small file, and shares its
// transaction. Else it has one by itself, from its first item to its last:
// until then nothing is committed, and the other sessions wait.

// whole is an object that must come to its end in the open transaction.
type whole struct {
	session *session
	id      int64
	ended   chan struct{} // closed when it has come to its end, or was undone
}

// await waits until no other session than s has an object in the transaction
// that must come to its end there. s may be nil.
//
// REQUIRES: w.mu held. It is released while waiting.
func (w *writer) await(ctx context.Context, s *session) error {
	for w.txn != nil && w.txn.whole != nil && w.txn.whole.session != s {
		ended := w.txn.whole.ended
		w.mu.Unlock()
		select {
		case <-ended:
		case <-ctx.Done():
		}
		w.mu.Lock()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if w.closed {
		return errTargetClosed
	}
	return nil
}

// begins tells that an item is the first of an object that replaces others
// and has more items to come.
func (t *txn) begins(o abstract.Origin) bool {
	if t == nil {
		return target.BeginsWhole(o, nil)
	}
	return target.BeginsWhole(o, &t.progress)
}

// fits refuses an item that would come between those of an object that must
// come to its end first.
func (t *txn) fits(o abstract.Origin) error {
	if t != nil && t.whole != nil && t.whole.id != o.LedgerID {
		return target.BetweenError(o)
	}
	return nil
}

// note notes what an item that was taken means for the transaction.
func (t *txn) note(s *session, o abstract.Origin, begins bool) {
	if begins {
		t.whole = &whole{s, o.LedgerID, make(chan struct{})}
		t.alone = true
	}
	if p := t.whole; p != nil && o.Last {
		t.endWhole()
		t.full = true
	}
}

// endWhole lets those go on who wait for the object's end.
func (t *txn) endWhole() {
	if t.whole != nil {
		close(t.whole.ended)
		t.whole = nil
	}
}

// deleteReplaced deletes the rows that the rows about to be inserted replace:
// before those are inserted, as a unique key may take them for the same.
func (w *writer) deleteReplaced(ctx context.Context, parts []part) error {
	var ids []int64
	for _, p := range parts {
		for _, id := range p.Origin.Replaces {
			if !w.txn.deleted[id] {
				w.txn.deleted[id] = true
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := w.deleteRows(ctx, tx{w.conn}, parts[0].Table, ids)
	return err
}

// deleteRows deletes all rows of the files of those ledger ids from a table
// that has the column [target.FileIDColumn], and tells how many they were; and
// their rejected records from the table beside it, if there is one.
func (w *writer) deleteRows(ctx context.Context, tx ledger.Tx, table string, ids []int64) (int64, error) {
	if err := w.deleteRejected(ctx, tx, table, ids); err != nil {
		return 0, err
	}
	return w.deleteFrom(ctx, tx, table, ids)
}

// deleteRejected deletes the rejected records alone.
func (w *writer) deleteRejected(ctx context.Context, tx ledger.Tx, table string, ids []int64) error {
	exists, err := hasQuarantine(ctx, tx, table)
	if err == nil && exists {
		_, err = w.deleteFrom(ctx, tx, target.QuarantineTable(table), ids)
	}
	return err
}

// deleteFrom deletes from one table.
func (w *writer) deleteFrom(ctx context.Context, tx ledger.Tx, table string, ids []int64) (int64, error) {
	of := fmt.Sprintf("FROM %s WHERE %s IN (SELECT unnest($1::bigint[]))", w.qualify(table), quote(target.FileIDColumn))
	n, err := ledger.QueryInt(ctx, tx, "SELECT count(*) "+of, ids)
	if err == nil && n > 0 {
		if err = w.makeRoom(ctx, n); err == nil {
			n, err = tx.Exec(ctx, "DELETE "+of, ids)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("delete the rows of %d files from table %q: %w", len(ids), table, err)
	}
	return n, nil
}

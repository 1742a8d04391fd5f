package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// An object that replaces others is stored in one transaction. What it
// replaces is deleted before its rows arrive, as a unique key may take old and
// new ones for the same. Nobody is kept from moving the old entries on
// meanwhile, since that may take long; instead they are locked before the
// commit, and what was added since is deleted as well.

// whole is the object that must come to its end in a transaction, and what was
// deleted for it and for others that came in one item.
type whole struct {
	id      int64              // 0: the transaction may be committed
	ended   bool               // it has come to its end, and the transaction is to do so
	offsets map[int64]int64    // of the replaced entries, from before their rows were deleted
	tables  map[string][]int64 // the replaced entries, by table
}

// begins tells that an item is the first of an object that replaces others
// and has more items to come.
func (t *txn) begins(o abstract.Origin) bool {
	if t == nil {
		return target.BeginsWhole(o, nil)
	}
	return target.BeginsWhole(o, &t.progress)
}

// admits refuses an item that would come between those of an object that must
// come to its end first.
func (t *txn) admits(o abstract.Origin) error {
	if t.whole.id != 0 && t.whole.id != o.LedgerID {
		return target.BetweenError(o)
	}
	return nil
}

// replace deletes what an item replaces, if it is its object's first in the
// transaction. The transactions before must have ended: one that replaces the
// same would wait for this one, which waits for it (Invariant 20).
func (s *session) replace(item abstract.ChangeItem) error {
	t, o := s.open, item.Origin
	if len(o.Replaces) == 0 || t.progress.Has(o.LedgerID) {
		return nil
	}
	t.serial = true
	if err := s.settleAll(); err != nil {
		return err
	}
	sink, err := s.sink(item.Table)
	if err != nil {
		return err
	}
	if !sink.table.fileID {
		return target.NotReplaceableError(item.Table)
	}
	return t.do(func(conn *pgx.Conn) error { return t.deleteReplaced(conn, item.Table, o) })
}

// deleteReplaced deletes the rows of what an object replaces, and notes how
// far that was loaded.
func (t *txn) deleteReplaced(conn *pgx.Conn, table string, o abstract.Origin) error {
	if err := t.target.batch(t.ctx, conn, ownPath); err != nil {
		return err
	}
	offsets, err := t.target.ledger.Offsets(t.ctx, tx{t.target, conn, t.target.timeouts.statement}, o.Replaces)
	if err != nil {
		return err
	}
	if t.whole.tables == nil {
		t.whole.tables, t.whole.offsets = map[string][]int64{}, map[int64]int64{}
	}
	t.whole.tables[table] = append(t.whole.tables[table], o.Replaces...)
	if len(offsets) == 0 {
		return t.target.batch(t.ctx, conn, userPath)
	}
	for id, offset := range offsets {
		t.whole.offsets[id] = offset
	}
	if _, err := t.target.deleteRows(t.ctx, tx{t.target, conn, 0}, table, o.Replaces); err != nil {
		return contested(o, err)
	}
	return nil
}

// contested makes a conflict of a wait for the lock of a row that is replaced:
// most likely another loader is replacing it.
func contested(o abstract.Origin, err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "55P03" {
		return fmt.Errorf("%w (%v)", &ledger.ConflictError{ID: o.LedgerID, Object: o.Object, Before: o.Before}, err)
	}
	return err
}

// note notes what an item that was taken means for the transaction.
func (t *txn) note(o abstract.Origin, begins bool) {
	if begins {
		t.whole.id = o.LedgerID
	}
	if t.whole.id == o.LedgerID && o.Last {
		t.whole.id, t.whole.ended = 0, true
	}
}

// deleteLate deletes rows that others have added to what is replaced since its
// rows were deleted. After that nobody can: the entries are locked, and gone
// once this transaction is committed.
func (t *txn) deleteLate(progress []ledger.Progress) error {
	if len(t.whole.tables) == 0 {
		return nil
	}
	ledgerTx := tx{t.target, t.lane.conn, t.target.timeouts.statement}
	if err := t.target.ledger.Lock(t.ctx, ledgerTx, progress); err != nil {
		return err
	}
	for table, ids := range t.whole.tables {
		now, err := t.target.ledger.Offsets(t.ctx, ledgerTx, ids)
		if err != nil {
			return err
		}
		late := false
		for id, offset := range now {
			late = late || offset != t.whole.offsets[id]
		}
		if !late {
			continue
		}
		if _, err := t.target.deleteRows(t.ctx, tx{t.target, t.lane.conn, 0}, table, ids); err != nil {
			return err
		}
		if err := t.target.batch(t.ctx, t.lane.conn, ownPath); err != nil {
			return err
		}
	}
	return nil
}

// deleteRows deletes all rows of the files of those ledger ids from a table
// that has the column [target.FileIDColumn], and tells how many they were; and
// their rejected records from the table beside it, if there is one. It looks
// through the whole tables, unless the user has made an index on the column.
// The user's triggers look names up where the user's sessions do, and the
// transaction goes on so.
func (t *Target) deleteRows(ctx context.Context, tx ledger.Tx, name string, ids []int64) (int64, error) {
	if err := t.deleteRejected(ctx, tx, name, ids); err != nil {
		return 0, err
	}
	return t.deleteFrom(ctx, tx, name, ids)
}

// deleteRejected deletes the rejected records alone.
func (t *Target) deleteRejected(ctx context.Context, tx ledger.Tx, name string, ids []int64) error {
	exists, err := t.hasQuarantine(ctx, tx, name)
	if err == nil && exists {
		_, err = t.deleteFrom(ctx, tx, target.QuarantineTable(name), ids)
	}
	return err
}

// deleteFrom deletes from one table.
func (t *Target) deleteFrom(ctx context.Context, tx ledger.Tx, name string, ids []int64) (int64, error) {
	if _, err := tx.Exec(ctx, userPath); err != nil {
		return 0, err
	}
	deleted, err := tx.Exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE %s OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.int8[])",
		t.qualify(name), quote(target.FileIDColumn)), ids)
	if err != nil {
		return 0, fmt.Errorf("delete the rows of %d files from table %q: %w", len(ids), name, err)
	}
	return deleted, nil
}

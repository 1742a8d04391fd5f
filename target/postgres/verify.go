package postgres

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// Verify implements [target.Target]. It reads the whole table, and takes as
// long as that takes.
func (t *Target) Verify(ctx context.Context, pipeline, name string) error {
	return t.transact(ctx, 0, func(tx ledger.Tx) error {
		if err := t.verifyQuarantine(ctx, tx, name); err != nil {
			return err
		}
		exists, fileID, err := t.hasFileID(ctx, tx, name)
		switch {
		case err != nil:
			return err
		case !exists:
			return t.ledger.CheckGone(ctx, tx, pipeline, name)
		case !fileID:
			return nil
		}
		return t.ledger.CheckRows(ctx, tx, ledger.Table{Name: name, SQL: t.qualify(name), FileID: quote(target.FileIDColumn)})
	})
}

// Forget implements [target.Target]. It looks through the whole table, unless
// the user has made an index on the file id.
func (t *Target) Forget(ctx context.Context, name string, entries ...ledger.Entry) (deleted int64, err error) {
	ids := ledger.IDs(entries)
	err = t.transact(ctx, 0, func(tx ledger.Tx) error {
		// The entries are locked first: another process may be about to commit
		// rows of the files. They are seen by the DELETE below, or never come to
		// be, since their compare-and-set finds no entry any more (Invariant 1).
		rows, err := t.ledger.Rows(ctx, tx, ids)
		if err != nil {
			return err
		}
		exists, fileID, err := t.hasFileID(ctx, tx, name)
		switch {
		case err != nil:
			return err
		case exists && !fileID && rows > 0:
			return target.NoFileIDError(name, rows)
		case !fileID:
			err = t.deleteRejected(ctx, tx, name, ids)
		default:
			deleted, err = t.deleteRows(ctx, tx, name, ids)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, checkDeferred); err != nil {
			return fmt.Errorf("check deferred constraints: %w", err)
		}
		if _, err := tx.Exec(ctx, ownPath); err != nil {
			return err
		}
		return t.ledger.Forget(ctx, tx, ids...)
	})
	if err != nil {
		return 0, fmt.Errorf("forget %s: %w", ledger.Names(entries), err)
	}
	return deleted, nil
}

// hasFileID tells whether there is a table of that name, and whether it has
// the column [target.FileIDColumn]. Unlike Describe it does not mind columns
// that Sluice cannot fill.
func (t *Target) hasFileID(ctx context.Context, tx ledger.Tx, name string) (exists, fileID bool, err error) {
	rows, err := tx.Query(ctx, `SELECT EXISTS (SELECT 1 FROM pg_attribute a
			WHERE a.attrelid = c.oid AND a.attname = $1 AND a.attnum > 0 AND NOT a.attisdropped)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = $2 AND c.relname = $3 AND c.relkind IN ('r', 'p')`, target.FileIDColumn, t.schema, name)
	if err != nil {
		return false, false, fmt.Errorf("describe table %q: %w", name, err)
	}
	defer rows.Close()
	for rows.Next() {
		exists = true
		if err := rows.Scan(&fileID); err != nil {
			return false, false, fmt.Errorf("describe table %q: %w", name, err)
		}
	}
	return exists, fileID, rows.Err()
}

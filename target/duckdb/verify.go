//go:build cgo

package duckdb

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// Verify implements [target.Target]. A table with more rows of a file than
// the ledger accounts for would get them once more; one with fewer is fine,
// since users may delete rows.
func (t *Target) Verify(ctx context.Context, pipeline, table string) error {
	return t.View(ctx, func(tx ledger.Tx) error {
		if err := t.verifyQuarantine(ctx, tx, table); err != nil {
			return err
		}
		exists, fileID, err := t.hasFileID(ctx, tx, table)
		switch {
		case err != nil:
			return err
		case !exists:
			return t.ledger.CheckGone(ctx, tx, pipeline, table)
		case !fileID:
			return nil
		}
		return t.ledger.CheckRows(ctx, tx, ledger.Table{Name: table, SQL: t.writer.qualify(table), FileID: quote(target.FileIDColumn)})
	})
}

// Forget implements [target.Target].
func (t *Target) Forget(ctx context.Context, table string, entries ...ledger.Entry) (deleted int64, err error) {
	ids := ledger.IDs(entries)
	err = t.Update(ctx, func(tx ledger.Tx) error {
		rows, err := t.ledger.Rows(ctx, tx, ids)
		if err != nil {
			return err
		}
		exists, fileID, err := t.hasFileID(ctx, tx, table)
		switch {
		case err != nil:
			return err
		case exists && !fileID && rows > 0:
			return target.NoFileIDError(table, rows)
		case exists && fileID:
			deleted, err = t.writer.deleteRows(ctx, tx, table, ids)
		default:
			err = t.writer.deleteRejected(ctx, tx, table, ids)
		}
		if err != nil {
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
func (t *Target) hasFileID(ctx context.Context, tx ledger.Tx, table string) (exists, fileID bool, err error) {
	rows, err := tx.Query(ctx, `SELECT lower(column_name) = $1 FROM duckdb_columns()
		WHERE database_name = current_database() AND schema_name = 'main' AND lower(table_name) = lower($2)`,
		target.FileIDColumn, table)
	if err != nil {
		return false, false, fmt.Errorf("describe table %q: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var is bool
		if err := rows.Scan(&is); err != nil {
			return false, false, fmt.Errorf("describe table %q: %w", table, err)
		}
		exists, fileID = true, fileID || is
	}
	return exists, fileID, rows.Err()
}

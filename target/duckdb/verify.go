//go:build cgo

package duckdb

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// Verify implements [target.Target]. A table with more rows of a file than
// the ledger accounts for would get them once more; one with fewer is fine,
// since users may delete rows.
func (t *Target) Verify(ctx context.Context, pipeline, table string) error {
	return t.View(ctx, func(tx ledger.Tx) error {
		exists, fileID, err := t.hasFileID(ctx, tx, table)
		switch {
		case err != nil:
			return err
		case !exists:
			return t.verifyGone(ctx, tx, pipeline, table)
		case !fileID:
			return nil
		}
		surplus, err := t.surplus(ctx, tx, table)
		if err != nil {
			return fmt.Errorf("compare table %q with the ledger: %w", table, err)
		}
		return surplus
	})
}

// surplus is the refusal of the first file of which the table holds more rows
// than the ledger accounts for, nil if there is none.
func (t *Target) surplus(ctx context.Context, tx ledger.Tx, table string) (refusal, err error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`
		SELECT t.id, t.n, l.id IS NOT NULL, coalesce(l.rows_loaded, 0), coalesce(l.bucket, ''), coalesce(l.object_key, '')
		FROM (SELECT %s AS id, count(*) AS n FROM %s WHERE %[1]s IS NOT NULL GROUP BY 1) t
		LEFT JOIN %[3]s.ledger l ON l.id = t.id
		WHERE t.n > coalesce(l.rows_loaded, 0) ORDER BY t.id LIMIT 1`,
		quote(target.FileIDColumn), t.writer.qualify(table), ledgerSchema))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, present, accounted int64
		var known bool
		var bucket, key string
		if err := rows.Scan(&id, &present, &known, &accounted, &bucket, &key); err != nil {
			return nil, err
		}
		if !known {
			refusal = fmt.Errorf("table %q holds %d rows of file id %d, which the ledger does not know; going on would load that file twice: "+
				"delete them (DELETE FROM %s WHERE %s = %d) or restore the ledger", table, present, id, quote(table), target.FileIDColumn, id)
			continue
		}
		if key, err = ledger.DecodeKey(key); err != nil {
			return nil, err
		}
		refusal = fmt.Errorf("table %q holds %d rows of %s, the ledger accounts for %d; going on would double rows: "+
			"run 'sluice forget' on that file, then load again", table, present, abstract.ObjectID{Bucket: bucket, Key: key}, accounted)
	}
	return refusal, rows.Err()
}

// verifyGone refuses a table that is missing although the ledger says that
// files were loaded into it.
func (t *Target) verifyGone(ctx context.Context, tx ledger.Tx, pipeline, table string) error {
	rows, err := tx.Query(ctx, fmt.Sprintf(
		"SELECT coalesce(sum(rows_loaded), 0)::BIGINT FROM %s.ledger WHERE pipeline = $1", ledgerSchema), pipeline)
	if err != nil {
		return fmt.Errorf("look for the rows of pipeline %q: %w", pipeline, err)
	}
	defer rows.Close()
	var loaded int64
	for rows.Next() {
		if err := rows.Scan(&loaded); err != nil {
			return fmt.Errorf("look for the rows of pipeline %q: %w", pipeline, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("look for the rows of pipeline %q: %w", pipeline, err)
	}
	if loaded > 0 {
		return fmt.Errorf("the ledger of pipeline %q has %d rows in table %q, which is gone: "+
			"'sluice forget --all --pipeline %s' makes its files load again", pipeline, loaded, table, pipeline)
	}
	return nil
}

// Forget implements [target.Target].
func (t *Target) Forget(ctx context.Context, table string, entry ledger.Entry) (deleted int64, err error) {
	err = t.Update(ctx, func(tx ledger.Tx) error {
		exists, fileID, err := t.hasFileID(ctx, tx, table)
		switch {
		case err != nil:
			return err
		case exists && !fileID && entry.Rows > 0:
			return fmt.Errorf("table %q has no column %s, so the %d rows of the file cannot be told from others: delete them yourself first",
				table, target.FileIDColumn, entry.Rows)
		case exists && fileID:
			query := fmt.Sprintf("DELETE FROM %s WHERE %s = $1", t.writer.qualify(table), quote(target.FileIDColumn))
			if deleted, err = tx.Exec(ctx, query, entry.ID); err != nil {
				return fmt.Errorf("delete its rows from table %q: %w", table, err)
			}
		}
		return t.ledger.Forget(ctx, tx, entry.ID)
	})
	if err != nil {
		return 0, fmt.Errorf("forget %s: %w", entry.Object, err)
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

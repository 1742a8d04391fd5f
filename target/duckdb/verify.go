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
	found, err := t.Describe(ctx, table)
	if err != nil {
		return err
	}
	if found == nil {
		return t.verifyGone(ctx, pipeline, table)
	}
	if !found.FileID {
		return nil
	}
	return t.View(ctx, func(tx ledger.Tx) error {
		rows, err := tx.Query(ctx, fmt.Sprintf(`
			SELECT t.id, t.n, coalesce(l.rows_loaded, 0), coalesce(l.object_key, '')
			FROM (SELECT %s AS id, count(*) AS n FROM %s GROUP BY 1) t
			LEFT JOIN %s.ledger l ON l.id = t.id
			WHERE t.id IS NOT NULL AND t.n > coalesce(l.rows_loaded, 0) ORDER BY t.id LIMIT 1`,
			quote(target.FileIDColumn), quote(table), ledgerSchema))
		if err != nil {
			return fmt.Errorf("compare table %q with the ledger: %w", table, err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, present, accounted int64
			var key string
			if err := rows.Scan(&id, &present, &accounted, &key); err != nil {
				return fmt.Errorf("compare table %q with the ledger: %w", table, err)
			}
			if key == "" {
				return fmt.Errorf("table %q holds %d rows of file id %d, which the ledger does not know; going on would load that file twice: "+
					"delete them (DELETE FROM %s WHERE %s = %d) or restore the ledger", table, present, id, quote(table), target.FileIDColumn, id)
			}
			return fmt.Errorf("table %q holds %d rows of %s, the ledger accounts for %d; going on would double rows: "+
				"run 'sluice forget' on that file, then load again", table, present, key, accounted)
		}
		return rows.Err()
	})
}

// verifyGone refuses a table that is missing although the ledger says that
// files were loaded into it.
func (t *Target) verifyGone(ctx context.Context, pipeline, table string) error {
	list, err := t.ledger.Summaries(ctx, pipeline)
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Pipeline == pipeline && s.Rows > 0 {
			return fmt.Errorf("the ledger of pipeline %q has %d rows in table %q, which is gone: "+
				"'sluice forget --all --pipeline %s' makes its files load again", pipeline, s.Rows, table, pipeline)
		}
	}
	return nil
}

// Forget implements [target.Target].
func (t *Target) Forget(ctx context.Context, table string, entry ledger.Entry) (deleted int64, err error) {
	found, err := t.Describe(ctx, table)
	if err != nil {
		return 0, err
	}
	if found != nil && !found.FileID && entry.Rows > 0 {
		return 0, fmt.Errorf("forget %s: table %q has no column %s, so its %d rows cannot be told from others: delete them yourself first",
			entry.Object, table, target.FileIDColumn, entry.Rows)
	}
	err = t.Update(ctx, func(tx ledger.Tx) error {
		if found != nil && found.FileID {
			query := fmt.Sprintf("DELETE FROM %s WHERE %s = $1", quote(table), quote(target.FileIDColumn))
			if deleted, err = tx.Exec(ctx, query, entry.ID); err != nil {
				return fmt.Errorf("delete the rows of %s: %w", entry.Object, err)
			}
		}
		return t.ledger.Forget(ctx, tx, entry.ID)
	})
	return deleted, err
}

package ledger

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Table names a table that files were loaded into.
type Table struct {
	Name   string // for people
	SQL    string // in a statement
	FileID string // in a statement: the column with the ledger id of each row's file
	// Rejected tells that it holds rejected records, not rows.
	Rejected bool
}

// CheckRows refuses a table that holds more rows of a file than the ledger
// accounts for: they would be loaded once more. Fewer are fine, since users
// may delete rows. It reads the whole table.
func (s *Store) CheckRows(ctx context.Context, tx Tx, table Table) error {
	refusal, err := s.surplus(ctx, tx, table)
	if err != nil {
		return fmt.Errorf("compare table %q with the ledger: %w", table.Name, err)
	}
	return refusal
}

// surplus is the refusal of the first file with too many rows, nil if there
// is none.
func (s *Store) surplus(ctx context.Context, tx Tx, table Table) (refusal, err error) {
	counted := "rows_loaded"
	if table.Rejected {
		counted = "rows_rejected"
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`
		SELECT t.id, t.n, l.id IS NOT NULL, coalesce(l.%[4]s, 0), coalesce(l.bucket, ''), coalesce(l.object_key, '')
		FROM (SELECT %[1]s AS id, count(*) AS n FROM %[2]s WHERE %[1]s IS NOT NULL GROUP BY 1) t
		LEFT JOIN %[3]s.ledger l ON l.id = t.id
		WHERE t.n > coalesce(l.%[4]s, 0) ORDER BY t.id LIMIT 1`, table.FileID, table.SQL, s.schema, counted))
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
				"delete them (DELETE FROM %s WHERE %s = %d) or restore the ledger", table.Name, present, id, table.SQL, table.FileID, id)
			continue
		}
		if key, err = DecodeKey(key); err != nil {
			return nil, err
		}
		refusal = fmt.Errorf("table %q holds %d rows of %s, the ledger accounts for %d; going on would double rows: "+
			"run 'sluice forget' on that file, then load again", table.Name, present, abstract.ObjectID{Bucket: bucket, Key: key}, accounted)
	}
	return refusal, rows.Err()
}

// CheckGone refuses a table that is missing although the ledger says that
// files of the pipeline were loaded into it.
func (s *Store) CheckGone(ctx context.Context, tx Tx, pipeline, table string) error {
	loaded, err := QueryInt(ctx, s.in(tx), `SELECT coalesce(sum(rows_loaded), 0)::bigint FROM {}.ledger WHERE pipeline = $1`, pipeline)
	if err != nil {
		return fmt.Errorf("look for the rows of pipeline %q: %w", pipeline, err)
	}
	if loaded > 0 {
		return fmt.Errorf("the ledger of pipeline %q has %d rows in table %q, which is gone: "+
			"'sluice forget --all --pipeline %s' makes its files load again", pipeline, loaded, table, pipeline)
	}
	return nil
}

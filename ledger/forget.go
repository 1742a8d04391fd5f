package ledger

import (
	"context"
	"fmt"
)

// Forget deletes objects' entries, inside the transaction that deletes the
// objects' rows from the table.
func (s *Store) Forget(ctx context.Context, tx Tx, ids ...int64) error {
	if _, err := s.in(tx).Exec(ctx, `DELETE FROM {}.ledger WHERE id IN (SELECT unnest($1::bigint[]))`, ids); err != nil {
		return fmt.Errorf("forget %d entries of the ledger: %w", len(ids), err)
	}
	return nil
}

// Rows tells how many rows of objects are in the table, as the ledger has it.
// Where the database locks rows it locks the entries, in the order of their
// ids, and so waits for transactions that are about to move them on: what it
// tells is final until the caller's transaction ends.
func (s *Store) Rows(ctx context.Context, tx Tx, ids []int64) (int64, error) {
	if err := s.lock(ctx, tx, ids); err != nil {
		return 0, fmt.Errorf("lock %d entries of the ledger: %w", len(ids), err)
	}
	rows, err := QueryInt(ctx, s.in(tx), `SELECT coalesce(sum(rows_loaded), 0)::bigint FROM {}.ledger
		WHERE id IN (SELECT unnest($1::bigint[]))`, ids)
	if err != nil {
		return 0, fmt.Errorf("count the rows of %d entries of the ledger: %w", len(ids), err)
	}
	return rows, nil
}

// IDs are the ids of entries.
func IDs(entries []Entry) []int64 {
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return ids
}

// Names are the objects of entries in a few words, for people.
func Names(entries []Entry) string {
	switch len(entries) {
	case 0:
		return "nothing"
	case 1:
		return entries[0].Object.String()
	default:
		return fmt.Sprintf("%s and %d more", entries[0].Object, len(entries)-1)
	}
}

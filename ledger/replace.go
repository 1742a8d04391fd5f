package ledger

import (
	"context"
	"fmt"
)

// Replaced are the ids of the entries that a list of progress replaces.
func Replaced(list []Progress) (ids []int64) {
	for _, p := range list {
		ids = append(ids, p.Replaces...)
	}
	return ids
}

// deleteReplaced deletes the entries that a list of progress replaces.
func (s *Store) deleteReplaced(ctx context.Context, tx Tx, list []Progress) error {
	ids := Replaced(list)
	if len(ids) == 0 {
		return nil
	}
	return s.Forget(ctx, tx, ids...)
}

// Offsets tells how far objects are loaded, as the caller's transaction sees
// it. It waits for nobody. Objects without an entry, or without rows or
// rejected records, are left out.
func (s *Store) Offsets(ctx context.Context, tx Tx, ids []int64) (map[int64]int64, error) {
	rows, err := s.in(tx).Query(ctx, `SELECT id, read_offset FROM {}.ledger
		WHERE id IN (SELECT unnest($1::bigint[])) AND read_offset > 0`, ids)
	if err != nil {
		return nil, fmt.Errorf("read how far %d objects are loaded: %w", len(ids), err)
	}
	defer rows.Close()
	offsets := map[int64]int64{}
	for rows.Next() {
		var id, offset int64
		if err := rows.Scan(&id, &offset); err != nil {
			return nil, err
		}
		offsets[id] = offset
	}
	return offsets, rows.Err()
}

// Replay has objects loaded once more, from their beginning: it marks their
// entries, and the next load that finds such an object registers it anew and
// replaces the marked entry. Until then its rows stay, and so does what the
// ledger says of them. A loader that is at work on the object meets a conflict.
//
// A marked entry has another generation, so that the true one is free to be
// registered.
func (s *Store) Replay(ctx context.Context, ids ...int64) error {
	return s.update(ctx, func(tx Tx) error {
		if err := s.lock(ctx, tx, ids); err != nil {
			return fmt.Errorf("replay %d objects: %w", len(ids), err)
		}
		_, err := tx.Exec(ctx, `UPDATE {}.ledger SET state = 'replay', attempts = 0, updated = $1::timestamp,
				generation = generation || ' (entry ' || CAST(id AS text) || ')'
			WHERE id IN (SELECT unnest($2::bigint[])) AND state <> 'replay'`, now(), ids)
		if err != nil {
			return fmt.Errorf("replay %d objects: %w", len(ids), err)
		}
		return nil
	})
}

// Retry lets failed and parked objects be tried again, as if they had never
// failed: their committed rows stay, and they go on where those end. It tells
// how many there were. An empty pipeline stands for all of them, and nil for all
// ids.
func (s *Store) Retry(ctx context.Context, pipeline string, ids []int64) (n int64, err error) {
	all := ids == nil
	if all {
		ids = []int64{}
	}
	err = s.update(ctx, func(tx Tx) error {
		n, err = tx.Exec(ctx, `UPDATE {}.ledger SET state = 'pending', reason = '', attempts = 0, updated = $1::timestamp
			WHERE state IN ('failed', 'parked') AND ($2 = '' OR pipeline = $2)
				AND ($3 OR id IN (SELECT unnest($4::bigint[])))`, now(), pipeline, all, ids)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("put failed objects back: %w", err)
	}
	return n, nil
}

package ledger

import (
	"context"
	"encoding/json"
	"fmt"
)

// Advance moves objects on, inside the transaction that stores their rows and
// as its last statement. Each object must stand where its progress begins; if
// one does not, Advance fails with a [*ConflictError] that names it, and the
// transaction must be rolled back. The list holds an object once, and is in
// the order of [Batch.Sorted].
//
// It is one statement for the whole list, as a transaction of many small
// files would otherwise spend its time here. No database promises in which
// order an update locks its rows, so they are locked first, in the list's
// order: two transactions with files in common wait, and never for each other.
//
// The entries that an object replaces go with its end. Their rows are the
// driver's to delete, in the same transaction: see [Store.Lock].
//
// Invariant 1: the update's WHERE is the compare-and-set; what it did not hit
// was moved on by someone else.
func (s *Store) Advance(ctx context.Context, tx Tx, list []Progress) error {
	if len(list) == 0 {
		return nil
	}
	args, err := advanceArgs(list)
	if err != nil {
		return err
	}
	if err := s.Lock(ctx, tx, list); err != nil {
		return err
	}
	hit, err := queryIDs(ctx, s.in(tx), `
		UPDATE {}.ledger AS l SET read_offset = p.offset_after,
			rows_loaded = l.rows_loaded + p.loaded,
			rows_rejected = l.rows_rejected + p.rejected,
			bytes_read = l.bytes_read + p.bytes,
			state = p.next_state,
			reason = CASE WHEN l.rows_rejected > 0 AND l.state = 'pending' THEN l.reason ELSE p.next_reason END,
			table_schema = coalesce(l.table_schema, nullif(p.opening_schema, '')),
			dialect = coalesce(l.dialect, nullif(p.opening_dialect, '')),
			updated = $11::timestamp
		FROM (SELECT unnest($1::bigint[]) AS ledger_id, unnest($2::bigint[]) AS offset_before,
			unnest($3::bigint[]) AS offset_after, unnest($4::bigint[]) AS loaded, unnest($5::bigint[]) AS rejected,
			unnest($6::bigint[]) AS bytes, unnest($7::text[]) AS next_state, unnest($8::text[]) AS next_reason,
			unnest($9::text[]) AS opening_schema, unnest($10::text[]) AS opening_dialect) AS p
		WHERE l.id = p.ledger_id AND l.read_offset = p.offset_before AND l.state NOT IN ('done', 'replay')
		RETURNING l.id`, args...)
	if err != nil {
		return fmt.Errorf("record progress of %d objects, %s the first: %w", len(list), list[0].Object, err)
	}
	for _, p := range list {
		if !hit[p.ID] {
			return fmt.Errorf("record progress: %w", &ConflictError{ID: p.ID, Object: p.Object, Before: p.Before})
		}
	}
	return s.deleteReplaced(ctx, tx, list)
}

// Lock locks the entries of a list of progress, and those that it replaces,
// where the database has such locks. It waits for transactions that have moved
// them on; what those stored is seen afterwards, and others will find that the
// entries are gone, or elsewhere.
func (s *Store) Lock(ctx context.Context, tx Tx, list []Progress) error {
	ids := Replaced(list)
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	if err := s.lock(ctx, tx, ids); err != nil {
		return fmt.Errorf("lock the progress of %d objects, %s the first: %w", len(list), list[0].Object, err)
	}
	return nil
}

// lock locks the entries of the given ids, in their order, where the database
// has such locks. It waits for transactions that have moved them on.
func (s *Store) lock(ctx context.Context, tx Tx, ids any) error {
	if s.dialect.OneWriter {
		return nil
	}
	_, err := s.in(tx).Exec(ctx, `SELECT id FROM {}.ledger WHERE id IN (SELECT unnest($1::bigint[])) ORDER BY id FOR UPDATE`, ids)
	return err
}

// advanceArgs turns the list into one array per column.
func advanceArgs(list []Progress) ([]any, error) {
	var ids, before, after, loaded, rejected, bytes []int64
	var states, reasons, schemas, dialects []string
	for _, p := range list {
		state, schema, dialect := Pending, "", ""
		if p.Done {
			state = Done
		}
		if p.Opening != nil {
			text, err := json.Marshal(p.Opening.Schema)
			if err != nil {
				return nil, fmt.Errorf("record schema of %s: %w", p.Object, err)
			}
			schema, dialect = string(text), string(p.Opening.Dialect)
		}
		ids, before, after = append(ids, p.ID), append(before, p.Before), append(after, p.After)
		loaded, rejected, bytes = append(loaded, p.Rows), append(rejected, p.Rejected), append(bytes, p.Bytes)
		states, reasons = append(states, string(state)), append(reasons, cleanReason(p.Reason))
		schemas, dialects = append(schemas, schema), append(dialects, dialect)
	}
	return []any{ids, before, after, loaded, rejected, bytes, states, reasons, schemas, dialects, now()}, nil
}

// queryIDs runs a query that answers ids.
func queryIDs(ctx context.Context, tx Tx, query string, args ...any) (map[int64]bool, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ids := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids[id] = true
	}
	return ids, rows.Err()
}

// Position is where an object stands.
type Position struct {
	Offset int64
	Done   bool
}

// PositionIn tells where an object stands, as seen by the caller's
// transaction. An object without an entry stands at offset -1. Where the
// database locks rows it locks the entry, and so waits for a transaction that
// is about to move the object on: what it tells is final until the caller's
// transaction ends.
func (s *Store) PositionIn(ctx context.Context, tx Tx, id int64) (Position, error) {
	at := Position{Offset: -1}
	if err := s.lock(ctx, tx, []int64{id}); err != nil {
		return at, err
	}
	rows, err := s.in(tx).Query(ctx, `SELECT read_offset, state = 'done' FROM {}.ledger WHERE id = $1`, id)
	if err != nil {
		return at, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&at.Offset, &at.Done); err != nil {
			return at, err
		}
	}
	return at, rows.Err()
}

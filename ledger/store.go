package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Store is a target's ledger. Its methods may be called concurrently; each is
// one transaction, except Advance, which is part of the caller's.
type Store struct {
	db     DB
	schema string
}

// New returns the ledger that lives in the given schema of db. Call
// [Store.Create] before anything else, unless the ledger is only to be looked
// at. The schema's name goes into statements as it is.
func New(db DB, schema string) *Store { return &Store{db: db, schema: schema} }

// schemaTx is a transaction whose statements name the ledger's schema as {}.
type schemaTx struct {
	Tx
	schema string
}

func (t schemaTx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return t.Tx.Exec(ctx, strings.ReplaceAll(query, "{}", t.schema), args...)
}

func (t schemaTx) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	return t.Tx.Query(ctx, strings.ReplaceAll(query, "{}", t.schema), args...)
}

func (s *Store) in(tx Tx) Tx { return schemaTx{tx, s.schema} }

func (s *Store) update(ctx context.Context, fn func(Tx) error) error {
	return s.db.Update(ctx, func(tx Tx) error { return fn(s.in(tx)) })
}

func (s *Store) view(ctx context.Context, fn func(Tx) error) error {
	return s.db.View(ctx, func(tx Tx) error { return fn(s.in(tx)) })
}

// Bind fixes the table that a pipeline loads, the first time it runs, and
// refuses another table from then on.
func (s *Store) Bind(ctx context.Context, pipeline, table string) error {
	return s.update(ctx, func(tx Tx) error {
		bound, err := boundTable(ctx, tx, pipeline)
		switch {
		case err != nil:
			return fmt.Errorf("bind pipeline %q: %w", pipeline, err)
		case bound == "":
			_, err := tx.Exec(ctx, `INSERT INTO {}.pipelines VALUES ($1, $2)`, pipeline, table)
			return err
		case bound != table:
			return fmt.Errorf("pipeline %q loads table %q, not %q: give the load a --pipeline of its own", pipeline, bound, table)
		}
		return nil
	})
}

// Table tells which table a pipeline loads, "" if the ledger does not know it.
func (s *Store) Table(ctx context.Context, pipeline string) (table string, err error) {
	err = s.view(ctx, func(tx Tx) error {
		table, err = boundTable(ctx, tx, pipeline)
		return err
	})
	return table, err
}

func boundTable(ctx context.Context, tx Tx, pipeline string) (table string, err error) {
	rows, err := tx.Query(ctx, `SELECT table_name FROM {}.pipelines WHERE pipeline = $1`, pipeline)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&table); err != nil {
			return "", err
		}
	}
	return table, rows.Err()
}

// Register gives every candidate a row, at offset 0, unless it has one. It
// does so before an object's first chunk, so that every later step is an
// update of a row that exists. All candidates are of one bucket.
func (s *Store) Register(ctx context.Context, pipeline string, list []Candidate) error {
	if len(list) == 0 {
		return nil
	}
	keys, generations, versions := make([]string, len(list)), make([]string, len(list)), make([]string, len(list))
	sizes := make([]int64, len(list))
	for i, c := range list {
		keys[i], generations[i], versions[i], sizes[i] = EncodeKey(c.Object.Key), c.Object.Generation, c.Version, c.Size
	}
	return s.update(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO {}.ledger (pipeline, bucket, object_key, generation, version, size, read_offset,
				rows_loaded, rows_rejected, bytes_read, state, reason, attempts, first_seen, updated)
			SELECT $1, $2, unnest($3::text[]), unnest($4::text[]), unnest($5::text[]), unnest($6::bigint[]),
				0, 0, 0, 0, $7, '', 0, $8::timestamp, $8::timestamp
			ON CONFLICT DO NOTHING`,
			pipeline, list[0].Object.Bucket, keys, generations, versions, sizes, string(Pending), now())
		if err != nil {
			return fmt.Errorf("register %d objects: %w", len(list), err)
		}
		return nil
	})
}

// Advance moves an object on, inside the transaction that stores its rows and
// as its last statement. It fails with [ErrConflict] if the object is not
// where p begins: then the transaction must be rolled back.
func (s *Store) Advance(ctx context.Context, tx Tx, p Progress) error {
	state := Pending
	if p.Done {
		state = Done
	}
	var schema, dialect any
	if p.Opening != nil {
		text, err := json.Marshal(p.Opening.Schema)
		if err != nil {
			return fmt.Errorf("record schema of %s: %w", p.Object, err)
		}
		schema, dialect = string(text), string(p.Opening.Dialect)
	}
	n, err := s.in(tx).Exec(ctx, `
		UPDATE {}.ledger SET read_offset = $1, rows_loaded = rows_loaded + $2, rows_rejected = rows_rejected + $3,
			bytes_read = bytes_read + $4, state = $5,
			reason = CASE WHEN rows_rejected > 0 AND $6 = '' THEN reason ELSE $6 END,
			table_schema = coalesce(table_schema, $7), dialect = coalesce(dialect, $8), updated = $9::timestamp
		WHERE id = $10 AND read_offset = $11 AND state <> 'done'`,
		p.After, p.Rows, p.Rejected, p.Bytes, string(state), p.Reason, schema, dialect, now(), p.ID, p.Before)
	if err != nil {
		return fmt.Errorf("record progress of %s: %w", p.Object, err)
	}
	if n != 1 {
		return fmt.Errorf("record progress of %s from offset %d: %w", p.Object, p.Before, ErrConflict)
	}
	return nil
}

// Fail records why an attempt at an object failed. Its committed rows stay.
// The [MaxAttempts]th failure parks it. An object that is done stays done.
func (s *Store) Fail(ctx context.Context, id int64, reason string) error {
	return s.update(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE {}.ledger SET attempts = attempts + 1, reason = $1, updated = $2::timestamp,
				state = CASE WHEN attempts + 1 >= $3 THEN 'parked' ELSE 'failed' END
			WHERE id = $4 AND state <> 'done'`,
			strings.ToValidUTF8(reason, "\uFFFD"), now(), int64(MaxAttempts), id)
		if err != nil {
			return fmt.Errorf("record failure of ledger id %d: %w", id, err)
		}
		return nil
	})
}

// Forget deletes an object's row, inside the transaction that deletes the
// object's rows from the table.
func (s *Store) Forget(ctx context.Context, tx Tx, id int64) error {
	if _, err := s.in(tx).Exec(ctx, `DELETE FROM {}.ledger WHERE id = $1`, id); err != nil {
		return fmt.Errorf("forget ledger id %d: %w", id, err)
	}
	return nil
}

// now is the time as the ledger stores it: UTC, in microseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// decodeSchema reads a schema back from its column.
func decodeSchema(text string) (schema abstract.Schema, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &schema); err != nil {
		return nil, fmt.Errorf("schema %q: %w", text, err)
	}
	return schema, nil
}

package ledger

import (
	"context"
	"encoding/json"
	"fmt"
)

const selectEntry = `SELECT id, pipeline, bucket, object_key, generation, version, size, read_offset, rows_loaded,
	rows_rejected, bytes_read, state, reason, attempts, coalesce(table_schema, ''), coalesce(dialect, ''),
	first_seen, updated FROM {}.ledger `

// Lookup returns the entries of all generations of the given keys, in the
// order of their ids: one query for a page of a listing. An empty pipeline
// stands for all of them.
func (s *Store) Lookup(ctx context.Context, pipeline, bucket string, keys []string) ([]Entry, error) {
	encoded := make([]string, len(keys))
	for i, key := range keys {
		encoded[i] = EncodeKey(key)
	}
	var list []Entry
	err := s.each(ctx, func(e Entry) error { list = append(list, e); return nil },
		selectEntry+`WHERE ($1 = '' OR pipeline = $1) AND bucket = $2 AND object_key = ANY($3::text[]) ORDER BY id`,
		pipeline, bucket, encoded)
	return list, err
}

// Get returns an entry; ok is false if there is none of that id.
func (s *Store) Get(ctx context.Context, id int64) (entry Entry, ok bool, err error) {
	err = s.each(ctx, func(e Entry) error { entry, ok = e, true; return nil }, selectEntry+`WHERE id = $1`, id)
	return entry, ok, err
}

// Filter narrows a listing of the ledger.
type Filter struct {
	Pipeline string // "" is every pipeline
	Failed   bool   // only failed and parked objects
}

// List calls fn with the entries that pass the filter, in the order of their
// ids. Memory does not grow with the ledger. fn must not call the store.
func (s *Store) List(ctx context.Context, f Filter, fn func(Entry) error) error {
	return s.each(ctx, fn, selectEntry+`
		WHERE ($1 = '' OR pipeline = $1) AND (NOT $2 OR state IN ('failed', 'parked')) ORDER BY id`,
		f.Pipeline, f.Failed)
}

// Summary is a pipeline in numbers.
type Summary struct {
	Pipeline string          `json:"pipeline"`
	Table    string          `json:"table"`
	Files    map[State]int64 `json:"files"`
	Rows     int64           `json:"rows_loaded"`
	Rejected int64           `json:"rows_rejected"`
	Bytes    int64           `json:"bytes_read"`
}

// Summaries lists the pipelines, by name.
func (s *Store) Summaries(ctx context.Context, pipeline string) (list []Summary, err error) {
	err = s.view(ctx, func(tx Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT p.pipeline, p.table_name, coalesce(l.state, ''), count(l.id), coalesce(sum(l.rows_loaded), 0)::bigint,
				coalesce(sum(l.rows_rejected), 0)::bigint, coalesce(sum(l.bytes_read), 0)::bigint
			FROM {}.pipelines p LEFT JOIN {}.ledger l ON l.pipeline = p.pipeline
			WHERE $1 = '' OR p.pipeline = $1
			GROUP BY p.pipeline, p.table_name, l.state ORDER BY p.pipeline, l.state`, pipeline)
		if err != nil {
			return fmt.Errorf("summarise ledger: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			var name, table, state string
			var files, loaded, rejected, bytes int64
			if err := rows.Scan(&name, &table, &state, &files, &loaded, &rejected, &bytes); err != nil {
				return fmt.Errorf("summarise ledger: %w", err)
			}
			if len(list) == 0 || list[len(list)-1].Pipeline != name {
				list = append(list, Summary{Pipeline: name, Table: table, Files: map[State]int64{}})
			}
			sum := &list[len(list)-1]
			if files > 0 {
				sum.Files[State(state)] += files
			}
			sum.Rows += loaded
			sum.Rejected += rejected
			sum.Bytes += bytes
		}
		return rows.Err()
	})
	return list, err
}

// each runs a query for entries.
func (s *Store) each(ctx context.Context, fn func(Entry) error, query string, args ...any) error {
	return s.view(ctx, func(tx Tx) error {
		rows, err := tx.Query(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("read ledger: %w", err)
		}
		defer rows.Close()
		for rows.Next() {
			e, err := scanEntry(rows)
			if err != nil {
				return fmt.Errorf("read ledger: %w", err)
			}
			if err := fn(e); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("read ledger: %w", err)
		}
		return nil
	})
}

func scanEntry(rows Rows) (Entry, error) {
	var e Entry
	var key, state, schema, dialect string
	err := rows.Scan(&e.ID, &e.Pipeline, &e.Object.Bucket, &key, &e.Object.Generation, &e.Version, &e.Size, &e.Offset,
		&e.Rows, &e.Rejected, &e.Bytes, &state, &e.Reason, &e.Attempts, &schema, &dialect, &e.FirstSeen, &e.Updated)
	if err != nil {
		return Entry{}, err
	}
	e.State = State(state)
	if dialect != "" {
		e.Dialect = json.RawMessage(dialect)
	}
	if e.Object.Key, err = DecodeKey(key); err != nil {
		return Entry{}, err
	}
	if e.Schema, err = decodeSchema(schema); err != nil {
		return Entry{}, fmt.Errorf("entry %d: %w", e.ID, err)
	}
	return e, nil
}

// Position is where an object stands.
type Position struct {
	Offset int64
	Done   bool
}

// PositionIn tells where an object stands, as seen by the caller's
// transaction. An object without an entry stands at offset -1.
func (s *Store) PositionIn(ctx context.Context, tx Tx, id int64) (Position, error) {
	at := Position{Offset: -1}
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

package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

const selectEntry = `SELECT id, pipeline, bucket, object_key, generation, version, size, read_offset, rows_loaded,
	rows_rejected, bytes_read, state, reason, attempts, coalesce(table_schema, ''), coalesce(dialect, ''),
	first_seen, updated FROM {}.ledger `

// Lookup returns the entries of all generations of the given keys, in the
// order of their ids: one query for a page of a listing. An empty pipeline
// stands for all of them.
func (s *Store) Lookup(ctx context.Context, pipeline, bucket string, keys []string) ([]Entry, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	encoded := make([]string, len(keys))
	for i, key := range keys {
		encoded[i] = EncodeKey(key)
	}
	var list []Entry
	err := s.each(ctx, func(e Entry) error { list = append(list, e); return nil },
		selectEntry+`WHERE ($1 = '' OR pipeline = $1) AND bucket = $2 AND object_key IN (SELECT unnest($3::text[]))`+
			s.indexed()+` ORDER BY id`, pipeline, bucket, encoded)
	return list, err
}

// indexed lets a lookup go by the index on the beginning of keys.
func (s *Store) indexed() string {
	if s.dialect.OneWriter {
		return ""
	}
	return ` AND left(object_key, ` + indexedKey + `) IN (SELECT left(unnest($3::text[]), ` + indexedKey + `))`
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

// listPage is how many entries List reads at a time.
const listPage = 1000

// List calls fn with the entries that pass the filter, in the order of their
// ids. It reads them page by page, so that memory does not grow with the
// ledger; fn may use the store, and an entry that changes meanwhile is seen
// as it is when its page is read. An error of fn ends the listing and is
// returned as it is.
func (s *Store) List(ctx context.Context, f Filter, fn func(Entry) error) error {
	page := make([]Entry, 0, listPage)
	for last := int64(-1); ; last = page[len(page)-1].ID {
		page = page[:0]
		err := s.each(ctx, func(e Entry) error { page = append(page, e); return nil }, selectEntry+`
			WHERE id > $1 AND ($2 = '' OR pipeline = $2) AND (NOT $3 OR state IN ('failed', 'parked'))
			ORDER BY id LIMIT $4`, last, f.Pipeline, f.Failed, int64(listPage))
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := fn(e); err != nil {
				return err
			}
		}
		if len(page) < listPage {
			return nil
		}
	}
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

package ledger

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Register gives every candidate a row, at offset 0, unless it has one. It
// does so before an object's first chunk, so that every later step is an
// update of a row that exists. All candidates must be of one bucket; one that
// is listed twice gets one row.
//
// Rows are inserted in the order of their keys, so that two processes that
// register the same objects never wait for each other.
func (s *Store) Register(ctx context.Context, pipeline string, list []Candidate) error {
	if len(list) == 0 {
		return nil
	}
	bucket := list[0].Object.Bucket
	var keys, generations, versions []string
	var sizes []int64
	seen := make(map[abstract.ObjectID]bool, len(list))
	for _, c := range list {
		if c.Object.Bucket != bucket {
			return fmt.Errorf("register %s together with objects of bucket %s: register each bucket by itself", c.Object, bucket)
		}
		if seen[c.Object] {
			continue
		}
		seen[c.Object] = true
		keys, generations = append(keys, EncodeKey(c.Object.Key)), append(generations, c.Object.Generation)
		versions, sizes = append(versions, c.Version), append(sizes, c.Size)
	}
	return s.update(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO {}.ledger (pipeline, bucket, object_key, generation, version, size, read_offset,
				rows_loaded, rows_rejected, bytes_read, state, reason, attempts, first_seen, updated)
			SELECT $1, $2, c.object_key, c.generation, c.version, c.size, 0, 0, 0, 0, $7, '', 0, $8::timestamp, $8::timestamp
			FROM (SELECT unnest($3::text[]) AS object_key, unnest($4::text[]) AS generation,
				unnest($5::text[]) AS version, unnest($6::bigint[]) AS size) AS c
			WHERE NOT EXISTS (SELECT 1 FROM {}.ledger AS l WHERE l.pipeline = $1 AND l.bucket = $2
				AND l.object_key = c.object_key AND l.generation = c.generation)
			ORDER BY c.object_key, c.generation`+s.unlessThere(),
			pipeline, bucket, keys, generations, versions, sizes, string(Pending), now())
		if err != nil {
			return fmt.Errorf("register %d objects: %w", len(keys), err)
		}
		return nil
	})
}

// unlessThere lets a registration pass over what another transaction
// registered at the same time.
func (s *Store) unlessThere() string {
	if s.dialect.OneWriter {
		return "" // and there is no other transaction
	}
	return " ON CONFLICT DO NOTHING"
}

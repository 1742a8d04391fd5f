package ledger

import (
	"context"
	"fmt"
)

// Version is the layout that this code writes. A ledger with a higher one
// was written by a newer Sluice and is refused.
const Version = 1

// statements create layout 1. They are idempotent.
func (s *Store) statements() []string {
	primary, unique := " PRIMARY KEY", ",\n\t\tUNIQUE (pipeline, bucket, object_key, generation)"
	if s.dialect.OneWriter {
		primary, unique = "", ""
	}
	return []string{
		`CREATE TABLE IF NOT EXISTS {}.layout (version integer NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS {}.pipelines (
		pipeline text PRIMARY KEY,
		table_name text NOT NULL)`,
		`CREATE SEQUENCE IF NOT EXISTS {}.ledger_id`,
		`CREATE TABLE IF NOT EXISTS {}.ledger (
		id bigint` + primary + ` DEFAULT nextval('{}.ledger_id'),
		pipeline text NOT NULL,
		bucket text NOT NULL,
		object_key text NOT NULL,
		generation text NOT NULL,
		version text NOT NULL,
		size bigint NOT NULL,
		read_offset bigint NOT NULL,
		rows_loaded bigint NOT NULL,
		rows_rejected bigint NOT NULL,
		bytes_read bigint NOT NULL,
		state text NOT NULL,
		reason text NOT NULL,
		attempts integer NOT NULL,
		table_schema text,
		dialect text,
		first_seen timestamp NOT NULL,
		updated timestamp NOT NULL` + unique + `)`,
	}
}

// Create makes the ledger's tables where they are missing and checks the
// layout's version. It may be run again at any time, also by several processes
// at once. Where the ledger is there, it takes no privilege to create anything.
func (s *Store) Create(ctx context.Context) error {
	err := s.update(ctx, func(tx Tx) error {
		if s.dialect.CreateLock != "" {
			if _, err := tx.Exec(ctx, s.dialect.CreateLock); err != nil {
				return err
			}
		}
		if exists, err := s.existsIn(ctx, tx); err != nil || exists {
			return err
		}
		return s.createIn(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("prepare ledger: %w", err)
	}
	return nil
}

// createIn makes what is missing. The schema may have been made by someone
// with more privileges, for us to fill.
func (s *Store) createIn(ctx context.Context, tx Tx) error {
	statements := s.statements()
	schemas, err := queryInt(ctx, tx, `SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = $1`, s.schema)
	if err != nil {
		return err
	}
	if schemas == 0 {
		statements = append([]string{`CREATE SCHEMA {}`}, statements...)
	}
	for _, stmt := range statements {
		if _, err := tx.Exec(ctx, stmt); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO {}.layout SELECT $1::integer WHERE NOT EXISTS (SELECT 1 FROM {}.layout)`, int64(Version))
	return err
}

// existsIn tells whether there is a ledger. It refuses one whose layout this
// code does not know.
func (s *Store) existsIn(ctx context.Context, tx Tx) (bool, error) {
	// The standard's information_schema hides tables that we may not read.
	tables, err := queryInt(ctx, tx, `SELECT count(*) FROM pg_catalog.pg_tables
		WHERE schemaname = $1 AND tablename IN ('layout', 'ledger')`, s.schema)
	if err != nil || tables < 2 {
		return false, err
	}
	version, err := queryInt(ctx, tx, `SELECT coalesce(max(version), 0) FROM {}.layout`)
	if err == nil && version > Version {
		err = fmt.Errorf("its layout is version %d, this sluice knows %d: use a newer sluice", version, Version)
	}
	return version > 0, err
}

// queryInt runs a query that answers one integer.
func queryInt(ctx context.Context, tx Tx, query string, args ...any) (n int64, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}

// Exists tells whether the database has a ledger. It fails if that ledger was
// written by a newer Sluice.
func (s *Store) Exists(ctx context.Context) (exists bool, err error) {
	err = s.view(ctx, func(tx Tx) error {
		exists, err = s.existsIn(ctx, tx)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for the ledger: %w", err)
	}
	return exists, nil
}

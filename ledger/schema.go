package ledger

import (
	"context"
	"fmt"
)

// Version is the layout that this code writes. A ledger with a higher one
// was written by a newer Sluice and is refused; one with a lower one is brought
// up to it.
const Version = 2

// identity makes the index that an object's identity is unique by, and is
// looked up by. A key may be longer than an index takes (a third of a page in
// PostgreSQL), so it has the beginning of the key, of indexedKey characters, and
// a hash of all of it.
const (
	identity = `CREATE UNIQUE INDEX IF NOT EXISTS ledger_identity
		ON {}.ledger (pipeline, bucket, left(object_key, ` + indexedKey + `), hashtextextended(object_key, 0), generation)`
	indexedKey = "400"
)

// upgrade are the statements that bring a ledger of that version to the next.
func (s *Store) upgrade(version int64) []string {
	switch {
	case version == 1 && !s.dialect.OneWriter:
		return []string{`ALTER TABLE {}.ledger DROP CONSTRAINT IF EXISTS ledger_pipeline_bucket_object_key_generation_key`, identity}
	default:
		return nil
	}
}

// statements create the layout. They are idempotent.
func (s *Store) statements() []string {
	primary := " PRIMARY KEY"
	if s.dialect.OneWriter {
		primary = ""
	}
	list := []string{
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
		updated timestamp NOT NULL)`,
	}
	if !s.dialect.OneWriter {
		list = append(list, identity)
	}
	return list
}

// Create makes the ledger's tables where they are missing, and brings those of
// an older version up to date. It may be run again at any time, also by several
// processes at once. Where the ledger is there, it takes no privilege to create
// anything; to bring it up to date, it takes the tables' owner.
func (s *Store) Create(ctx context.Context) error {
	err := s.update(ctx, func(tx Tx) error {
		if s.dialect.CreateLock != "" {
			if _, err := tx.Exec(ctx, s.dialect.CreateLock); err != nil {
				return err
			}
		}
		version, err := s.versionIn(ctx, tx)
		switch {
		case err != nil:
			return err
		case version == 0:
			return s.createIn(ctx, tx)
		default:
			return s.upgradeIn(ctx, tx, version)
		}
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
	schemas, err := QueryInt(ctx, tx, `SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = $1`, s.schema)
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

// upgradeIn brings a ledger of that version up to date.
func (s *Store) upgradeIn(ctx context.Context, tx Tx, version int64) error {
	if version == Version {
		return nil
	}
	var statements []string
	for v := version; v < Version; v++ {
		statements = append(statements, s.upgrade(v)...)
	}
	for _, stmt := range statements {
		if _, err := tx.Exec(ctx, stmt); err != nil {
			return fmt.Errorf("bring its layout from version %d to %d: %w", version, Version, err)
		}
	}
	_, err := tx.Exec(ctx, `UPDATE {}.layout SET version = $1::integer`, int64(Version))
	return err
}

// versionIn is the version of the ledger's layout, 0 if there is no ledger. One
// that this code does not know is refused.
func (s *Store) versionIn(ctx context.Context, tx Tx) (int64, error) {
	// The standard's information_schema hides tables that we may not read.
	tables, err := QueryInt(ctx, tx, `SELECT count(*) FROM pg_catalog.pg_tables
		WHERE schemaname = $1 AND tablename IN ('layout', 'ledger')`, s.schema)
	if err != nil || tables < 2 {
		return 0, err
	}
	version, err := QueryInt(ctx, tx, `SELECT coalesce(max(version), 0) FROM {}.layout`)
	if err == nil && version > Version {
		err = fmt.Errorf("its layout is version %d, this sluice knows %d: use a newer sluice", version, Version)
	}
	return version, err
}

// QueryInt runs a query that answers one integer, 0 if it answers none.
func QueryInt(ctx context.Context, tx Tx, query string, args ...any) (n int64, err error) {
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
		version, err := s.versionIn(ctx, tx)
		exists = version > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look for the ledger: %w", err)
	}
	return exists, nil
}

package ledger

import (
	"context"
	"strings"
	"time"
)

// Store is a target's ledger. Its methods may be called concurrently; each is
// one transaction, except Advance, which is part of the caller's.
type Store struct {
	db      DB
	schema  string
	dialect Dialect
}

// Dialect is how a database differs from others, as far as a ledger minds.
// The zero value is a database in which transactions write side by side and
// lock rows.
type Dialect struct {
	// OneWriter tells that one transaction at a time writes, so that nothing
	// can slip in between the look for an object and its registration: the
	// ledger's table has no keys, and no row is locked. In DuckDB an index is
	// written anew with every commit, which costs more than all else once
	// there are some ten thousand objects.
	OneWriter bool
	// CreateLock is a statement that waits until no other transaction that
	// has run it is open, "" if creating the ledger needs none.
	CreateLock string
}

// New returns the ledger that lives in the given schema of db. Call
// [Store.Create] before anything else, unless the ledger is only to be looked
// at. The schema's name goes into statements as it is.
func New(db DB, schema string, dialect Dialect) *Store {
	return &Store{db: db, schema: schema, dialect: dialect}
}

// Through returns the same ledger, reached by way of a decorator of its
// database.
func (s *Store) Through(decorate func(DB) DB) *Store {
	through := *s
	through.db = decorate(s.db)
	return &through
}

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

// now is the time as the ledger stores it: UTC, in microseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

package ledger

import "context"

// DB is how a [Store] reaches the target's database. Parameters are written
// $1, $2 …; a []string or []int64 is passed as an array.
type DB interface {
	// Update runs fn in a transaction of its own and commits it, or rolls it
	// back if fn fails.
	Update(ctx context.Context, fn func(Tx) error) error
	// View runs fn on committed data. It must not write.
	View(ctx context.Context, fn func(Tx) error) error
}

// Tx runs statements inside a transaction. It is used by one goroutine.
type Tx interface {
	// Exec runs a statement and tells how many rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a query. The caller closes the rows.
	Query(ctx context.Context, query string, args ...any) (Rows, error)
}

// Rows is the part of *sql.Rows that a [Store] needs.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

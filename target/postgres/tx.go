package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// tx runs the ledger's statements on a connection.
type tx struct {
	target *Target
	conn   *pgx.Conn
	limit  time.Duration // for each statement, 0 for as long as it takes
}

func (t tx) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	if t.limit == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, t.limit)
}

// Exec implements [ledger.Tx].
func (t tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	limited, cancel := t.limited(ctx)
	defer cancel()
	tag, err := t.conn.Exec(limited, query, args...)
	return tag.RowsAffected(), t.target.ended(ctx, err)
}

// Query implements [ledger.Tx].
func (t tx) Query(ctx context.Context, query string, args ...any) (ledger.Rows, error) {
	limited, cancel := t.limited(ctx)
	result, err := t.conn.Query(limited, query, args...)
	if err != nil {
		cancel()
		return nil, t.target.ended(ctx, err)
	}
	return &rows{result, cancel, func(err error) error { return t.target.ended(ctx, err) }}, nil
}

// rows are a query's, with the time that it may take.
type rows struct {
	pgx.Rows
	cancel context.CancelFunc
	ended  func(error) error
}

// Err implements [ledger.Rows].
func (r *rows) Err() error { return r.ended(r.Rows.Err()) }

// Close implements [ledger.Rows].
func (r *rows) Close() error {
	r.Rows.Close()
	r.cancel()
	return nil
}

// Update implements [ledger.DB].
func (t *Target) Update(ctx context.Context, fn func(ledger.Tx) error) error {
	return t.transact(ctx, t.timeouts.statement, fn)
}

// View implements [ledger.DB]. fn must not call the target.
func (t *Target) View(ctx context.Context, fn func(ledger.Tx) error) error {
	return t.transact(ctx, t.timeouts.statement, fn)
}

// transact runs fn in a transaction on the target's own connection, and
// commits. Each statement may take as long as limit.
func (t *Target) transact(ctx context.Context, limit time.Duration, fn func(ledger.Tx) error) error {
	conn, err := t.take(ctx)
	if err != nil {
		return err
	}
	defer func() { t.control <- conn }()
	if conn, err = t.begin(ctx, conn); err != nil {
		return err
	}
	if err := fn(tx{t, conn, limit}); err != nil {
		conn = t.rollback(conn)
		return err
	}
	sure, err := t.commit(ctx, conn)
	if err != nil {
		conn = t.rollback(conn)
	}
	if !sure {
		return abstract.WithClass(abstract.Transient, err)
	}
	return err
}

// take waits for the target's own connection. It is nil if there is none yet,
// or any more.
func (t *Target) take(ctx context.Context) (*pgx.Conn, error) {
	select {
	case conn, open := <-t.control:
		if !open {
			return nil, errTargetClosed
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

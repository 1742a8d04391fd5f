//go:build cgo

package duckdb

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seed-ede61cd5/sluice/ledger"
)

// tx runs the ledger's statements on a connection.
type tx struct{ conn *sql.Conn }

func (t tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := t.conn.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, classify(err)
	}
	return result.RowsAffected()
}

func (t tx) Query(ctx context.Context, query string, args ...any) (ledger.Rows, error) {
	rows, err := t.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classify(err)
	}
	return rows, nil
}

// Update implements [ledger.DB]. It waits for an object that is being replaced,
// commits what the sessions have pushed so
// far, then runs fn in a transaction of its own: DuckDB checkpoints a commit
// only if no other transaction is writing.
func (t *Target) Update(ctx context.Context, fn func(ledger.Tx) error) error {
	w := t.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.await(ctx, nil); err != nil {
		return err
	}
	// If this fails, the sessions whose rows were in it are told.
	w.commit(context.WithoutCancel(ctx))
	if err := w.exec(ctx, "BEGIN"); err != nil {
		return err
	}
	defer w.giveBack(ctx)
	if err := fn(tx{w.conn}); err != nil {
		w.rollback()
		return err
	}
	if err := w.exec(ctx, "COMMIT"); err != nil {
		w.rollback()
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// View implements [ledger.DB]. fn must not call the target. It reads on a connection of its own, and so
// sees nothing of an open transaction, but never at the same time as a commit.
func (t *Target) View(ctx context.Context, fn func(ledger.Tx) error) error {
	t.writer.mu.Lock()
	defer t.writer.mu.Unlock()
	if t.writer.closed {
		return errTargetClosed
	}
	return fn(tx{t.view})
}

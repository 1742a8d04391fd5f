package postgres

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// commit ends the transaction: rows, then progress, then COMMIT.
//
// Invariant 1: the progress of every object in the transaction is recorded in
// it, as its last statement, and must find each object where the rows begin.
//
// Invariant 19: a session's transactions commit in the order of their pushes.
// One whose predecessor is undone is undone as well.
//
// Invariant 20: until the predecessor has committed it holds no lock that the
// predecessor could wait for: nothing but its rows, in tables where rows do not
// wait for each other. What neither of them knows, such as a statement that
// locks two tables, ends with lock_timeout.
func (t *txn) commit() error {
	// What the user's constraints have put off is checked while it can still
	// be blamed on a row, and where the user's functions are found.
	if len(t.locked) > 0 { // a batch of no rows has locked its table, too
		if err := t.target.batch(t.ctx, t.lane.conn, checkDeferred+"; "+ownPath); err != nil {
			return fmt.Errorf("check deferred constraints: %w", err)
		}
	}
	if _, _, err := t.wait(nil); err != nil {
		return err
	}
	progress := t.progress.Sorted()
	if err := t.deleteLate(progress); err != nil {
		return err
	}
	if err := t.target.ledger.Advance(t.ctx, tx{t.target, t.lane.conn, t.target.timeouts.statement}, progress); err != nil {
		return err
	}
	if sure, err := t.target.commit(t.ctx, t.lane.conn); sure && err != nil {
		return err
	} else if err != nil {
		if err := t.resolve(progress, err); err != nil {
			return err
		}
	}
	if t.committed != nil {
		t.committed(progress)
	}
	return nil
}

// resolve finds out whether a COMMIT took effect whose answer is not known:
// then every object stands where the transaction left it. It asks over another
// connection, and locks the entries, which waits until the old transaction
// has ended. It returns nil if the transaction was committed. The lane has no
// connection then.
func (t *txn) resolve(progress []ledger.Progress, cause error) error {
	t.target.discard(t.lane.conn)
	t.lane.conn = nil
	committed := true
	ctx := context.WithoutCancel(t.ctx)
	// The server ends the old transaction after its idle timeout at the latest,
	// unless it is still at work on the commit.
	patience := 2 * t.target.timeouts.idle
	err := t.target.transact(ctx, patience+t.target.timeouts.statement, func(tx ledger.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", patience.Milliseconds())); err != nil {
			return err
		}
		for _, p := range progress {
			at, err := t.target.ledger.PositionIn(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			if at.Offset != p.After || at.Done != p.Done {
				committed = false
				return nil
			}
		}
		return nil
	})
	switch {
	case err != nil:
		// Nothing is lost by going on from the ledger, whatever it says then:
		// its compare-and-set waits for the old transaction as well.
		return abstract.WithClass(abstract.Transient, fmt.Errorf("%w; whether it took effect is not known, as the ledger cannot be read: %w", cause, err))
	case !committed:
		return &target.RollbackError{Cause: abstract.WithClass(abstract.Transient, cause)}
	}
	return nil
}

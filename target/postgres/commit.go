package postgres

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// commit ends the transaction, if there is one: rows, then progress, then
// COMMIT.
//
// Invariant 1: the progress of every object in the transaction is recorded in
// it, as its last statement, and must find each object where the rows begin.
func (s *session) commit() error {
	t := s.txn
	if t == nil {
		return nil
	}
	if t.whole.id != 0 { // Flush, in the middle of it
		_ = s.abort(nil)
		return nil
	}
	if err := s.copier.flush(s.ctx, t.conn); err != nil {
		return s.abort(err)
	}
	// What the user's constraints have put off is checked while it can still
	// be blamed on a row, and where the user's functions are found.
	if len(t.locked) > 0 { // a batch of no rows has locked its table, too
		if err := s.target.batch(s.ctx, t.conn, checkDeferred+"; "+ownPath); err != nil {
			return s.abort(fmt.Errorf("check deferred constraints: %w", err))
		}
	}
	progress := t.progress.Sorted()
	if err := s.deleteLate(progress); err != nil {
		return s.abort(err)
	}
	if err := s.target.ledger.Advance(s.ctx, tx{s.target, t.conn, s.target.timeouts.statement}, progress); err != nil {
		return s.abort(err)
	}
	if sure, err := s.target.commit(s.ctx, t.conn); sure && err != nil {
		return s.abort(err)
	} else if err != nil {
		if err := s.resolve(progress, err); err != nil {
			return err
		}
	}
	s.txn = nil
	if s.committed != nil {
		s.committed(progress)
	}
	return nil
}

// resolve finds out whether a COMMIT took effect whose answer is not known:
// then every object stands where the transaction left it. It asks over a new
// connection, and locks the entries, which waits until the old transaction
// has ended. It returns nil if the transaction was committed.
func (s *session) resolve(progress []ledger.Progress, cause error) error {
	s.target.discard(s.conn)
	s.conn, s.txn = nil, nil
	committed := true
	ctx := context.WithoutCancel(s.ctx)
	// The server ends the old transaction after its idle timeout at the latest,
	// unless it is still at work on the commit.
	patience := 2 * s.target.timeouts.idle
	err := s.target.transact(ctx, patience+s.target.timeouts.statement, func(tx ledger.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", patience.Milliseconds())); err != nil {
			return err
		}
		for _, p := range progress {
			at, err := s.target.ledger.PositionIn(ctx, tx, p.ID)
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

// abort undoes the transaction, if there is one, and returns what the caller
// is told.
func (s *session) abort(cause error) error {
	s.copier.reset()
	if s.txn == nil {
		return cause
	}
	if abstract.ClassOf(cause) == abstract.Transient {
		// Another server may be the one to go on with.
		s.target.discard(s.txn.conn)
		s.conn, s.txn = nil, nil
	} else {
		s.conn, s.txn = s.target.rollback(s.txn.conn), nil
	}
	return &target.RollbackError{Cause: cause}
}

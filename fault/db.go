package fault

import (
	"context"

	"github.com/seed-ede61cd5/sluice/ledger"
)

// DB decorates the database of a ledger: the beginning of each transaction,
// each statement in it, and each commit is a call. It does not see the
// statements of the target's own sessions.
func DB(db ledger.DB, inj *Injector) ledger.DB { return &database{db, inj} }

type database struct {
	db  ledger.DB
	inj *Injector
}

// Update implements [ledger.DB].
func (d *database) Update(ctx context.Context, fn func(ledger.Tx) error) error {
	var lost error // the answer to the commit, if that is what goes wrong
	err := d.begin(ctx, d.db.Update, func(tx ledger.Tx) error {
		err := fn(tx)
		if err == nil {
			err, lost = d.inj.enter(ctx, OpCommit)
		}
		return err
	})
	if err == nil {
		err = lost
	}
	return err
}

// View implements [ledger.DB].
func (d *database) View(ctx context.Context, fn func(ledger.Tx) error) error {
	return d.begin(ctx, d.db.View, fn)
}

func (d *database) begin(ctx context.Context, transact func(context.Context, func(ledger.Tx) error) error, fn func(ledger.Tx) error) error {
	before, after := d.inj.enter(ctx, OpBegin)
	if before != nil {
		return before
	}
	return transact(ctx, func(inner ledger.Tx) error {
		if after != nil {
			return after
		}
		return fn(&tx{inner, d.inj})
	})
}

// tx is a transaction.
type tx struct {
	ledger.Tx
	inj *Injector
}

func (t *tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	before, after := t.inj.enter(ctx, OpExec)
	if before != nil {
		return 0, before
	}
	n, err := t.Tx.Exec(ctx, query, args...)
	if err == nil {
		err = after
	}
	return n, err
}

func (t *tx) Query(ctx context.Context, query string, args ...any) (ledger.Rows, error) {
	before, after := t.inj.enter(ctx, OpQuery)
	if before != nil {
		return nil, before
	}
	rows, err := t.Tx.Query(ctx, query, args...)
	if err == nil && after != nil {
		_ = rows.Close() // the caller is to know of the fault alone
		return nil, after
	}
	return rows, err
}

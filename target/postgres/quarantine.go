package postgres

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// verifyQuarantine compares the table of rejected records with the ledger, if
// there is one.
func (t *Target) verifyQuarantine(ctx context.Context, tx ledger.Tx, name string) error {
	exists, err := t.hasQuarantine(ctx, tx, name)
	if err != nil || !exists {
		return err
	}
	return t.ledger.CheckRows(ctx, tx, t.quarantineOf(name))
}

// quarantineOf names the table of rejected records beside a table.
func (t *Target) quarantineOf(name string) ledger.Table {
	beside := target.QuarantineTable(name)
	return ledger.Table{Name: beside, SQL: t.qualify(beside), FileID: quote(target.FileIDColumn), Rejected: true}
}

// Rejected implements [target.Quarantined].
func (t *Target) Rejected(ctx context.Context, name string, id int64, most int) (list []ledger.Rejected, exists bool, err error) {
	err = t.View(ctx, func(tx ledger.Tx) error {
		if exists, err = t.hasQuarantine(ctx, tx, name); err != nil || !exists {
			return err
		}
		list, err = ledger.ListRejected(ctx, tx, t.quarantineOf(name), id, most)
		return err
	})
	return list, exists, err
}

// hasQuarantine tells whether the table has one for rejected records beside it.
func (t *Target) hasQuarantine(ctx context.Context, tx ledger.Tx, name string) (bool, error) {
	beside := target.QuarantineTable(name)
	if checkName("table", beside) != nil {
		return false, nil // such a name cannot have been made
	}
	rows, err := tx.Query(ctx, `SELECT a.attname::text
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`, t.schema, beside)
	if err != nil {
		return false, fmt.Errorf("look for table %q: %w", beside, err)
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			return false, fmt.Errorf("look for table %q: %w", beside, err)
		}
		columns = append(columns, column)
	}
	return target.IsQuarantine(columns), rows.Err()
}

//go:build cgo

package duckdb

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// verifyQuarantine compares the table of rejected records with the ledger, if
// there is one.
func (t *Target) verifyQuarantine(ctx context.Context, tx ledger.Tx, table string) error {
	exists, err := hasQuarantine(ctx, tx, table)
	if err != nil || !exists {
		return err
	}
	return t.ledger.CheckRows(ctx, tx, t.quarantineOf(table))
}

// quarantineOf names the table of rejected records beside a table.
func (t *Target) quarantineOf(table string) ledger.Table {
	beside := target.QuarantineTable(table)
	return ledger.Table{Name: beside, SQL: t.writer.qualify(beside), FileID: quote(target.FileIDColumn), Rejected: true}
}

// Rejected implements [target.Quarantined].
func (t *Target) Rejected(ctx context.Context, table string, id int64, most int) (list []ledger.Rejected, exists bool, err error) {
	err = t.View(ctx, func(tx ledger.Tx) error {
		if exists, err = hasQuarantine(ctx, tx, table); err != nil || !exists {
			return err
		}
		list, err = ledger.ListRejected(ctx, tx, t.quarantineOf(table), id, most)
		return err
	})
	return list, exists, err
}

// hasQuarantine tells whether the table has one for rejected records beside it.
func hasQuarantine(ctx context.Context, tx ledger.Tx, table string) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT lower(column_name) FROM duckdb_columns()
		WHERE database_name = current_database() AND schema_name = 'main' AND lower(table_name) = lower($1)`,
		target.QuarantineTable(table))
	if err != nil {
		return false, fmt.Errorf("look for table %q: %w", target.QuarantineTable(table), err)
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			return false, fmt.Errorf("look for table %q: %w", target.QuarantineTable(table), err)
		}
		columns = append(columns, column)
	}
	return target.IsQuarantine(columns), rows.Err()
}

package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// AddColumnsSQL implements [target.Target].
func (t *Target) AddColumnsSQL(name string, columns abstract.Schema) string {
	if len(columns) == 0 {
		return ""
	}
	var added []string
	for _, column := range columns {
		added = append(added, "\n\tADD COLUMN IF NOT EXISTS "+quote(column.Name)+" "+createType(column.Type))
	}
	return "ALTER TABLE " + t.qualify(name) + strings.Join(added, ",")
}

// AddColumns implements [target.Target]. The table is locked for a moment, in
// which the server rewrites nothing. While the statement waits for that lock,
// whoever comes after it waits as well: sessions that could go on, and the
// user's readers. So it gives up behind one that holds the table for long, and
// the caller tries again later. It waits for longer than a session's transaction
// is kept open for more rows, so that sessions that never rest cannot keep it
// from ever coming in between.
func (t *Target) AddColumns(ctx context.Context, name string, columns abstract.Schema) error {
	if len(columns) == 0 {
		return nil
	}
	for _, column := range columns {
		err := checkName("column", column.Name)
		if err == nil && column.Name == target.FileIDColumn {
			err = fmt.Errorf("%s is Sluice's own", target.FileIDColumn)
		}
		if err != nil {
			return fmt.Errorf("add columns to table %q: %w", name, err)
		}
	}
	err := t.Update(ctx, func(tx ledger.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", t.timeouts.alter.Milliseconds())); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, t.AddColumnsSQL(name, columns))
		return err
	})
	if err != nil {
		return fmt.Errorf("add columns to table %q: %w", name, err)
	}
	return nil
}

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
		if err := t.lockToAlter(ctx, tx, name); err != nil {
			return err
		}
		missing, err := t.missing(ctx, tx, name, columns)
		if err != nil || len(missing) == 0 {
			return err
		}
		_, err = tx.Exec(ctx, t.AddColumnsSQL(name, missing))
		return err
	})
	if err != nil {
		return fmt.Errorf("add columns to table %q: %w", name, err)
	}
	return nil
}

// alterLock makes processes that change the columns of one table wait for each
// other. The number means nothing; it must only stay the same.
const alterLock = "SELECT pg_advisory_xact_lock(731059385, hashtext($1))"

// lockToAlter takes that lock, and has the transaction give up a lock that it
// waits for for long.
func (t *Target) lockToAlter(ctx context.Context, tx ledger.Tx, name string) error {
	_, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", t.timeouts.alter.Milliseconds()))
	if err == nil {
		_, err = tx.Exec(ctx, alterLock, t.qualify(name))
	}
	return err
}

// missing are the columns that the table lacks, letter case aside. What IF NOT
// EXISTS would compare are the names as they are: of two processes with the same
// column, spelled differently, each would add its own.
func (t *Target) missing(ctx context.Context, tx ledger.Tx, name string, columns abstract.Schema) (missing abstract.Schema, err error) {
	rows, err := tx.Query(ctx, `
		SELECT a.attname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped`, t.schema, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	has := map[string]bool{}
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			return nil, err
		}
		has[strings.ToLower(column)] = true
	}
	for _, column := range columns {
		if lower := strings.ToLower(column.Name); !has[lower] {
			has[lower] = true
			missing = append(missing, column)
		}
	}
	return missing, rows.Err()
}

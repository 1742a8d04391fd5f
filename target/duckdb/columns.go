//go:build cgo

package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// AddColumnsSQL implements [target.Target]. DuckDB adds one column at a time.
func (t *Target) AddColumnsSQL(name string, columns abstract.Schema) string {
	var statements []string
	for _, column := range columns {
		statements = append(statements, "ALTER TABLE "+quote(name)+" ADD COLUMN IF NOT EXISTS "+quote(column.Name)+" "+createType(column.Type))
	}
	return strings.Join(statements, ";\n")
}

// AddColumns implements [target.Target].
func (t *Target) AddColumns(ctx context.Context, name string, columns abstract.Schema) error {
	if len(columns) == 0 {
		return nil
	}
	for _, column := range columns {
		if err := checkName("column", column.Name); err != nil {
			return fmt.Errorf("add columns to table %q: %w", name, err)
		}
		if strings.EqualFold(column.Name, target.FileIDColumn) {
			return fmt.Errorf("add columns to table %q: %s is Sluice's own", name, target.FileIDColumn)
		}
	}
	if err := t.writer.alter(ctx, name, func() (string, error) { return t.AddColumnsSQL(name, columns), nil }); err != nil {
		return fmt.Errorf("add columns to table %q: %w", name, err)
	}
	return nil
}

// alter changes a table by all of the statements or none. It commits what the
// sessions have pushed so far, so that no rows of the table's old form are left to
// be inserted, then asks for the statements, and lets go of the view that rows were
// inserted through.
func (w *writer) alter(ctx context.Context, name string, plan func() (statements string, err error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.await(ctx, nil); err != nil {
		return err
	}
	// If this fails, the sessions whose rows were in it are told.
	w.commit(context.WithoutCancel(ctx))
	statements, err := plan()
	if err != nil || statements == "" {
		return err
	}
	if err := w.dropSink(ctx, name); err != nil {
		return err
	}
	if err := w.exec(ctx, "BEGIN"); err != nil {
		return err
	}
	if err := w.exec(ctx, statements); err != nil {
		w.rollback()
		return err
	}
	if err := w.exec(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		w.rollback()
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// dropSink forgets how rows get into a table whose columns are about to change.
// The view goes before what it reads from does.
func (w *writer) dropSink(ctx context.Context, name string) error {
	for known, s := range w.tables {
		if !strings.EqualFold(known, name) {
			continue
		}
		if err := w.exec(ctx, "DROP VIEW "+quote(feedDB)+".main."+quote(s.view)); err != nil {
			return err
		}
		s.release()
		delete(w.tables, known)
	}
	return nil
}

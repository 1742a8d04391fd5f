package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/postgres/internal/pgcopy"
)

// table is what Sluice fills of a table: neither generated columns nor the
// file id are among the columns.
type table struct {
	columns []pgcopy.Column
	fileID  bool
	// serial tells that rows of one transaction may have to wait for those of
	// another: for a key that only one of them may have, or for whatever a
	// trigger does. Partitions may differ, and other kinds of storage may have
	// rules of their own (Invariant 20).
	serial bool
}

// public is the table as callers see it.
func (t *table) public() *target.Table {
	described := &target.Table{FileID: t.fileID}
	for _, c := range t.columns {
		described.Schema = append(described.Schema, abstract.Column{Name: c.Name, Type: c.Type})
	}
	return described
}

// qualify is a table's full name, which no other schema can be meant by.
func (t *Target) qualify(name string) string { return quote(t.schema) + "." + quote(name) }

// Describe implements [target.Target].
func (t *Target) Describe(ctx context.Context, name string) (described *target.Table, err error) {
	if err := checkName("table", name); err != nil {
		return nil, err
	}
	err = t.View(ctx, func(tx ledger.Tx) error {
		found, err := t.describe(ctx, tx, name)
		if found != nil {
			described = found.public()
		}
		return err
	})
	return described, err
}

// describe reads a table's columns, nil if there is no such table.
func (t *Target) describe(ctx context.Context, tx ledger.Tx, name string) (*table, error) {
	found, err := t.readColumns(ctx, tx, name)
	if err != nil {
		return nil, fmt.Errorf("describe table %q: %w", name, err)
	}
	return found, nil
}

func (t *Target) readColumns(ctx context.Context, tx ledger.Tx, name string) (found *table, err error) {
	rows, err := tx.Query(ctx, `
		SELECT c.relkind::text, coalesce(a.attname::text, ''), coalesce(a.atttypid::bigint, 0), coalesce(a.atttypmod, -1)::bigint,
			coalesce(a.attgenerated <> '' OR a.attidentity = 'a', false), coalesce(y.typtype = 'e', false),
			coalesce(format_type(a.atttypid, a.atttypmod), ''),
			c.relkind <> 'r' OR c.relhastriggers OR c.relam <> (SELECT m.oid FROM pg_am m WHERE m.amname = 'heap') OR EXISTS (
				SELECT FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion))
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_type y ON y.oid = a.atttypid
		WHERE n.nspname = $1 AND c.relname = $2 ORDER BY a.attnum`, t.schema, name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var kind, column, shown string
		var oid, modifier int64
		var made, isEnum, serial bool
		if err := rows.Scan(&kind, &column, &oid, &modifier, &made, &isEnum, &shown, &serial); err != nil {
			return nil, err
		}
		if kind != "r" && kind != "p" {
			return nil, fmt.Errorf("it is not a table but %s: name a table", kindName(kind))
		}
		if found == nil {
			found = &table{serial: serial}
		}
		switch {
		case column == target.FileIDColumn:
			if oid != pgtype.Int8OID {
				return nil, fmt.Errorf("its column %s is %s, and holds ledger ids: make it bigint", column, shown)
			}
			found.fileID = true
		case column != "" && !made:
			c, err := columnOf(column, uint32(oid), int(modifier), isEnum, shown)
			if err != nil {
				return nil, err
			}
			found.columns = append(found.columns, c)
		}
	}
	return found, rows.Err()
}

// kindName says what a pg_class.relkind is.
func kindName(kind string) string {
	switch kind {
	case "v":
		return "a view"
	case "m":
		return "a materialized view"
	case "f":
		return "a foreign table"
	case "S":
		return "a sequence"
	case "i", "I":
		return "an index"
	}
	return "something else (relkind " + kind + ")"
}

// CreateSQL implements [target.Target].
func (t *Target) CreateSQL(name string, described target.Table) string {
	lines := make([]string, 0, len(described.Schema)+1)
	for _, column := range described.Schema {
		lines = append(lines, "\t"+quote(column.Name)+" "+createType(column.Type))
	}
	if described.FileID {
		lines = append(lines, "\t"+quote(target.FileIDColumn)+" bigint")
	}
	return "CREATE TABLE " + t.qualify(name) + " (\n" + strings.Join(lines, ",\n") + "\n)"
}

// Create implements [target.Target].
func (t *Target) Create(ctx context.Context, name string, described target.Table) error {
	if err := checkTable(name, described); err != nil {
		return err
	}
	err := t.Update(ctx, func(tx ledger.Tx) error {
		_, err := tx.Exec(ctx, t.CreateSQL(name, described))
		return err
	})
	if err != nil {
		return fmt.Errorf("create table %q: %w", name, err)
	}
	return nil
}

// checkTable refuses a table that cannot be made, or not with these names.
func checkTable(name string, described target.Table) error {
	if err := checkName("table", name); err != nil {
		return err
	}
	switch n := len(described.Schema); {
	case n == 0:
		return fmt.Errorf("create table %q: it has no columns", name)
	case n >= pgcopy.MaxColumns:
		return fmt.Errorf("create table %q: it has %d columns, and with the file id PostgreSQL takes at most %d", name, n, pgcopy.MaxColumns)
	}
	seen := map[string]bool{target.FileIDColumn: true}
	for _, column := range described.Schema {
		if err := checkName("column", column.Name); err != nil {
			return fmt.Errorf("create table %q: %w", name, err)
		}
		if seen[column.Name] {
			return fmt.Errorf("create table %q: it has a column %q already", name, column.Name)
		}
		seen[column.Name] = true
	}
	return nil
}

//go:build cgo

package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// createType is the column type that Create gives each type.
func createType(t abstract.Type) string {
	switch t {
	case abstract.Bool:
		return "BOOLEAN"
	case abstract.Int64:
		return "BIGINT"
	case abstract.Float64:
		return "DOUBLE"
	case abstract.Date:
		return "DATE"
	case abstract.Timestamp:
		return "TIMESTAMP"
	case abstract.TimestampTZ:
		return "TIMESTAMP WITH TIME ZONE"
	case abstract.Time:
		return "TIME"
	case abstract.UUID:
		return "UUID"
	case abstract.JSON:
		return "JSON"
	case abstract.Bytes:
		return "BLOB"
	case abstract.Text:
		return "VARCHAR"
	default:
		return strings.ToUpper(string(t)) // decimal(p,s) is SQL's spelling, too
	}
}

// readType is the type that a reader must deliver for a column of an existing
// table. Only types are taken whose cast to the column's is exact or fails:
// a number that a narrower integer cannot hold is an error, never another
// number. The rest (FLOAT, INTERVAL, nested types …) is refused.
func readType(dataType string) (t abstract.Type, ok bool) {
	switch dataType {
	case "TINYINT", "SMALLINT", "INTEGER", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT":
		return abstract.Int64, true
	}
	for _, t := range []abstract.Type{abstract.Bool, abstract.Int64, abstract.Float64, abstract.Date, abstract.Time,
		abstract.Timestamp, abstract.TimestampTZ, abstract.UUID, abstract.Text, abstract.JSON, abstract.Bytes} {
		if createType(t) == dataType {
			return t, true
		}
	}
	t = abstract.Type(strings.ToLower(dataType))
	_, _, ok = t.Decimal()
	return t, ok
}

// Describe implements [target.Target].
func (t *Target) Describe(ctx context.Context, table string) (*target.Table, error) {
	t.writer.mu.Lock()
	defer t.writer.mu.Unlock()
	if t.writer.closed {
		return nil, errTargetClosed
	}
	return describe(ctx, t.view, table)
}

func describe(ctx context.Context, conn *sql.Conn, name string) (*target.Table, error) {
	rows, err := conn.QueryContext(ctx, `SELECT column_name, data_type,
			table_oid IN (SELECT view_oid FROM duckdb_views() WHERE database_name = current_database())
		FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = 'main' AND lower(table_name) = lower($1)
		ORDER BY column_index`, name)
	if err != nil {
		return nil, fmt.Errorf("describe table %q: %w", name, err)
	}
	defer rows.Close()
	var table *target.Table
	for rows.Next() {
		var column, dataType string
		var isView bool
		if err := rows.Scan(&column, &dataType, &isView); err != nil {
			return nil, fmt.Errorf("describe table %q: %w", name, err)
		}
		if isView {
			return nil, fmt.Errorf("%q is a view: name a table", name)
		}
		if table == nil {
			table = &target.Table{}
		}
		if strings.EqualFold(column, target.FileIDColumn) {
			table.FileID = true
			continue
		}
		t, ok := readType(dataType)
		if !ok {
			return nil, fmt.Errorf("column %q of table %q is %s, which Sluice cannot fill without changing values: "+
				"load into a new table, or make the column VARCHAR, BIGINT, DOUBLE, DECIMAL, BOOLEAN, DATE, TIME, TIMESTAMP, UUID, JSON or BLOB", column, name, dataType)
		}
		table.Schema = append(table.Schema, abstract.Column{Name: column, Type: t})
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("describe table %q: %w", name, err)
	}
	return table, nil
}

// CreateSQL implements [target.Target].
func (t *Target) CreateSQL(name string, table target.Table) string {
	lines := make([]string, 0, len(table.Schema)+1)
	for _, column := range table.Schema {
		lines = append(lines, "\t"+quote(column.Name)+" "+createType(column.Type))
	}
	if table.FileID {
		lines = append(lines, "\t"+quote(target.FileIDColumn)+" BIGINT")
	}
	return "CREATE TABLE " + quote(name) + " (\n" + strings.Join(lines, ",\n") + "\n)"
}

// Create implements [target.Target].
func (t *Target) Create(ctx context.Context, name string, table target.Table) error {
	if err := checkName("table", name); err != nil {
		return err
	}
	if len(table.Schema) == 0 {
		return fmt.Errorf("create table %q: it has no columns", name)
	}
	var seen []string
	for _, column := range table.Schema {
		if err := checkName("column", column.Name); err != nil {
			return fmt.Errorf("create table %q: %w", name, err)
		}
		lower := strings.ToLower(column.Name)
		if slices.Contains(seen, lower) || lower == target.FileIDColumn {
			return fmt.Errorf("create table %q: DuckDB takes column %q for another one, as it ignores letter case", name, column.Name)
		}
		seen = append(seen, lower)
	}
	t.writer.mu.Lock()
	defer t.writer.mu.Unlock()
	if err := t.writer.await(ctx, nil); err != nil {
		return err
	}
	// If this fails, the sessions whose rows were in it are told.
	t.writer.commit(context.WithoutCancel(ctx))
	if err := t.writer.exec(ctx, t.CreateSQL(name, table)); err != nil {
		return fmt.Errorf("create table %q: %w", name, err)
	}
	return nil
}

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
)

// table is what a load has made of a file.
type table struct {
	failed   string // why the file was refused, or given up, "" if it was not
	rows     int64
	rejected int64
	columns  []column
	bad      []badRecord
}

type column struct {
	name    string
	nonNull int64
}

// badRecord is a row of the quarantine table.
type badRecord struct {
	record int64
	offset sql.NullInt64
	reason string
	raw    []byte // nil for none
}

// readTable reads what was loaded, and checks that the ledger, the tables and what was
// printed tell the same.
func readTable(ctx context.Context, dir string, l load) (t table, err error) {
	db, err := sql.Open("duckdb", database(dir)+"?access_mode=read_only")
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	said, err := l.outcome()
	if err != nil {
		return t, fmt.Errorf("it printed %q: %w", l.stdout, err)
	}
	var state string
	row := db.QueryRowContext(ctx, `SELECT state, reason, rows_loaded, rows_rejected FROM _sluice.ledger`)
	if err := row.Scan(&state, &t.failed, &t.rows, &t.rejected); err != nil {
		return t, fmt.Errorf("the ledger: %w", err)
	}
	if state == "done" {
		t.failed = ""
	}
	if (state == "done") != (l.code == 0) || t.failed == "" && state != "done" {
		return t, fmt.Errorf("exit code %d, and the file is %s in the ledger, for %q", l.code, state, t.failed)
	}
	if err := t.readRows(ctx, db); err != nil {
		return t, err
	}
	if said.Rows != t.rows || said.Rejected != t.rejected || int64(len(t.bad)) != t.rejected {
		return t, fmt.Errorf("%+v was printed, the ledger has %d rows and %d rejected, of which %d are kept", said, t.rows, t.rejected, len(t.bad))
	}
	return t, nil
}

// readRows counts the values of each column, and reads the bad records.
func (t *table) readRows(ctx context.Context, db *sql.DB) error {
	var tables int
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM duckdb_tables() WHERE table_name IN ('t', 't_rejected')`).Scan(&tables); err != nil || tables == 0 {
		return err // the file was refused before there were tables
	}
	names, err := texts(ctx, db, `SELECT column_name FROM duckdb_columns() WHERE table_name = 't' ORDER BY column_index`)
	if err != nil {
		return err
	}
	counts := []string{"count(*)"}
	t.columns = make([]column, len(names))
	var rows int64
	into := []any{&rows}
	for i, name := range names {
		t.columns[i].name = name
		counts, into = append(counts, "count("+quoted(name)+")"), append(into, &t.columns[i].nonNull)
	}
	if len(names) > 0 {
		if err := db.QueryRowContext(ctx, `SELECT `+strings.Join(counts, ", ")+` FROM t`).Scan(into...); err != nil {
			return err
		}
	}
	if rows != t.rows {
		return fmt.Errorf("the table has %d rows, the ledger %d", rows, t.rows)
	}
	bad, err := db.QueryContext(ctx, `SELECT record, byte_offset, reason, raw FROM t_rejected ORDER BY record`)
	if err != nil {
		return err
	}
	defer bad.Close()
	for bad.Next() {
		var b badRecord
		if err := bad.Scan(&b.record, &b.offset, &b.reason, &b.raw); err != nil {
			return err
		}
		t.bad = append(t.bad, b)
	}
	return bad.Err()
}

// texts runs a query of one column of text.
func texts(ctx context.Context, db *sql.DB, query string) (list []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// quoted is an identifier of SQL.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// records is how many records were read.
func (t table) records() int64 { return t.rows + t.rejected }

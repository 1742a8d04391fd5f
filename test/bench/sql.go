package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2"
)

// describe tells the columns of a query.
func describe(ctx context.Context, query string) (columns []column, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+query+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.dataType); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

// inDuckDB executes statements in a database file, or in memory without a path.
func inDuckDB(ctx context.Context, path string, statements ...string) error {
	db, err := sql.Open("duckdb", path)
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return errors.Join(fmt.Errorf("%.200s: %w", s, err), db.Close())
		}
	}
	return db.Close()
}

// literal is a text as it stands in SQL.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// names lists the columns for SQL.
func names(columns []column) string {
	var list []string
	for _, c := range columns {
		list = append(list, `"`+c.name+`"`)
	}
	return strings.Join(list, ", ")
}

// duckdbVersion is that of the engine in this binary.
func duckdbVersion() (version string) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err.Error()
	}
	defer db.Close()
	if err := db.QueryRow("SELECT version()").Scan(&version); err != nil {
		return err.Error()
	}
	return version
}

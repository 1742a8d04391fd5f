package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// duckdbFile is the path of a DuckDB file.
type duckdbFile string

func (d duckdbFile) url() string { return "duckdb:" + string(d) }
func (duckdbFile) cpu() float64  { return 0 }
func (duckdbFile) beyond() int   { return 400 }

func (d duckdbFile) reset(ctx context.Context, columns []column) error {
	for _, name := range []string{string(d), string(d) + ".wal"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return inDuckDB(ctx, string(d), createTable(columns, func(dataType string) string { return dataType }))
}

func (d duckdbFile) tally(ctx context.Context, columns []column) (rows int64, sum string, err error) {
	db, err := sql.Open("duckdb", string(d))
	if err != nil {
		return 0, "", err
	}
	err = db.QueryRowContext(ctx, fmt.Sprintf("SELECT count(*), coalesce(sum(hash(%s)::HUGEINT), 0)::VARCHAR FROM %s", names(columns), table)).Scan(&rows, &sum)
	return rows, sum, errors.Join(err, db.Close())
}

// createTable is the statement that makes the table, with the types as spell
// spells them, and with the column for Sluice's file ids, which the others
// leave NULL.
func createTable(columns []column, spell func(string) string) string {
	statement := "CREATE TABLE " + table + " ("
	for _, c := range columns {
		statement += `"` + c.name + `" ` + spell(c.dataType) + ", "
	}
	return statement + "_sluice_file BIGINT)"
}

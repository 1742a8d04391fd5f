//go:build cgo

package duckdb_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
	"github.com/seed-ede61cd5/sluice/target/targettest"
)

func TestConformance(t *testing.T) {
	for name, opts := range map[string]duckdb.Options{
		"default": {},
		"tight":   {Buffer: 64 << 10, Memory: 64 << 20, Threads: 2},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			targettest.Run(t, targettest.Harness{
				Open: func(ctx context.Context, _ *testing.T, name string) (target.Target, error) {
					return duckdb.Open(ctx, filepath.Join(dir, name+".duckdb"), opts)
				},
				Rows:         rows,
				Exec:         execute,
				LedgerSchema: "_sluice",
			})
		})
	}
}

func execute(t *testing.T, db target.Target, statement string) {
	t.Helper()
	err := db.(ledger.DB).Update(t.Context(), func(tx ledger.Tx) error {
		_, err := tx.Exec(t.Context(), statement)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func rows(t *testing.T, db target.Target, table string, schema abstract.Schema) (list [][]any) {
	t.Helper()
	columns := make([]string, 0, len(schema))
	for _, column := range schema {
		expression := quoted(column.Name)
		switch _, _, decimal := column.Type.Decimal(); {
		case decimal, column.Type == abstract.Time, column.Type == abstract.UUID, column.Type == abstract.JSON:
			expression += "::VARCHAR"
		}
		columns = append(columns, expression)
	}
	query := "SELECT " + strings.Join(columns, ", ") + " FROM " + quoted(table)
	err := db.(ledger.DB).View(t.Context(), func(tx ledger.Tx) error {
		rows, err := tx.Query(t.Context(), query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row, into := make([]any, len(schema)), make([]any, len(schema))
			for n := range row {
				into[n] = &row[n]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			for n, value := range row {
				if small, ok := value.(int32); ok {
					row[n] = int64(small)
				}
			}
			list = append(list, row)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

// quoted is the test's own quoting, not the one that is tested.
func quoted(name string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range name {
		if r == '"' {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	return b.String() + `"`
}

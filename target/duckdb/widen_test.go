//go:build cgo

package duckdb_test

import (
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// TestWidenUnderIndex: DuckDB does not change a column that an index is on. It
// changes none then, and goes on.
func TestWidenUnderIndex(t *testing.T) {
	ctx := t.Context()
	db := open(t, tempFile(t), duckdb.Options{})
	exec := func(statement string) {
		t.Helper()
		must(t, db.(ledger.DB).Update(ctx, func(tx ledger.Tx) error {
			_, err := tx.Exec(ctx, statement)
			return err
		}))
	}
	exec("CREATE TABLE t (a BIGINT, b BIGINT)")
	exec("CREATE INDEX i ON t (b)")
	change := func(columns ...string) error {
		var list []target.Widening
		for _, c := range columns {
			list = append(list, target.Widening{Column: c, From: abstract.Int64, To: abstract.Text})
		}
		return db.WidenColumns(ctx, "t", list)
	}
	if err := change("a", "b"); err == nil || !strings.Contains(err.Error(), "depend") && !strings.Contains(err.Error(), "index") {
		t.Errorf("it answered %v", err)
	}
	table, err := db.Describe(ctx, "t")
	if err != nil || table.Schema[0].Type != abstract.Int64 || table.Schema[1].Type != abstract.Int64 {
		t.Errorf("the table is %v, %v", table, err)
	}
	exec("DROP INDEX i")
	must(t, change("a", "b"))
}

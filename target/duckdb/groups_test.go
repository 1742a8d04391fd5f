//go:build cgo

package duckdb_test

import (
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// TestRowGroups: items of any number of rows go to DuckDB in batches of a row
// group, cut and joined; every row arrives as it was, with its own file's id,
// whatever is between two INSERTs.
func TestRowGroups(t *testing.T) {
	const each = 70_001 // no multiple of eight: bits are cut, too
	db := open(t, tempFile(t), duckdb.Options{Buffer: 9 << 20, Threads: 2})
	execute(t, db, "CREATE TABLE t (n BIGINT, s VARCHAR, odd BOOLEAN, part BIGINT, _sluice_file BIGINT)")
	entries, err := register(t.Context(), db, "a", "b")
	must(t, err)
	s := session(t, db)
	for part := range int64(8) {
		entry := entries[part%2]
		rows := make([][]any, each)
		for i := range rows {
			n := int64(i) + part*each
			rows[i] = []any{n, fmt.Sprint("row ", n), n%2 == 1, nil}
			if n%3 > 0 {
				rows[i][3] = part
			}
		}
		item, err := abstract.NewRows("t", []string{"n", "s", "odd", "part"}, rows...)
		must(t, err)
		before := part / 2 * each
		item.Origin = abstract.Origin{LedgerID: entry.ID, Object: entry.Object, Before: before, After: before + each, Rows: each, Last: part >= 6}
		must(t, s.Push([]abstract.ChangeItem{item}))
	}
	must(t, s.Flush())
	must(t, db.(ledger.DB).View(t.Context(), func(tx ledger.Tx) error {
		got := query(t, tx, fmt.Sprintf(`SELECT count(*)::VARCHAR || ' ' || count(DISTINCT n) || ' ' || count(*) FILTER (
			s = 'row ' || n AND odd = (n %% 2 = 1) AND part IS NOT DISTINCT FROM CASE WHEN n %% 3 > 0 THEN n // %d END
			AND _sluice_file = CASE WHEN n // %d %% 2 = 0 THEN %d ELSE %d END) FROM t`, each, each, entries[0].ID, entries[1].ID))
		if want := fmt.Sprintf("%d %[1]d %[1]d", 8*each); got != want {
			t.Errorf("rows, different ones, right ones: %s, want %s", got, want)
		}
		return nil
	}))
}

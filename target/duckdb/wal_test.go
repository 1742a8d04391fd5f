//go:build cgo

package duckdb_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// TestT22NoWriteAheadLog: whatever is committed, it is in the file, as DuckDB
// can replay half of a transaction from a log that was cut.
func TestT22NoWriteAheadLog(t *testing.T) {
	ctx := t.Context()
	path := tempFile(t)
	db := open(t, path, duckdb.Options{Buffer: 64 << 10})
	noWAL(t, path, "open")
	must(t, db.Create(ctx, "t", numbers))
	noWAL(t, path, "create")
	must(t, db.Ledger().Bind(ctx, "p", "t"))
	noWAL(t, path, "bind")
	entries, err := register(ctx, db, "a", "b")
	must(t, err)
	noWAL(t, path, "register")
	s := session(t, db)
	for n := range int64(4) {
		must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], n*1000, (n+1)*1000)}))
		noWAL(t, path, "push")
		must(t, s.Flush())
		noWAL(t, path, "flush")
	}
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[1], 0, 1)}))
	must(t, db.Ledger().Fail(ctx, entries[1].ID, "because")) // commits what was pushed
	noWAL(t, path, "fail")
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[1], 1, 1000)}))
	must(t, s.Close())
	noWAL(t, path, "rollback")
	consistent(t, db)
	if _, err := db.Forget(ctx, "t", entries[0]); err != nil {
		t.Error(err)
	}
	noWAL(t, path, "forget")
	must(t, db.Close())
	noWAL(t, path, "close")
}

// TestNothingLeftBehind: who opens the file without Sluice finds the table and
// the ledger, and nothing that needs this process.
func TestNothingLeftBehind(t *testing.T) {
	path := tempFile(t)
	db := open(t, path, duckdb.Options{})
	must(t, db.Create(t.Context(), "t", numbers))
	entries, err := register(t.Context(), db, "a")
	must(t, err)
	s := session(t, db)
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], 0, 1000)}))
	must(t, s.Flush())
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], 1000, 2000)}))
	must(t, db.Close())

	files, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	if len(files) != 1 {
		t.Errorf("beside the file there is more: %v", files)
	}
	plain, err := sql.Open("duckdb", path)
	must(t, err)
	defer plain.Close()
	for query, want := range map[string]string{
		`SELECT count(*) || ' ' || sum(n) FROM t`:                                                                                              "1000 499500",
		`SELECT count(*) FROM duckdb_views() WHERE NOT internal`:                                                                               "0",
		`SELECT count(*) FROM duckdb_databases() WHERE NOT internal`:                                                                           "1",
		`SELECT string_agg(schema_name || '.' || table_name, ' ' ORDER BY schema_name, table_name) FROM duckdb_tables()`:                       "_sluice.layout _sluice.ledger _sluice.pipelines main.t",
		`SELECT string_agg(DISTINCT schema_name, ' ' ORDER BY schema_name) FROM duckdb_schemas() WHERE NOT internal AND schema_name <> 'main'`: "_sluice",
		`SELECT count(*) FROM duckdb_functions() WHERE NOT internal`:                                                                           "0",
		`SELECT string_agg(sequence_name, ' ') FROM duckdb_sequences()`:                                                                        "ledger_id",
	} {
		var got string
		if err := plain.QueryRow(query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", query, got, err, want)
		}
	}
}

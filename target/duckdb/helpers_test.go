//go:build cgo

package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

var numbers = target.Table{
	Schema: abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: "s", Type: abstract.Text}},
	FileID: true,
}

func open(t *testing.T, path string, opts duckdb.Options) target.Target {
	t.Helper()
	db, err := duckdb.Open(t.Context(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func tempFile(t *testing.T) string { return filepath.Join(t.TempDir(), "test.duckdb") }

func session(t *testing.T, db target.Target) target.Session {
	t.Helper()
	s, err := db.Session(t.Context(), target.SessionConfig{})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// register registers objects and returns their entries.
func register(ctx context.Context, db target.Target, keys ...string) ([]ledger.Entry, error) {
	list := make([]ledger.Candidate, 0, len(keys))
	for _, key := range keys {
		list = append(list, ledger.Candidate{Object: abstract.ObjectID{Bucket: "s3://b", Key: key, Generation: "g"}})
	}
	if err := db.Ledger().Register(ctx, "p", list); err != nil {
		return nil, err
	}
	return db.Ledger().Lookup(ctx, "p", "s3://b", keys)
}

// stretch is an object's rows from offset to offset, of table "t".
func stretch(e ledger.Entry, before, after int64) abstract.ChangeItem {
	rows := make([][]any, 0, after-before)
	for n := before; n < after; n++ {
		rows = append(rows, []any{n, fmt.Sprintf("row %d of %s, which takes some room on the disk %d", n, e.Object.Key, n*2654435761)})
	}
	item, err := abstract.NewRows("t", []string{"n", "s"}, rows...)
	if err != nil {
		panic(err) // the test's own mistake
	}
	item.Origin = abstract.Origin{LedgerID: e.ID, Object: e.Object, Before: before, After: after, Rows: after - before}
	return item
}

// consistent checks that the table holds exactly what the ledger says, file
// by file, and that the file holds nothing of Sluice's but the ledger.
func consistent(t *testing.T, db target.Target) (rows int64) {
	t.Helper()
	must(t, db.(ledger.DB).View(t.Context(), func(tx ledger.Tx) error {
		if wrong := query(t, tx, `
			SELECT l.object_key || ': ' || l.read_offset || ' in the ledger, ' || count(t.n) || ' rows, ' || count(DISTINCT t.n) || ' different'
			FROM _sluice.ledger l LEFT JOIN t ON t._sluice_file = l.id
			GROUP BY l.id, l.object_key, l.read_offset, l.rows_loaded
			HAVING l.read_offset <> count(t.n) OR l.rows_loaded <> count(t.n) OR count(DISTINCT t.n) <> count(t.n)
				OR coalesce(max(t.n), -1) <> l.read_offset - 1`); wrong != "" {
			t.Errorf("rows and ledger disagree: %s", wrong)
		}
		if lost := query(t, tx, `SELECT count(*) FROM t WHERE _sluice_file NOT IN (SELECT id FROM _sluice.ledger)`); lost != "0" {
			t.Errorf("%s rows of no file", lost)
		}
		_, err := fmt.Sscan(query(t, tx, `SELECT count(*) FROM t`), &rows)
		return err
	}))
	return rows
}

// query answers a query's first column, lines apart.
func query(t *testing.T, tx ledger.Tx, sql string) string {
	t.Helper()
	rows, err := tx.Query(context.WithoutCancel(t.Context()), sql)
	must(t, err)
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line any
		must(t, rows.Scan(&line))
		lines = append(lines, fmt.Sprint(line))
	}
	must(t, rows.Err())
	return strings.Join(lines, "\n")
}

// noWAL checks that there is no write-ahead log beside the file.
func noWAL(t *testing.T, path, after string) {
	t.Helper()
	if _, err := os.Stat(path + ".wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a write-ahead log after %s (%v)", after, err)
	}
}

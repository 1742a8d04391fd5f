package e2e

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// TestS3ListingOfManyKeys subtracts a hundred thousand keys that the ledger
// has from a listing: within a minute, and within 64 MiB of what the command
// takes for a single key (S-28, P10).
func TestS3ListingOfManyKeys(t *testing.T) {
	const n, content = 100_000, "id\n"
	b, dir := newBucket(t), t.TempDir()
	name := func(i int) string { return fmt.Sprintf("many/%03d/f%06d.csv", i/1000, i) }
	b.server.PutMany(t, b.name, n, name, []byte(content))
	b.server.Put(t, b.name, "one/a.csv", []byte("id\n1\n"))
	path := filepath.Join(dir, "many.duckdb")
	load := func(prefix string) outcome {
		return b.sluice(t, "load", b.url(prefix), "--to", "duckdb:"+path, "--table", "t", "--json").expect(t, 0)
	}
	load("one/")
	load("many/000/f000000.csv")
	fillLedger(t, path, n, name)
	idle := load("one/")

	out := load("many/")
	r := out.result(t)
	if r.FilesSkipped != n || r.FilesLoaded != 0 {
		t.Errorf("got %+v, want %d files skipped", r, n)
	}
	t.Logf("%.1f s, peak RSS %d MiB, for a single key %d MiB", r.Seconds, out.peakRSS/mib, idle.peakRSS/mib)
	if r.Seconds > 60 {
		t.Errorf("%.1f seconds, want at most 60", r.Seconds)
	}
	checkRSS(t, out.peakRSS, idle.peakRSS+64*mib)

	// One more at the end of the listing, and one in its middle, are found.
	b.server.Put(t, b.name, "many/050/f050500a.csv", []byte("id\n2\n"))
	b.server.Put(t, b.name, "many/zzz.csv", []byte("id\n3\n"))
	if r := load("many/").result(t); r.FilesLoaded != 2 || r.RowsLoaded != 2 || r.FilesSkipped != n {
		t.Errorf("with two new files: %+v", r)
	}
}

// fillLedger writes what loading all of the files one by one would have left:
// a copy of the first one's entry for each of the others.
func fillLedger(t *testing.T, path string, n int, name func(i int) string) {
	t.Helper()
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, stmt := range []string{
		`CREATE TEMP TABLE names (object_key text)`,
		fmt.Sprintf(`INSERT INTO names SELECT format('many/{:03d}/f{:06d}.csv', i // 1000, i) FROM range(1, %d) r(i)`, n),
		fmt.Sprintf(`INSERT INTO _sluice.ledger BY NAME SELECT nextval('_sluice.ledger_id') AS id, n.object_key, l.* EXCLUDE (id, object_key)
			FROM _sluice.ledger l, names n WHERE l.object_key = '%s' AND l.state = 'done'`, name(0)),
	} {
		if _, err := db.Exec(stmt); err != nil {
			t.Fatalf("%s: %v", stmt, err)
		}
	}
	if got := scalarOf(t, db, `SELECT count(*) FROM _sluice.ledger WHERE state = 'done'`); got != int64(n)+1 {
		t.Fatalf("%d entries in the ledger, want %d", got, n+1)
	}
	if last := scalarOf(t, db, fmt.Sprintf(`SELECT count(*) FROM _sluice.ledger WHERE object_key = '%s'`, name(n-1))); last != 1 {
		t.Fatal("the names in the ledger are others")
	}
}

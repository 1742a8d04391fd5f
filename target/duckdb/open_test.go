//go:build cgo

package duckdb_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// TestOpenErrors: what cannot be opened is named, with what to do about it.
func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	good := in("good.duckdb")
	must(t, open(t, good, duckdb.Options{}).Close())
	content, err := os.ReadFile(good)
	must(t, err)
	damaged := bytes.Clone(content)
	for n := 3 * 4096; n < len(damaged); n++ {
		damaged[n] ^= 0x55
	}
	for name, content := range map[string][]byte{
		"rows.csv": []byte("id,name\n1,one\n"), "rows.json": []byte("[{\"id\": 1}]\n"),
		"text": bytes.Repeat([]byte("not a database\n"), 1000), "short": []byte("x"), "empty": nil,
		"damaged": damaged, "cut": content[:len(content)/2],
	} {
		must(t, os.WriteFile(in(name), content, 0o600))
	}
	for _, tc := range []struct {
		path string
		opts duckdb.Options
		want []string
	}{
		{dir, duckdb.Options{}, []string{"folder", in("sluice.duckdb")}},
		{in("no/such/x.duckdb"), duckdb.Options{}, []string{in("no/such"), "does not exist", "create it"}},
		{in("rows.csv"), duckdb.Options{}, []string{"data file", "another file"}},
		{in("rows.json"), duckdb.Options{}, []string{"data file", "another file"}},
		{in("text"), duckdb.Options{}, []string{"not a valid DuckDB", "another file"}},
		{in("short"), duckdb.Options{}, []string{"not a valid DuckDB", "another file"}},
		{in("empty"), duckdb.Options{}, []string{"not a valid DuckDB", "another file"}},
		{in("damaged"), duckdb.Options{}, []string{"damaged", "backup"}},
		{in("cut"), duckdb.Options{}, []string{"damaged", "backup"}},
		{in("what?.duckdb"), duckdb.Options{}, []string{"?", "rename"}},
		{in("50%.duckdb"), duckdb.Options{}, []string{"%", "rename"}},
		{in("_sluice_feed.duckdb"), duckdb.Options{}, []string{"_sluice_feed", "rename"}},
		{in("_sluice.duckdb"), duckdb.Options{}, []string{"_sluice", "rename"}},
		{":memory:", duckdb.Options{}, []string{"in memory", "name a file"}},
		{"", duckdb.Options{}, []string{"in memory", "name a file"}},
		{in("missing"), duckdb.Options{ReadOnly: true}, []string{"does not exist: nothing was loaded"}},
	} {
		db, err := duckdb.Open(t.Context(), tc.path, tc.opts)
		if err == nil {
			t.Errorf("%q was opened", tc.path)
			must(t, db.Close())
			continue
		}
		for _, part := range append(tc.want, tc.path) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("open %q: %v\nwant it to say %q", tc.path, err, part)
			}
		}
	}
	if text, err := os.ReadFile(in("text")); err != nil || !bytes.HasPrefix(text, []byte("not a database\n")) || len(text) != 15_000 {
		t.Errorf("the file that is no database was changed: %v", err)
	}
}

// TestOpenOddNames: names that SQL or a URL would read otherwise.
func TestOpenOddNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{`it's "x".duckdb`, "a#b", "a%20b", "main.duckdb", "temp.duckdb", "t", "sluice.duckdb", "a.b.c", "日本", "select"} {
		path := filepath.Join(dir, name)
		db := open(t, path, duckdb.Options{})
		must(t, db.Create(t.Context(), "t", numbers))
		entries, err := register(t.Context(), db, "a")
		must(t, err)
		s := session(t, db)
		must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], 0, 10)}))
		must(t, s.Flush())
		if n := consistent(t, db); n != 10 {
			t.Errorf("%d rows in %q", n, name)
		}
		must(t, db.Verify(t.Context(), "p", "t"))
		must(t, db.Close())
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q is not the file: %v", name, err)
		}
	}
}

// TestOpenTwice: two writers in one process would not see each other's
// transaction. The second is refused and does the first no harm.
func TestOpenTwice(t *testing.T) {
	path := tempFile(t)
	link := filepath.Join(filepath.Dir(path), "link")
	db := open(t, path, duckdb.Options{Memory: 100 << 20})
	must(t, os.Symlink(path, link))
	for _, name := range []string{path, link} {
		for _, opts := range []duckdb.Options{{Memory: 70 << 20}, {ReadOnly: true}} {
			if second, err := duckdb.Open(t.Context(), name, opts); err == nil {
				t.Errorf("%s was opened twice (%+v)", name, opts)
				must(t, second.Close())
			} else if !strings.Contains(err.Error(), "this process has the file open already") {
				t.Error(err)
			}
		}
	}
	must(t, db.(ledger.DB).View(t.Context(), func(tx ledger.Tx) error {
		if got := query(t, tx, "SELECT current_setting('memory_limit')"); got != "100.0 MiB" {
			t.Errorf("the first one's memory limit is now %s", got)
		}
		return nil
	}))
	must(t, db.Create(t.Context(), "t", numbers))
	must(t, db.Close())
	must(t, db.Close())
	if _, err := db.Describe(t.Context(), "t"); err == nil {
		t.Error("a closed target answers")
	}
}

// TestReadOnly: looking at a file changes nothing in it.
func TestReadOnly(t *testing.T) {
	path := tempFile(t)
	db := open(t, path, duckdb.Options{})
	_, err := register(t.Context(), db, "a")
	must(t, err)
	must(t, db.Close())
	before, err := os.ReadFile(path)
	must(t, err)
	db = open(t, path, duckdb.Options{ReadOnly: true})
	if exists, err := db.Ledger().Exists(t.Context()); !exists || err != nil {
		t.Errorf("the ledger exists: %v, %v", exists, err)
	}
	if _, err := register(t.Context(), db, "b"); err == nil {
		t.Error("registered in a file that was opened for looking only")
	}
	must(t, db.Close())
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed: %v", err)
	}
}

// TestOpenWithoutPermission: what the operating system refuses is named.
func TestOpenWithoutPermission(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=4m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("needs root, to mount a file system: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	path := filepath.Join(dir, "x.duckdb")
	must(t, open(t, path, duckdb.Options{}).Close())
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Skipf("cannot make the file system read-only: %v: %s", err, out)
	}
	for _, name := range []string{path, filepath.Join(dir, "new.duckdb")} {
		db, err := duckdb.Open(t.Context(), name, duckdb.Options{})
		if err == nil {
			t.Error("opened on a read-only file system")
			must(t, db.Close())
		} else if !strings.Contains(err.Error(), "must be able to write") || !strings.Contains(err.Error(), name) {
			t.Error(err)
		}
	}
}

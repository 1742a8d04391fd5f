package e2e

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// gz compresses text.
func gz(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const good = "id,name\n1,one\n2,two\n3,three\n"

// TestBadFilesDoNotStopTheOthers loads a folder with every kind of bad file
// beside a good one (P12, S-32, S-33, Z-02, V-10).
func TestBadFilesDoNotStopTheOthers(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	zipped := gz(t, good+strings.Repeat("4,four\n", 1000))
	write(t, data, "empty.csv", "")
	write(t, data, "header.csv", "id,name\n")
	write(t, data, "truncated.csv.gz", zipped[:len(zipped)-12])
	write(t, data, "ragged.csv", "id,name\n1,one\n2,two,too many\n3,three\n")
	write(t, data, "good.csv", good)
	write(t, data, "notes.txt", "not a table")
	db := filepath.Join(dir, "out.duckdb")

	out := sluice(t, "load", data, "--to", "duckdb:"+db, "--table", "t", "--json").expect(t, 3)
	if r := out.result(t); r.FilesLoaded != 3 || r.FilesFailed != 3 {
		t.Errorf("got %+v, want 3 files loaded and 3 failed", r)
	}
	list := files(t, db)
	for name, want := range map[string]struct{ state, reason string }{
		"empty.csv":        {"done", "no records"},
		"header.csv":       {"done", "no records"},
		"good.csv":         {"done", ""},
		"truncated.csv.gz": {"failed", "unexpected EOF"},
		"ragged.csv":       {"failed", "record 2 at byte 14"},
		"notes.txt":        {"failed", "--format"},
	} {
		got := list[name]
		if got.State != want.state || !strings.Contains(got.Reason, want.reason) || (want.reason == "") != (got.Reason == "") {
			t.Errorf("%s: state %q, reason %q; want %q and a reason with %q", name, got.State, got.Reason, want.state, want.reason)
		}
	}
	if n := scalar(t, db, `SELECT count(*) FROM t WHERE _sluice_file = (SELECT id FROM _sluice.ledger WHERE object_key LIKE '%good.csv')`); n != 3 {
		t.Errorf("good.csv has %d rows in the table, want 3", n)
	}
	sluice(t, "status", "--to", "duckdb:"+db).expect(t, 3)
	if human := sluice(t, "files", "--failed", "--to", "duckdb:"+db).expect(t, 0); strings.Count(human.stdout, "failed") != 3 {
		t.Errorf("files --failed printed\n%s", human.stdout)
	}

	// Mended, the ragged file is another generation of one that has a row in
	// the table: it is refused by name until it is forgotten.
	ragged := write(t, data, "ragged.csv", good)
	for _, name := range []string{"truncated.csv.gz", "notes.txt"} {
		if err := os.Remove(filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
	}
	out = sluice(t, "load", data, "--to", "duckdb:"+db, "--table", "t").expect(t, 3)
	if !strings.Contains(out.stderr, "sluice forget "+ragged) {
		t.Errorf("the refusal does not name the way out:\n%s", out.stderr)
	}
	sluice(t, "forget", ragged, "--to", "duckdb:"+db).expect(t, 0)
	sluice(t, "load", data, "--to", "duckdb:"+db, "--table", "t").expect(t, 0)
	if n := scalar(t, db, `SELECT count(*) FROM t WHERE _sluice_file = (SELECT max(id) FROM _sluice.ledger WHERE object_key LIKE '%ragged.csv')`); n != 3 {
		t.Errorf("ragged.csv has %d rows in the table, want 3", n)
	}
}

// TestSkipBadRows counts and locates what it skips, and stops at the limit
// (P11, V-10, V-17).
func TestSkipBadRows(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	text.WriteString("id,name\n")
	for range 20_480 {
		text.WriteString("1,x\n")
	}
	for range 10 {
		text.WriteString("one,x\n2,x,x\n3,x\n")
	}
	path := write(t, dir, "bad.csv", text.String())

	db := filepath.Join(dir, "skip.duckdb")
	r := sluice(t, "load", path, "--to", "duckdb:"+db, "--on-bad-row", "skip", "--json").expect(t, 0).result(t)
	if r.RowsLoaded != 20_490 || r.RowsRejected != 20 {
		t.Errorf("got %+v, want 20490 rows and 20 rejected", r)
	}
	f := files(t, db)["bad.csv"]
	if f.Rows+f.Rejected != 20_510 || !strings.Contains(f.Reason, `record 20481 at byte 81928, column "id": "one" is not an int64`) {
		t.Errorf("the ledger has %+v", f)
	}

	for limit, code := range map[string]int{"19": 3, "20": 0, "0.01%": 3, "1%": 0, "0": 3} {
		db := filepath.Join(dir, "limit"+strings.Trim(limit, "%")+".duckdb")
		sluice(t, "load", path, "--to", "duckdb:"+db, "--on-bad-row", "skip", "--max-bad-rows", limit).expect(t, code)
	}
}

// TestUsageErrors checks that each wrong call ends with code 2 and names the
// way out.
func TestUsageErrors(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "good.csv", good)
	db := "duckdb:" + filepath.Join(dir, "usage.duckdb")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"load"}, "needs a source"},
		{[]string{"load", path, "--to", "nosuch:x"}, "duckdb"},
		{[]string{"load", path, "--format", "xml", "--to", db}, "csv"},
		{[]string{"load", path, "--column", "id=varchar2", "--to", db}, "unknown type"},
		{[]string{"load", path, "--memory", "1KiB", "--to", db}, "at least"},
		{[]string{"load", path, "--on-bad-row", "ignore", "--to", db}, "fail, skip or quarantine"},
		{[]string{"load", path, "--delimiter", "ab", "--to", db}, "--delimiter"},
		{[]string{"load", filepath.Join(dir, "*.tsv"), "--to", db}, "*.tsv"},
		{[]string{"load", filepath.Join(dir, "no-such.csv"), "--to", db}, "no-such.csv"},
		{[]string{"load", path, "--frobnicate"}, "--help"},
		{[]string{"frobnicate"}, "frobnicate"},
		{[]string{"files", "--to", db}, "usage.duckdb"},
		{[]string{"load", path, path + ".gz", "--to", db}, "good.csv.gz"},
		{[]string{"forget", "--all", "--to", db}, "--pipeline"},
	} {
		out := sluice(t, c.args...)
		if out.code != 2 || !strings.Contains(out.stderr, c.want) {
			t.Errorf("sluice %s: code %d, want 2 and %q in\n%s", strings.Join(c.args, " "), out.code, c.want, out.stderr)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.duckdb*")); len(left) != 0 {
		t.Errorf("wrong calls left %v behind", left)
	}
}

// TestDryRunWritesNothing shows the plan and leaves no file behind.
func TestDryRunWritesNothing(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "good.csv", good)
	db := filepath.Join(dir, "dry.duckdb")
	out := sluice(t, "load", path, "--to", "duckdb:"+db, "--dry-run").expect(t, 0)
	for _, want := range []string{"1 file, 28 B", `delimiter ","`, "int64", `CREATE TABLE "good"`, `"id" BIGINT`} {
		if !strings.Contains(out.stdout, want) {
			t.Errorf("the plan lacks %q:\n%s", want, out.stdout)
		}
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("the dry run made the database")
	}
	sluice(t, "load", path, "--to", "duckdb:"+db).expect(t, 0)
	out = sluice(t, "load", path, "--to", "duckdb:"+db, "--dry-run").expect(t, 0)
	if !strings.Contains(out.stdout, "1 file loaded already") {
		t.Errorf("the plan does not know that the file is loaded:\n%s", out.stdout)
	}
}

// TestExplainTellsTheStory asks about a loaded file and an unknown one.
func TestExplainTellsTheStory(t *testing.T) {
	dir := t.TempDir()
	path := write(t, dir, "good.csv", good)
	db := "duckdb:" + filepath.Join(dir, "explain.duckdb")
	sluice(t, "load", path, "--to", db).expect(t, 0)
	out := sluice(t, "explain", path, "--to", db).expect(t, 0)
	for _, want := range []string{path, "done", "3 loaded", "leaves it alone"} {
		if !strings.Contains(out.stdout, want) {
			t.Errorf("explain lacks %q:\n%s", want, out.stdout)
		}
	}
	sluice(t, "explain", filepath.Join(dir, "other.csv"), "--to", db).expect(t, 2)
}

package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestJ15Documents loads records from within documents, of which some are
// damaged: what is before the damage stays, the others go on, and nothing is
// loaded twice.
func TestJ15Documents(t *testing.T) {
	dir := t.TempDir()
	data, db := filepath.Join(dir, "data"), filepath.Join(dir, "trail.duckdb")
	write(t, data, "one.json", `{"Records":[{"id":1,"who":{"name":"a"}},{"id":2}]}`)
	write(t, data, "two.json.gz", gz(t, "{\n  \"version\": [1, {\"Records\": 0}],\n  \"Records\": [\n    {\"id\": 3},\n    {\"id\": 4}\n  ]\n}\n"))
	write(t, data, "none.json", `{"Records":null}`)
	write(t, data, "cut.json", `{"Records":[{"id":5},{"id":6},{"id"`)
	write(t, data, "other.json", `{"Items":[{"id":7}]}`)
	args := []string{"load", data, "--to", "duckdb:" + db, "--table", "t", "--records-path", "Records", "--json"}
	out := sluice(t, args...).expect(t, 3)
	if r := out.result(t); r.FilesLoaded != 3 || r.FilesFailed != 2 || r.RowsLoaded != 6 {
		t.Errorf("%+v", r)
	}
	for _, reason := range []string{"cut.json: at byte 35: the file ends inside a record", `other.json: at byte 19, "}": --records-path: the document has no key "Records": its keys are "Items"`} {
		if !strings.Contains(strings.ReplaceAll(out.stderr+out.stdout, `\"`, `"`), reason) {
			t.Errorf("no %s:\n%s%s", reason, out.stdout, out.stderr)
		}
	}
	if r := sluice(t, args...).expect(t, 3).result(t); r.FilesFailed != 2 || r.RowsLoaded != 0 {
		t.Errorf("again: %+v", r)
	}
	if n := scalar(t, db, `SELECT count(*) * 1000 + sum(id) FROM t`); n != 6021 {
		t.Errorf("rows %d", n)
	}
}

// TestJ15ResumeArray stops the load of a long array and lets it go on.
func TestJ15ResumeArray(t *testing.T) {
	const rows = 1_000_000
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, ",\n {\"id\": %d, \"s\": \"]},{%d\"}", i, i)
	}
	dir := t.TempDir()
	path := write(t, dir, "long.json", "["+b.String()[1:]+"\n]\n")
	db := filepath.Join(dir, "long.duckdb")
	args := []string{"load", path, "--to", "duckdb:" + db, "--table", "t", "--memory", "16MiB"}
	cmd := exec.Command(binary, args...)
	lines := startAndRead(t, cmd)
	<-lines
	signal(t, cmd, syscall.SIGTERM)
	if text, code := rest(cmd, lines); code != 130 {
		t.Fatalf("exit code %d, want 130, and it said\n%s", code, text)
	}
	if n := scalar(t, db, `SELECT count(*) FROM t`); n == 0 || n == rows {
		t.Errorf("%d rows are committed, want some but not all %d", n, rows)
	}
	sluice(t, args...).expect(t, 0)
	if n := scalar(t, db, `SELECT count(DISTINCT id) * 2 - count(*) FROM t WHERE s = ']},{' || id`); n != rows {
		t.Errorf("%d rows, each once, want %d", n, rows)
	}
}

// TestJ15CloudTrail loads what AWS writes, and compares it with DuckDB's reading.
func TestJ15CloudTrail(t *testing.T) {
	source := filepath.Join(readertest.Corpus(t), "cloudtrail")
	path := filepath.Join(t.TempDir(), "trail.duckdb")
	r := sluice(t, "load", source, "--to", "duckdb:"+path, "--table", "t", "--records-path", "Records", "--column", "eventTime=text", "--json").expect(t, 0).result(t)
	if r.FilesLoaded != 22 || r.RowsLoaded != 1008 {
		t.Errorf("%+v, want 22 files and 1008 rows", r)
	}
	db := openDB(t, path)
	const mine = `SELECT "eventID", "eventName", "eventTime", "userIdentity"::JSON::TEXT FROM t`
	theirs := `SELECT r->>'eventID', r->>'eventName', r->>'eventTime', (r->'userIdentity')::TEXT FROM (SELECT unnest(json_extract("json", '$.Records[*]')) AS r FROM read_json_objects('` +
		source + `/**/*.json'))`
	for _, query := range []string{mine + ` EXCEPT ALL ` + theirs, theirs + ` EXCEPT ALL ` + mine} {
		if n := scalarOf(t, db, `SELECT count(*) FROM (`+query+`)`); n != 0 {
			t.Errorf("%d rows of %s", n, query)
		}
	}
}

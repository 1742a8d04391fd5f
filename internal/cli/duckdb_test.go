//go:build cgo

package cli_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// loaded makes a folder with a good, a bad and an empty file, loads them into
// DIR/x.duckdb, and moves there.
func loaded(t *testing.T) (dir string, load outcome) {
	t.Helper()
	dir = t.TempDir()
	t.Chdir(dir)
	write(t, dir, "bad.csv", "id,name\n1,one\n2,two,too many\n")
	write(t, dir, "empty.csv", "")
	write(t, dir, "good.csv", good)
	return dir, sluice(t, dir, "load", "*.csv", "--table", "t", "--to", "duckdb:x.duckdb", "--workers", "1").expect(t, 3)
}

// TestBadRowHint: who has not heard of it is told what could be done with bad
// rows, where something can.
func TestBadRowHint(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "good.csv", "n\n1\n")
	write(t, dir, "type.csv", "n\n1.5\n")
	write(t, dir, "long.csv", "n\n"+strings.Repeat("1", 2000)+"\n")
	to := []string{"--table", "t", "--to", "duckdb:" + filepath.Join(dir, "x.duckdb"), "--max-record", "1000"}
	sluice(t, dir, append([]string{"load", filepath.Join(dir, "good.csv")}, to...)...).expect(t, 0)
	for _, test := range []struct {
		file, want string
	}{
		{"type.csv", "\na bad row need not fail its file: --on-bad-row skip, or quarantine to keep it; where a column's type does not fit: --on-type-conflict widen\n"},
		{"long.csv", ""},
	} {
		got := sluice(t, dir, append([]string{"load", filepath.Join(dir, test.file)}, to...)...).expect(t, 3)
		if strings.Contains(got.err, "need not fail") != (test.want != "") || !strings.HasSuffix(got.err, test.want) {
			t.Errorf("%s:\n%s\nwant%s", test.file, got.err, test.want)
		}
	}
}

func TestLoadTellsWhatHappened(t *testing.T) {
	dir, first := loaded(t)
	for _, want := range []string{
		`failed: DIR/bad.csv: record 2 at byte 14: it has 3 fields, the file has 2 columns` + "\n",
		"created table \"t\"\n",
		"loaded 2 files, 4 rows into \"t\" in TIME\n",
		"1 file failed; to see why: sluice files --failed --to duckdb:x.duckdb\n",
		"a bad row need not fail its file: --on-bad-row skip, or quarantine to keep it\n",
	} {
		if strings.Count(first.err, want) != 1 {
			t.Errorf("want once: %sin\n%s", want, first.err)
		}
	}
	again := sluice(t, dir, "load", "good.csv", "--table", "t", "--to", "duckdb:x.duckdb").expect(t, 0)
	same(t, "loading again", again.err, `loaded 0 files, 0 rows into "t" in TIME; 1 file loaded before`)

	skip := sluice(t, dir, "load", "bad.csv", "--table", "t", "--to", "duckdb:x.duckdb", "--on-bad-row", "skip", "--json").expect(t, 0)
	if names := keys(t, skip.out); !slices.Equal(names, resultFields) {
		t.Errorf("the fields are %v, want %v", names, resultFields)
	}
	if want := `"files_loaded":1,"files_skipped":0,"files_failed":0,"rows_loaded":0,"rows_rejected":1`; !strings.Contains(skip.out, want) {
		t.Errorf("the result is %s, want %s", skip.out, want)
	}
}

func TestStatusAndFiles(t *testing.T) {
	dir, _ := loaded(t)
	got := sluice(t, dir, "status", "--to", "duckdb:x.duckdb").expect(t, 3)
	same(t, "status", got.out, `
PIPELINE  TABLE  DONE  PENDING  FAILED  PARKED  ROWS  REJECTED
t         t      2     0        1       0       4     0`)
	if got.err != "" {
		t.Errorf("status said %q besides", got.err)
	}
	got = sluice(t, dir, "files", "--to", "duckdb:x.duckdb").expect(t, 0)
	same(t, "files", got.out, `
STATE   ROWS  REJECTED  PIPELINE  FILE           REASON
failed  1     0         t         DIR/bad.csv    record 2 at byte 14: it has 3 fields, the file has 2 columns
done    0     0         t         DIR/empty.csv  the file has no records
done    3     0         t         DIR/good.csv`)
	got = sluice(t, dir, "files", "--failed", "--to", "duckdb:x.duckdb", "--json").expect(t, 0)
	want := []string{"pipeline", "object", "generation", "state", "size", "offset", "rows_loaded", "rows_rejected", "attempts",
		"reason", "schema", "dialect", "first_seen", "updated"}
	if names := keys(t, got.out); !slices.Equal(names, want) || strings.Count(got.out, "\n") != 1 {
		t.Errorf("files --failed --json printed\n%s", got.out)
	}
	got = sluice(t, dir, "status", "--to", "duckdb:x.duckdb", "--json").expect(t, 3)
	want = []string{"pipeline", "table", "files", "rows_loaded", "rows_rejected", "bytes_read"}
	if names := keys(t, got.out); !slices.Equal(names, want) {
		t.Errorf("the fields of status are %v, want %v", names, want)
	}
}

func TestExplain(t *testing.T) {
	dir, _ := loaded(t)
	got := sluice(t, dir, "explain", "bad.csv", "--to", "duckdb:x.duckdb").expect(t, 0)
	same(t, "explain", got.out, `
file         DIR/bad.csv
generation   GENERATION (29 B)
pipeline     t
state        failed
rows         1 loaded, 0 rejected
offset       14
reason       record 2 at byte 14: it has 3 fields, the file has 2 columns
failed runs  1; the file is parked after 5
read as      csv, delimiter ",", 2 columns
first seen   MOMENT UTC
updated      MOMENT UTC
next load    goes on after record 1 at byte offset 14, if the file is still the same`)
	for range 4 {
		sluice(t, dir, "load", "bad.csv", "--table", "t", "--to", "duckdb:x.duckdb").expect(t, 3)
	}
	got = sluice(t, dir, "explain", "bad.csv", "--to", "duckdb:x.duckdb").expect(t, 0)
	if want := "sluice replay --failed DIR/bad.csv --to duckdb:x.duckdb --pipeline t\n"; !strings.Contains(got.out, want) {
		t.Errorf("the parked file's explanation lacks %s:\n%s", want, got.out)
	}
	if got = sluice(t, dir, "explain", "good.csv", "--to", "duckdb:x.duckdb").expect(t, 0); !strings.Contains(got.out, "leaves it alone: it is loaded") {
		t.Errorf("explain says of a loaded file\n%s", got.out)
	}
}

func TestForget(t *testing.T) {
	dir, _ := loaded(t)
	got := sluice(t, dir, "forget", "good.csv", dir+"/bad.csv", "--to", "duckdb:x.duckdb").expect(t, 0)
	same(t, "forget", got.out, `
forgot DIR/good.csv: 3 rows deleted from table "t"
forgot DIR/bad.csv: 1 row deleted from table "t"`)
	got = sluice(t, dir, "load", "good.csv", "--table", "t", "--to", "duckdb:x.duckdb").expect(t, 0)
	if !strings.Contains(got.err, "loaded 1 file, 3 rows") {
		t.Errorf("a forgotten file loads as\n%s", got.err)
	}
	got = sluice(t, dir, "forget", "--all", "--pipeline", "t", "--to", "duckdb:x.duckdb", "--json").expect(t, 0)
	same(t, "forget --all", got.out, `{"files":2,"pipeline":"t","rows_deleted":3}`)
	got = sluice(t, dir, "files", "--to", "duckdb:x.duckdb").expect(t, 0)
	same(t, "files", got.out, "STATE  ROWS  REJECTED  PIPELINE  FILE  REASON")
}

// TestWrongQuestions are usage errors: the answer "nothing" would be a lie.
func TestWrongQuestions(t *testing.T) {
	dir, _ := loaded(t)
	for _, c := range []struct{ args, want string }{
		{"files --pipeline zz", `knows no pipeline "zz"`},
		{"status --pipeline zz", `knows no pipeline "zz"`},
		{"forget --all --pipeline zz", `knows no pipeline "zz"`},
		{"explain good.csv --pipeline zz", `knows no pipeline "zz"`},
		{"explain other.csv", `does not know DIR/other.csv: no load has found it yet`},
		{`explain s3://b//k`, `does not know s3://b//k: no load has found it yet`},
		{`explain "s3://b/k\n"`, `does not know "s3://b/k\n": no load has found it yet`},
		{"forget other.csv", `does not know DIR/other.csv`},
	} {
		got := sluice(t, dir, append(strings.Fields(c.args), "--to", "duckdb:x.duckdb")...)
		if got.code != 2 || got.out != "" || !strings.Contains(got.err, c.want) {
			t.Errorf("sluice %s: code %d\n%s%swant 2 and %s", c.args, got.code, got.out, got.err, c.want)
		}
	}
	got := sluice(t, dir, "files", "--to", "duckdb:missing.duckdb").expect(t, 2)
	if !strings.Contains(got.err, "missing.duckdb") {
		t.Errorf("a missing database is %s", got.err)
	}
}

// TestNamesGoRoundTrip hands the names that files prints to explain.
func TestNamesGoRoundTrip(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"a\nb.csv", "red\x1b[31m.csv", `q"uote.csv`, "sp ace's.csv", "in\xffvalid.csv", `back\slash.csv`} {
		if err := os.WriteFile(name, []byte("id\n1\n"), 0o644); err != nil {
			t.Skip("this file system has no such names")
		}
	}
	table := "new\nline \"; --"
	sluice(t, dir, "load", dir, "--table", table, "--to", "duckdb:x.duckdb").expect(t, 0)
	got := sluice(t, dir, "status", "--to", "duckdb:x.duckdb").expect(t, 0)
	if strings.Count(got.out, "\n") != 2 {
		t.Errorf("the table's name breaks the line:\n%s", got.out)
	}
	lines := strings.Split(strings.TrimSpace(sluice(t, "", "files", "--to", "duckdb:x.duckdb").expect(t, 0).out), "\n")[1:]
	if len(lines) != 6 {
		t.Fatalf("files prints %d lines for 6 files:\n%s", len(lines), strings.Join(lines, "\n"))
	}
	for _, line := range lines {
		at := strings.Index(line, dir)
		if line[at-1] == '"' {
			at--
		}
		name := strings.TrimRight(line[at:], " ")
		got := sluice(t, dir, "explain", name, "--to", "duckdb:x.duckdb").expect(t, 0)
		if !strings.Contains(got.out, settle(dir, name)) {
			t.Errorf("explain %s says\n%s", name, got.out)
		}
	}
}

func TestDryRun(t *testing.T) {
	dir, _ := loaded(t)
	write(t, dir, "notes.txt", "x")
	got := sluice(t, dir, "load", "good.csv", "--table", "new", "--to", "duckdb:y.duckdb", "--dry-run").expect(t, 0)
	same(t, "the plan", got.out, `
1 file, 28 B, to be loaded into table "new" of duckdb:y.duckdb (exactly once: rows and ledger commit together)

DIR/good.csv, 28 B: csv, delimiter ",", 2 columns

columns, from 3 sampled records:
  id                       int64
  name                     text

CREATE TABLE "new" (
	"id" BIGINT,
	"name" VARCHAR,
	"_sluice_file" BIGINT
);`)
	write(t, dir, "trail.json", `{"version":1,"a.b":{"Records":[{"id":1},{"id":2}]}}`)
	got = sluice(t, dir, "load", "trail.json", "--records-path", "/a.b/Records", "--to", "duckdb:y.duckdb", "--dry-run").expect(t, 0)
	if want := "DIR/trail.json, 51 B: json, records at /a.b/Records\n"; !strings.Contains(got.out, want) || !strings.Contains(got.out, "from 2 sampled records") {
		t.Errorf("the plan lacks %q:\n%s", want, got.out)
	}
	got = sluice(t, dir, "load", "good.csv", "notes.txt", "--table", "t", "--to", "duckdb:x.duckdb", "--dry-run").expect(t, 3)
	for _, want := range []string{"1 file loaded already", "would fail: DIR/notes.txt: ", `table "t" exists, with the columns:`} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the plan lacks %q:\n%s", want, got.out)
		}
	}
	got = sluice(t, dir, "load", "notes.txt", "--table", "t", "--to", "duckdb:x.duckdb", "--dry-run", "--json").expect(t, 3)
	if !strings.Contains(got.out, `"refused":[{"object":"DIR/notes.txt"`) {
		t.Errorf("the plan is\n%s", got.out)
	}
	write(t, dir, "odd.csv", "made today\n1;'it''s'\n-;b\n")
	got = sluice(t, dir, "load", "odd.csv", "--to", "duckdb:y.duckdb", "--dry-run").expect(t, 0)
	if want := `note: it looks as if it were to be read with --delimiter ';' --quote ''\''' --skip-lines 1 --no-header --null - (or with --dialect auto)`; !strings.Contains(got.out, want) {
		t.Errorf("the plan lacks %q:\n%s", want, got.out)
	}
	got = sluice(t, dir, "load", "odd.csv", "--to", "duckdb:y.duckdb", "--dry-run", "--dialect", "auto").expect(t, 0)
	if want := `odd.csv, 25 B: csv, delimiter ";", quote "'", 1 lines skipped, no header, NULL ["-"], 2 columns`; !strings.Contains(got.out, want) || strings.Contains(got.out, "note:") {
		t.Errorf("the plan lacks %q:\n%s", want, got.out)
	}
	got = sluice(t, dir, "load", "odd.csv", "--to", "stdout:", "--dialect", "auto").expect(t, 0)
	same(t, "the rows", got.out, `{"column1":1,"column2":"it's"}`+"\n"+`{"column1":null,"column2":"b"}`)
	if _, err := os.Stat("y.duckdb"); err == nil {
		t.Error("the dry run made the database")
	}
}

// A file that was begun in a dialect is read on in it, whatever the flags say then.
func TestDialectIsKept(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "odd.csv", "made by hand\nid;name\n# none\n1;'a\\'b'\n2;\\;\nx;bad\n")
	flags := []string{"--skip-lines", "1", "--comment", "#", "--escape", `\`, "--quote", "'", "--delimiter", ";"}
	load := []string{"load", "odd.csv", "--to", "duckdb:x.duckdb", "--column", "id=int64"}
	sluice(t, dir, append(load, flags...)...).expect(t, 3)
	got := sluice(t, dir, "explain", filepath.Join(dir, "odd.csv"), "--to", "duckdb:x.duckdb").expect(t, 0)
	for _, want := range []string{`csv, delimiter ";", quote "'", escape "\\", comments "#", 1 lines skipped, 2 columns`, "2 loaded, 0 rejected"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("explain lacks %q:\n%s", want, got.out)
		}
	}
	sluice(t, dir, append(load, "--on-bad-row", "skip")...).expect(t, 0)
	got = sluice(t, dir, "files", "--to", "duckdb:x.duckdb").expect(t, 0)
	if want := `record 3 at byte 42, column "id": "x" is not an int64`; !strings.Contains(got.out, want) {
		t.Errorf("files lacks %q:\n%s", want, got.out)
	}
}

// TestFatalErrorsPrintNoSummary: "loaded 0 files" would only hide the reason.
func TestFatalErrorsPrintNoSummary(t *testing.T) {
	dir, _ := loaded(t)
	got := sluice(t, dir, "load", "good.csv", "--pipeline", "t", "--table", "other", "--to", "duckdb:x.duckdb")
	if got.code == 0 || strings.Contains(got.err, "loaded 0") || !strings.Contains(got.err, `pipeline "t" loads table "t"`) {
		t.Errorf("code %d, stderr\n%s", got.code, got.err)
	}
}

// TestDemo runs it small, and checks what it says and what it leaves behind.
func TestDemo(t *testing.T) {
	t.Setenv(asSluice, "1")
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	got := sluice(t, temp, "demo", "--rows", "200000").expect(t, 0)
	for _, want := range []string{"kill -9: the loader is dead", "13 files", "\nlost 0, doubled 0\n"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the demo lacks %q:\n%s", want, got.out)
		}
	}
	if left, err := filepath.Glob(temp + "/*"); err != nil || len(left) != 0 {
		t.Errorf("the demo left %v behind (%v)", left, err)
	}
}

// TestTheTargetIsNoSource loads a folder into a database in that folder.
func TestTheTargetIsNoSource(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "good.csv", good)
	for _, want := range []string{"loaded 1 file, 3 rows", "loaded 0 files, 0 rows"} {
		if got := sluice(t, dir, "load", ".", "--table", "t").expect(t, 0); !strings.Contains(got.err, want) {
			t.Errorf("want %s in\n%s", want, got.err)
		}
	}
	sluice(t, dir, "load", ".", "--table", "t", "--to", "duckdb:other.duckdb").expect(t, 3)
}

package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/connector/all"
	"github.com/seed-ede61cd5/sluice/internal/cli"
)

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "odd.csv", "id;name\n1;one\n2;\nx\n3;\"\x1b[1m\"\n")
	got := sluice(t, dir, "inspect", "odd.csv", "--delimiter", ";", "--rows", "2").expect(t, 0)
	same(t, "the report", got.out, `
DIR/odd.csv, 28 B
  read as: csv, delimiter ";", 2 columns
  looks like: the same
  note: 1 of the first 4 records are bad, the first is record 3: it has 1 fields, the file has 2 columns
  all 4 records: 3 rows, 1 bad

COLUMN  TYPE   NULLS
id      int64  0
name    text   1

first rows:
id  name
1   one
2   NULL

first bad rows:
RECORD  BYTE  COLUMN  REASON
3       17            it has 1 fields, the file has 2 columns`)

	got = sluice(t, dir, "inspect", "odd.csv").expect(t, 0)
	if want := "looks like: --delimiter ';' (give these flags, or --dialect auto)"; !strings.Contains(got.out, want) {
		t.Errorf("the report lacks %q:\n%s", want, got.out)
	}
	got = sluice(t, dir, "inspect", "odd.csv", "--dialect", "auto", "--column", "id=bool").expect(t, 0)
	for _, want := range []string{`delimiter ";", 2 columns`, "all 4 records: 0 rows, 4 bad", `1       8     id      "1" is not a bool`} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the report lacks %q:\n%s", want, got.out)
		}
	}
	if strings.Contains(sluice(t, dir, "inspect", "odd.csv", "--delimiter", ";").out, "\x1b") {
		t.Error("a control character reaches the terminal")
	}
}

func TestInspectJSON(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.Mkdir("a", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "a/1.jsonl", `{"id":1,"tags":["x"]}`+"\n[]\n")
	write(t, dir, "a/2.csv", good)
	write(t, dir, "a/3.txt", "x")
	write(t, dir, "a/4.csv", good)
	got := sluice(t, dir, "inspect", "a", "--json", "--files", "3").expect(t, 3)
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines:\n%s", len(lines), got.out)
	}
	if names := keys(t, lines[0]); !slices.Equal(names, []string{"object", "size", "dialect", "records", "good_rows", "bad_rows", "complete", "columns", "rows", "bad", "notes"}) {
		t.Errorf("the fields are %v", names)
	}
	for _, want := range []string{`"rows":[[1,["x"]]]`, `"columns":[{"name":"id","type":"int64","nulls":0},{"name":"tags","type":"json","nulls":0}]`, `"bad":[{"record":2,"byte_offset":22,"reason":`} {
		if !strings.Contains(lines[0], want) {
			t.Errorf("%s lacks %s", lines[0], want)
		}
	}
	var refused struct{ Object, Error string }
	if err := json.Unmarshal([]byte(lines[2]), &refused); err != nil || refused.Object != "DIR/a/3.txt" || refused.Error == "" || len(keys(t, lines[2])) != 3 {
		t.Errorf("%s, %v", lines[2], err)
	}
	got = sluice(t, dir, "inspect", "a").expect(t, 0)
	if !strings.Contains(got.err, "more files match: --files N") || strings.Count(got.out, "DIR/") != 1 {
		t.Errorf("one of several:\n%s\n%s", got.out, got.err)
	}
	if got := sluice(t, dir, "inspect", "a/3.txt").expect(t, 3); !strings.Contains(got.out, "cannot be read: ") || got.err != "" {
		t.Errorf("a file of no format:\n%s%s", got.out, got.err)
	}
}

// Every format that is registered can be inspected, and what cannot be read in it
// is told.
func TestInspectEveryFormat(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "f", "\x00\x01\x02")
	for name := range all.Registry().Formats {
		if got := sluice(t, dir, "inspect", "f", "--format", name); got.code != 0 && got.code != 3 || !strings.Contains(got.out, "DIR/f, 3 B") {
			t.Errorf("%s: code %d\n%s%s", name, got.code, got.out, got.err)
		}
	}
}

// A table is as wide as the terminal at most.
func TestInspectFitsTheTerminal(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "wide.csv", strings.Repeat("a,", 50)+"b\n"+strings.Repeat("日本語,", 50)+"x\n")
	var out, errs bytes.Buffer
	if code := cli.Main([]string{"inspect", "wide.csv"}, cli.Streams{Out: &out, Err: &errs, Width: 60}, all.Registry()); code != 0 {
		t.Fatal(errs.String())
	}
	if !strings.Contains(out.String(), "columns more to the right: see --json)") {
		t.Errorf("nothing was cut:\n%s", &out)
	}
}

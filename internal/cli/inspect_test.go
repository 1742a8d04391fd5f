package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/connector/all"
	"github.com/seed-ede61cd5/sluice/internal/cli"
	"github.com/seed-ede61cd5/sluice/internal/s3folder"
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
	write(t, dir, "shop.desc", descriptor(t, "name"))
	needs := map[string][]string{"protobuf": {"--proto-descriptor", "shop.desc", "--proto-message", "shop.Order"}}
	for name := range all.Registry().Formats {
		if got := sluice(t, dir, append([]string{"inspect", "f", "--format", name}, needs[name]...)...); got.code != 0 && got.code != 3 || !strings.Contains(got.out, "DIR/f, 3 B") {
			t.Errorf("%s: code %d\n%s%s", name, got.code, got.out, got.err)
		}
	}
}

// Of an object in S3 no more is fetched than its beginning, and what that cost is
// told.
func TestInspectS3(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "big.csv", "id,name\n"+strings.Repeat("1,abcdefghijklmnopqrstuvwxyz\n", 2<<20))
	server, err := s3folder.Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_PROFILE": "", "AWS_REGION": "us-east-1"} {
		t.Setenv(name, value)
	}
	got := sluice(t, dir, "inspect", "s3://b/big.csv", "--endpoint", server.URL, "--path-style").expect(t, 0)
	cost := regexp.MustCompile(`this look cost .*, ([0-9.]+) MiB received`).FindStringSubmatch(got.out)
	if !strings.Contains(got.out, "s3://b/big.csv, 58 MiB") || cost == nil {
		t.Fatalf("the report is\n%s\n%s", got.out, got.err)
	}
	if received, err := strconv.ParseFloat(cost[1], 64); err != nil || received > 16 {
		t.Errorf("%v MiB were received", received)
	}
	t.Log(cost[0])
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

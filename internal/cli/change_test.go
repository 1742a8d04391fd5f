//go:build cgo

package cli_test

import (
	"os"
	"strings"
	"testing"
)

// TestOnChange loads a file, changes it, and tries each policy.
func TestOnChange(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	load := func(code int, args ...string) outcome {
		t.Helper()
		return sluice(t, dir, append([]string{"load", "a.csv", "--table", "t", "--to", "duckdb:x.duckdb"}, args...)...).expect(t, code)
	}
	write(t, dir, "a.csv", good)
	load(0)
	write(t, dir, "a.csv", good+"4,four\n")
	if got := load(3); !strings.Contains(got.err, "load with --on-change replace to replace those rows, or append to keep them; or run 'sluice forget DIR/a.csv'") {
		t.Errorf("a changed file is refused by\n%s", got.err)
	}
	if got := load(3, "--dry-run"); !strings.Contains(got.out, "would fail") {
		t.Errorf("a dry run says\n%s", got.out)
	}
	load(0, "--dry-run", "--on-change", "replace")
	if got := load(0, "--on-change", "append"); !strings.Contains(got.err, "loaded 1 file, 4 rows") {
		t.Errorf("append says\n%s", got.err)
	}
	status := func() string { return sluice(t, dir, "status", "--to", "duckdb:x.duckdb", "--json").out }
	if got := status(); !strings.Contains(got, `"files":{"done":2},"rows_loaded":7`) {
		t.Errorf("after append: %s", got)
	}
	write(t, dir, "a.csv", "id,name\n9,nine\n")
	load(0, "--on-change", "replace")
	if got := status(); !strings.Contains(got, `"files":{"done":1},"rows_loaded":1`) {
		t.Errorf("after replace: %s", got)
	}
}

// TestReplay has a file loaded once more after its cause is mended.
func TestReplay(t *testing.T) {
	dir, _ := loaded(t)
	to := []string{"--to", "duckdb:x.duckdb"}
	got := sluice(t, dir, append([]string{"replay", "good.csv"}, to...)...).expect(t, 0)
	same(t, "replay", got.out, `DIR/good.csv: the next load of pipeline "t" replaces its 3 rows`)
	got = sluice(t, dir, append([]string{"files"}, to...)...).expect(t, 0)
	same(t, "files", got.out, `
STATE   ROWS  REJECTED  PIPELINE  FILE           REASON
failed  1     0         t         DIR/bad.csv    record 2 at byte 14: it has 3 fields, the file has 2 columns
done    0     0         t         DIR/empty.csv  the file has no records
replay  3     0         t         DIR/good.csv`)
	got = sluice(t, dir, append([]string{"status"}, to...)...).expect(t, 3)
	same(t, "status", got.out, `
PIPELINE  TABLE  DONE  PENDING  FAILED  PARKED  ROWS  REJECTED
t         t      1     1        1       0       4     0`)
	if got = sluice(t, dir, append([]string{"explain", "good.csv"}, to...)...).expect(t, 0); !strings.Contains(got.out, "loads it from its beginning, if it finds it, and replaces these rows") {
		t.Errorf("explain says\n%s", got.out)
	}
	got = sluice(t, dir, append([]string{"load", "good.csv", "--table", "t"}, to...)...).expect(t, 0)
	if !strings.Contains(got.err, "loaded 1 file, 3 rows") {
		t.Errorf("the load says\n%s", got.err)
	}

	for range 5 {
		sluice(t, dir, append([]string{"load", "bad.csv", "--table", "t"}, to...)...)
	}
	got = sluice(t, dir, append([]string{"replay", "--failed", "good.csv"}, to...)...).expect(t, 0)
	same(t, "replay --failed of another", got.out, "0 failed files put back: the next load goes on with them")
	got = sluice(t, dir, append([]string{"replay", "--failed"}, to...)...).expect(t, 0)
	same(t, "replay --failed", got.out, "1 failed file put back: the next load goes on with them")
	got = sluice(t, dir, append([]string{"load", "bad.csv", "--table", "t", "--on-bad-row", "skip"}, to...)...).expect(t, 0)
	if !strings.Contains(got.err, "loaded 1 file, 0 rows") {
		t.Errorf("the load says\n%s", got.err)
	}
	got = sluice(t, dir, append([]string{"replay", "good.csv", "bad.csv", "--json"}, to...)...).expect(t, 0)
	same(t, "replay --json", got.out, `
{"object":"DIR/good.csv","pipeline":"t","rows_to_be_replaced":3}
{"object":"DIR/bad.csv","pipeline":"t","rows_to_be_replaced":1}`)
}

// TestConfigurationThatDoesNotFit is a matter of other flags: code 2.
func TestConfigurationThatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "a.csv", good)
	to := []string{"--to", "duckdb:x.duckdb"}
	sluice(t, dir, append([]string{"load", "a.csv", "--table", "t", "--no-file-id"}, to...)...).expect(t, 0)
	for args, want := range map[string]string{
		"load a.csv --table t --on-change replace":                  "has no column _sluice_file",
		"load a.csv --table t --on-change replace --dry-run":        "has no column _sluice_file",
		"load a.csv --table t --column id=text":                     "takes int64 there",
		"load a.csv --table t --column x=text --on-new-column fail": "has no such column",
		"load a.csv --table u --pipeline t":                         `pipeline "t" loads table "t", not "u"`,
		"load a.csv --table T":                                      "differs from",
		"replay a.csv":                                              "has no column _sluice_file",
	} {
		got := sluice(t, dir, append(strings.Fields(args), to...)...)
		if got.code != 2 || got.out != "" || !strings.Contains(got.err, want) {
			t.Errorf("sluice %s: code %d\n%s%swant 2 and %s", args, got.code, got.out, got.err, want)
		}
	}
}

// TestPathsLikeAddresses: a local path may have :// in it.
func TestPathsLikeAddresses(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"a b://c/x.csv", "A://c/x.csv"} {
		path := name[:strings.LastIndex(name, "/")]
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, good)
		sluice(t, dir, "load", name, "--table", "t", "--to", "duckdb:x.duckdb").expect(t, 0)
		for _, arg := range []string{name, dir + "/" + name, "file://" + dir + "/" + name} {
			sluice(t, dir, "explain", arg, "--to", "duckdb:x.duckdb").expect(t, 0)
		}
	}
}

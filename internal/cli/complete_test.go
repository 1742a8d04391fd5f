package cli_test

import (
	"strings"
	"testing"
)

// TestCompletion asks as the shells do.
func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "my.duckdb", "")
	write(t, dir, "my.csv", "")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"load", "--format", ""}, "access-log auto avro csv json jsonl lines parquet tsv :4"},
		{[]string{"load", "--encoding", ""}, "utf-8 utf-16 utf-16le utf-16be latin1 windows-1252 :4"},
		{[]string{"load", "--on-bad-row", ""}, "fail skip quarantine :4"},
		{[]string{"load", "--to", ""}, "duckdb: postgres: postgresql: stdout: :6"},
		{[]string{"files", "--to", "duckdb:m"}, "duckdb:my.duckdb :6"},
		{[]string{"load", "--to", "stdout:"}, ":6"},
		{[]string{"load", "--column", "zip="}, "zip=bool zip=bytes zip=date zip=float64 zip=int64 zip=json zip=text zip=time zip=timestamp zip=timestamptz zip=uuid :4"},
		{[]string{"load", "--column", "zip"}, ":6"},
		{[]string{"load", ""}, ":0"}, // files
		{[]string{"status", ""}, ":4"},
		{[]string{"files", "--pipeline", ""}, ":4"},
	} {
		got := sluice(t, "", append([]string{"__complete"}, c.args...)...).expect(t, 0)
		if strings.Join(strings.Fields(got.out), " ") != c.want {
			t.Errorf("%q completes to\n%swant %s", c.args, got.out, c.want)
		}
	}
	if got := sluice(t, "", "completion", "bash").expect(t, 0); !strings.Contains(got.out, "__complete") {
		t.Error("there is no script for bash")
	}
}

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWrongUsage ends each wrong call with code 2, nothing on standard output,
// and a message that names the place and the fix.
func TestWrongUsage(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "good.csv", good)
	write(t, dir, "other.csv", good)
	for _, c := range []struct{ args, want string }{
		{"laod", `unknown command "laod": did you mean 'load'? (see 'sluice --help')`},
		{"xyzzy", `unknown command "xyzzy" (see 'sluice --help')`},
		{"load", `'sluice load' needs a source: a file, a directory or a pattern such as './data/*.csv'`},
		{"load good.csv --formt csv", `unknown flag: --formt: did you mean --format? (see 'sluice load --help')`},
		{"load good.csv --xyzzy", `unknown flag: --xyzzy (see 'sluice load --help')`},
		{"load -good.csv", `a file's name that begins with - is written ./-good.csv`},
		{"load good.csv --format cvs", `format "cvs" is not known: use one of auto, access-log, avro, csv, json, jsonl, lines, parquet, protobuf, tsv`},
		{"load good.csv --to my.duckdb", `target "my.duckdb" does not say what it is: begin it with one of duckdb:, postgres:, postgresql:, stdout:, as in duckdb:my.duckdb`},
		{"load good.csv --to mysql://h/db", `target "mysql:" is not known: use one of duckdb, postgres, postgresql, stdout`},
		{"load good.csv --to stdout:x", `target "stdout:x": write stdout: with nothing behind it`},
		{"load nope.csv --to stdout:", `nothing matches "nope.csv" (in the folder "DIR")`},
		{"load - --to stdout:", `nothing matches "-": standard input cannot be loaded exactly once, so name a file`},
		{"load gs://bucket/key --to stdout:", `source "gs://bucket/key": this build has no store gs://, but file://, s3:// and plain paths`},
		{"load file://good.csv --to stdout:", `source "file://good.csv": write file:///path, with three slashes`},
		{"load good.csv other.csv --to stdout:", `the tables "good" and "other": name one with --table, or quote the pattern`},
		{"load good.csv --to duckdb:./good.csv", `source "good.csv" is the file that --to loads into`},
		{"load good.csv --memory lots", `"lots" is not a size`},
		{"load good.csv --max-record 0", `--max-record 0B: give a size from 1 byte to 1.0 GiB`},
		{"load good.csv --max-record 1025MiB", `--max-record 1025MiB: give a size from 1 byte to 1.0 GiB`},
		{"load good.csv --max-page 2GiB", `--max-page 2GiB: give a size from 1 byte to 1.0 GiB`},
		{"load good.csv --max-columns -1", `--max-columns -1: give a number from 1 to 65536`},
		{"load good.csv --max-columns 65537", `--max-columns 65537: give a number from 1 to 65536`},
		{"load good.csv --max-nesting 1025", `--max-nesting 1025: give a number from 1 to 1024`},
		{"load good.csv --max-ratio -1", `--max-ratio -1: give a number from 1 on`},
		{"load good.csv --delimiter ;;", `";;" is not one byte`},
		{`load good.csv --escape "`, `--escape ": leave it out: a doubled quote is one quote anyway`},
		{"load good.csv --quote ; --delimiter ;", `--delimiter ; is the quote`},
		{"load good.csv --escape ; --delimiter ;", `--escape and --delimiter are both ';'`},
		{"inspect", `'sluice inspect' needs a source`},
		{"inspect nope.csv", `nothing matches "nope.csv" (in the folder "DIR")`},
		{"inspect good.csv --rows -1", `--rows -1: give a number from 0 to 1000`},
		{"inspect good.csv --files 0", `--files 0: give a number from 1 to 1000`},
		{"inspect good.csv --format cvs", `format "cvs" is not known`},
		{"inspect good.csv --region x", `go with a source such as s3://bucket/prefix/`},
		{"load good.csv --dialect excel", `--dialect "excel": use declared or auto`},
		{"load good.csv --quote nothing", `"nothing" is not one byte`},
		{"load good.csv --skip-lines -1", `--skip-lines -1: give a number from 0 to 1000000`},
		{"load good.csv --records-path a..b", `"a..b" has an empty key: write the keys with a dot between them`},
		{"load good.csv --records-path a --format csv", `--records-path is for JSON documents: leave it out, or use --format json in place of csv`},
		{"load good.csv --access-format common", `--access-format goes with --format access-log`},
		{"load good.csv --access-format common --format lines", `--access-format goes with --format access-log`},
		{"load good.csv --access-format remote_addr --format access-log", `--format access-log: access log format "remote_addr": it has no value: use combined, common`},
		{"load good.csv --access-format %h%u --format access-log", `there is no text between host and user, to tell where one ends`},
		{"load good.csv --proto-message a.B", `--proto-descriptor and --proto-message go with --format protobuf`},
		{"load good.csv --format protobuf --proto-message a.B", `--format protobuf needs --proto-descriptor FILE and --proto-message NAME`},
		{"load good.csv --format protobuf --proto-message a.B --proto-descriptor nope.desc", `--proto-descriptor: open nope.desc: no such file`},
		{"load good.csv --format protobuf --proto-message a.B --proto-descriptor good.csv", `--format protobuf: the descriptor is no FileDescriptorSet, as protoc --descriptor_set_out writes it`},
		{"load good.csv --max-bad-rows 5", `--max-bad-rows goes with --on-bad-row skip`},
		{"load good.csv --on-bad-row quarantine --to stdout: --dry-run", `--on-bad-row quarantine: this target has no tables to keep bad rows in`},
		{"load good.csv --poll-interval 5s", `--poll-interval goes with --follow`},
		{"load good.csv --follow --dry-run", `--dry-run shows what is there now: leave out --follow`},
		{"load good.csv --follow --to stdout:", `--follow needs a target that remembers what is loaded: stdout: does not`},
		{"load good.csv --look-back 10", `--look-back goes with --follow`},
		{"load good.csv --follow --look-back 10", `--look-back goes with s3:// sources: local folders are always listed whole`},
		{"load good.csv --follow --look-back -1", `--look-back -1: a number of keys from 1 on`},
		{"load good.csv --follow --look-back 0", `--look-back 0: a number of keys from 1 on`},
		{"load good.csv --follow --reconcile 5m", `--reconcile goes with --sqs or --look-back`},
		{"load s3://b/ --follow --look-back 10 --sqs http://127.0.0.1:1/1/q", `--look-back does not go with --sqs`},
		{"load good.csv --follow --look-back 10 --reconcile 1ms", `--reconcile 1ms: at least 100ms`},
		{"load good.csv --follow --poll-interval 1ms", `--poll-interval 1ms: at least 100ms`},
		{"load good.csv --sqs http://127.0.0.1:1/1/q", `--sqs goes with --follow`},
		{"load good.csv --follow --sqs http://127.0.0.1:1/1/q", `--sqs goes with s3:// sources: no queue tells of "good.csv"`},
		{"load s3://b/ good.csv --table t --follow --sqs http://127.0.0.1:1/1/q", `no queue tells of "good.csv"; follow that by a process of its own`},
		{"load s3://b/ --follow --sqs=", `--sqs: write the queue's URL`},
		{"load s3://b/ --follow --sqs arrivals", `--sqs: queue "arrivals": write its URL, as in https://sqs.eu-west-1.amazonaws.com/123456789012/NAME`},
		{"load s3://b/ --follow --sqs https://sqs.x/1/q?s=S3CR3T", `--sqs: the queue's URL holds more than a host and a path`},
		{"load s3://b/ --follow --sqs http://sqs.x/1/q", `plain http to another host shows your data to the network`},
		{"load s3://b/ --follow --reconcile 5m", `--reconcile goes with --sqs or --look-back: without them, each listing is whole`},
		{"load s3://b/ --follow --sqs http://127.0.0.1:1/1/q --poll-interval 5s", `--poll-interval does not go with --sqs`},
		{"load s3://b/ --follow --sqs http://127.0.0.1:1/1/q --reconcile 1ms", `--reconcile 1ms: at least 100ms`},
		{"load good.csv --follow --commit-every much", `--commit-every "much": write a time, a size or a number of rows`},
		{"load good.csv --follow --grace -1s", `--min-age and --grace are times from 0 on`},
		{"load good.csv --follow --log-format xml", `--log-format "xml": use text or json`},
		{"load good.csv --follow --http 9090", `--http "9090": write an address such as 127.0.0.1:9090`},
		{"load good.csv --column id=text --column id=int64", `"id" is given twice`},
		{"load good.csv --on-change update", `--on-change "update": use fail, append or replace`},
		{"load good.csv --on-change replace --no-file-id", `--on-change replace needs the column that --no-file-id leaves out`},
		{"load good.csv --on-change replace --to stdout:", `keeps no ledger`},
		{"load good.csv --on-change append --to stdout:", `keeps no ledger`},
		{"replay", `replay needs the name of an object, as 'sluice files' prints it, or --failed`},
		{"replay x.csv --to stdout:", `stdout: keeps no ledger`},
		{"status x", `'sluice status' takes no arguments, and got "x"`},
		{"explain", `'sluice explain' needs the name of one file, as 'sluice files' prints it, and got 0`},
		{"explain a b", `and got 2`},
		{"forget", `forget needs the name of an object`},
		{"forget --all", `forget --all needs --pipeline`},
		{"forget a --all --pipeline p", `forget takes either objects or --all`},
		{"files --to stdout:", `stdout: keeps no ledger`},
		{"demo --rows 5", `--rows 5: give at least 1000`},
	} {
		got := sluice(t, dir, strings.Fields(c.args)...)
		if got.code != 2 || got.out != "" || !strings.Contains(got.err, c.want) || strings.Contains(got.err, "S3CR3T") || !strings.HasPrefix(got.err, "sluice: ") {
			t.Errorf("sluice %s: code %d, stdout %q, stderr\n%swant 2 and\n%s", c.args, got.code, got.out, got.err, c.want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.duckdb*")); err != nil || len(left) != 0 {
		t.Errorf("wrong calls left %v behind (%v)", left, err)
	}
}

// TestQuarantineNeedsATable: rows that are printed have no table beside them.
func TestQuarantineNeedsATable(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "good.csv", "a\n1\n")
	got := sluice(t, dir, "load", "good.csv", "--on-bad-row", "quarantine", "--to", "stdout:").expect(t, 2)
	if got.out != "" || !strings.Contains(got.err, "sluice: --on-bad-row quarantine: this target has no tables") {
		t.Errorf("stdout %q, stderr %s", got.out, got.err)
	}
}

// TestAllWrongFlagsAreToldAtOnce spares the user one try for each of them.
func TestAllWrongFlagsAreToldAtOnce(t *testing.T) {
	got := sluice(t, "", "load", "x.csv", "--memory", "1KiB", "--workers", "-1", "--on-bad-row", "ignore",
		"--column", "id", "--column", "id=int").expect(t, 2)
	same(t, "stderr", got.err, `
sluice: --column: column "id": write name=type, such as zip=text
  --column: column "id": unknown type "int": use one of bool, bytes, date, decimal(P,S), float64, int64, json, text, time, timestamp, timestamptz, uuid
  --on-bad-row "ignore": use fail, skip or quarantine
  --memory 1KiB: at least 8.0 MiB is needed
  --workers -1: give a number from 1 to 1000`)
}

// TestMessagesCannotBeForged escapes what a hostile name brings along.
func TestMessagesCannotBeForged(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	name := "a\nloaded 5 files\x1b[31m.csv"
	for _, args := range [][]string{
		{"load", name, "--to", "stdout:"},
		{"load", "x.csv", "--to", name},
		{"load", "x.csv", "--format", name},
		{"load", "x.csv", "--column", name + "=int"},
		{"load", "x.csv", "--" + name},
		{"load", "-" + name},
		{name},
		{"status", name},
	} {
		got := sluice(t, dir, args...).expect(t, 2)
		if strings.Contains(got.err, "\x1b") || strings.Contains(got.err, "\nloaded") {
			t.Errorf("sluice %q printed %q", args, got.err)
		}
	}
	if err := os.WriteFile(name, []byte("id\n1\n1,2\n"), 0o644); err != nil {
		t.Skip("this file system has no such names")
	}
	got := sluice(t, dir, "load", dir, "--to", "stdout:").expect(t, 3)
	if want := `failed: "DIR/a\nloaded 5 files\x1b[31m.csv": record 2`; !strings.Contains(got.err, want) {
		t.Errorf("stderr is\n%s\nwant %s", got.err, want)
	}
}

// TestHelpIsTheFirstWord shows the help where no command is given.
func TestHelpIsTheFirstWord(t *testing.T) {
	got := sluice(t, "").expect(t, 0)
	for _, want := range []string{"sluice load './data/*.csv' ", "130 interrupted", "forget"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the help lacks %q:\n%s", want, got.out)
		}
	}
	if got := sluice(t, "", "version").expect(t, 0); !strings.HasPrefix(got.out, "sluice ") {
		t.Errorf("version printed %q", got.out)
	}
}

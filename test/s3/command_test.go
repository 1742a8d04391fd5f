package s3

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/connector/all"
	"github.com/seed-ede61cd5/sluice/internal/cli"
	"github.com/seed-ede61cd5/sluice/object/s3"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

// sluice runs the command line in this process.
func sluice(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := cli.Main(args, cli.Streams{Out: &out, Err: &errs}, all.Registry()); got != code {
		t.Fatalf("sluice %s: exit code %d, want %d\n%s\n%s", strings.Join(args, " "), got, code, out.String(), errs.String())
	}
	if all := out.String() + errs.String(); strings.Contains(all, s3server.SecretKey) {
		t.Errorf("sluice %s tells the secret key:\n%s", strings.Join(args, " "), all)
	}
	return out.String(), errs.String()
}

// result is what load --json tells.
type result struct {
	Files   int64 `json:"files_loaded"`
	Skipped int64 `json:"files_skipped"`
	Rows    int64 `json:"rows_loaded"`
	Lists   int64 `json:"list_requests"`
	Gets    int64 `json:"get_requests"`
	Heads   int64 `json:"head_requests"`
	Bytes   int64 `json:"bytes_received"`
}

func resultOf(t *testing.T, stdout string) (r result) {
	t.Helper()
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("%q: %v", stdout, err)
	}
	return r
}

func records(from, n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,name\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,name %d\n", from+i, from+i)
	}
	return b.Bytes()
}

// TestCommand loads from a bucket, twice, and finds what the ledger says of it
// by the names that it prints.
func TestCommand(t *testing.T) {
	server := s3server.Start(t)
	bucket := server.NewBucket(t)
	open(t, server.Endpoint, bucket, s3.Options{}) // for its environment
	var size int
	for i := range 20 {
		content := records(i*100, 100)
		size += len(content)
		server.Put(t, bucket, fmt.Sprintf("in/%d/a b+%%.csv", i), content)
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write(records(2000, 100))
	w.Close()
	server.Put(t, bucket, "in/z/line\nfeed.csv.gz", zipped.Bytes())
	server.Put(t, bucket, "in/marker/", nil)
	server.Put(t, bucket, "in/_temporary/x.csv", []byte("broken"))

	to := []string{"--to", "duckdb:" + filepath.Join(t.TempDir(), "s3.duckdb")}
	load := append([]string{"load", "s3://" + bucket + "/in/", "--endpoint", server.Endpoint}, to...)
	out, _ := sluice(t, 0, append(load, "--dry-run")...)
	if !strings.Contains(out, "21 files") || !strings.Contains(out, " 2 LIST, 10 GET and 0 HEAD requests, ") {
		t.Errorf("dry run:\n%s", out)
	}
	out, _ = sluice(t, 0, append(load, "--json")...)
	r := resultOf(t, out)
	if r.Files != 21 || r.Rows != 2100 || r.Lists != 2 || r.Gets != 21 || r.Heads != 0 {
		t.Errorf("first load: %+v; want one GET a file, and one LIST to look and one to load", r)
	}
	if r.Bytes < int64(size) {
		t.Errorf("%d bytes received of %d", r.Bytes, size)
	}
	if out, _ = sluice(t, 0, append(load, "--json")...); resultOf(t, out) != (result{Skipped: 21, Lists: 2, Bytes: resultOf(t, out).Bytes}) {
		t.Errorf("second load: %s", out)
	}
	_, errs := sluice(t, 0, load...)
	if !strings.Contains(errs, "2 LIST, 0 GET and 0 HEAD requests") {
		t.Errorf("the summary does not tell the cost:\n%s", errs)
	}

	out, _ = sluice(t, 0, append([]string{"files"}, to...)...)
	quoted := `"s3://` + bucket + `/in/z/line\nfeed.csv.gz"`
	if !strings.Contains(out, quoted) {
		t.Fatalf("files does not list %s:\n%s", quoted, out)
	}
	for _, name := range []string{quoted, "s3://" + bucket + "/in/7/a b+%.csv"} {
		if out, _ = sluice(t, 0, append([]string{"explain", name}, to...)...); !strings.Contains(out, "100 loaded") {
			t.Errorf("explain %s:\n%s", name, out)
		}
		if out, _ = sluice(t, 0, append([]string{"forget", name}, to...)...); !strings.Contains(out, "100 rows deleted") {
			t.Errorf("forget %s:\n%s", name, out)
		}
	}
	if out, _ = sluice(t, 0, append(load, "--json")...); resultOf(t, out).Rows != 200 {
		t.Errorf("load after forget: %s", out)
	}
}

// TestCommandPlaces is what the places that a user can name cost and mean.
func TestCommandPlaces(t *testing.T) {
	server := s3server.Start(t)
	bucket := server.NewBucket(t)
	open(t, server.Endpoint, bucket, s3.Options{})
	for key, n := range map[string]int{"p/a.csv": 1, "p/b.csv": 2, "p/q/c.csv": 4, "px.csv": 8} {
		server.Put(t, bucket, key, records(0, n))
	}
	for place, want := range map[string]int64{
		"/p": 7, "/p/": 7, "/p/*.csv": 3, "/p/a.csv": 1, "/**/*.csv": 15, "/{p/a,px}.csv": 9, "": 15, "/": 15,
	} {
		out, _ := sluice(t, 0, "load", "s3://"+bucket+place, "--table", "t", "--endpoint", server.Endpoint, "--json",
			"--to", "duckdb:"+filepath.Join(t.TempDir(), "s3.duckdb"))
		if r := resultOf(t, out); r.Rows != want {
			t.Errorf("%s: %+v, want %d rows", place, r, want)
		}
	}
	to := "duckdb:" + filepath.Join(t.TempDir(), "s3.duckdb")
	for _, test := range []struct {
		code int
		want string
		args []string
	}{
		{2, "nothing", []string{"s3://" + bucket + "/none/", "--endpoint", server.Endpoint}},
		{1, "no such bucket", []string{"s3://no-such-bucket-here/p/", "--endpoint", server.Endpoint}},
		{2, "--allow-http", []string{"s3://" + bucket + "/p/", "--endpoint", "http://store.example:9000"}},
		{2, "CA file", []string{"s3://" + bucket + "/p/", "--endpoint", server.Endpoint, "--ca-file", "/none.pem"}},
		{2, "a source such as s3://", []string{t.TempDir(), "--region", "eu-west-1"}},
	} {
		if _, errs := sluice(t, test.code, append([]string{"load", "--to", to}, test.args...)...); !strings.Contains(errs, test.want) {
			t.Errorf("%v: %s", test.args, errs)
		}
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
	if _, errs := sluice(t, 1, "load", "s3://"+bucket+"/p/", "--to", to, "--endpoint", server.Endpoint); !strings.Contains(errs, "secret key does not belong") {
		t.Errorf("wrong secret: %s", errs)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "nobody")
	if _, errs := sluice(t, 1, "load", "s3://"+bucket+"/p/", "--to", to, "--endpoint", server.Endpoint); !strings.Contains(errs, "does not know the access key") {
		t.Errorf("wrong access key: %s", errs)
	}
	if _, errs := sluice(t, 1, "load", "s3://"+bucket+"/p/a.csv", "--to", to, "--endpoint", server.Endpoint); !strings.Contains(errs, "does not know the access key") {
		t.Errorf("wrong access key, one object: %s", errs)
	}
}

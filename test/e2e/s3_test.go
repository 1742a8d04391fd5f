package e2e

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/test/internal/orders"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

// bucket is a bucket of the test's S3 server, as the command sees it.
type bucket struct {
	server   *s3server.Server
	name     string
	endpoint string // the server's, or that of a proxy before it
}

func newBucket(t *testing.T) *bucket {
	t.Helper()
	s := s3server.Start(t)
	return &bucket{server: s, name: s.NewBucket(t), endpoint: s.Endpoint}
}

// url names what is below a key of the bucket.
func (b *bucket) url(key string) string { return "s3://" + b.name + "/" + key }

// command makes a command that finds the server. load also needs its address.
func (b *bucket) command(args ...string) *exec.Cmd {
	if args[0] == "load" {
		args = append(args, "--endpoint", b.endpoint, "--path-style")
	}
	cmd := exec.Command(binary, args...)
	cmd.Env = b.server.Env()
	return cmd
}

func (b *bucket) sluice(t *testing.T, args ...string) outcome {
	t.Helper()
	out := run(t, b.command(args...))
	if strings.Contains(out.stdout+out.stderr, s3server.SecretKey) {
		t.Errorf("the secret key is printed (X-04):\n%s%s", out.stdout, out.stderr)
	}
	return out
}

// TestS3Kill9AtRandomMoments is TestKill9AtRandomMoments from a bucket, over
// every format there is (C-01 to C-11, P1, P4, P7).
func TestS3Kill9AtRandomMoments(t *testing.T) {
	rows, kills := int64(5_000_000), 20
	if testing.Short() {
		rows, kills = 500_000, 5
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	b, dir := newBucket(t), t.TempDir()
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := orders.WriteMixedFolder(data, rows); err != nil {
		t.Fatal(err)
	}
	b.server.PutDir(t, b.name, "orders/", data)
	killAtRandomMoments(t, rand.New(rand.NewPCG(seed, 0)), rows, kills, func(db string) *exec.Cmd {
		return b.command("load", b.url("orders/"), "--to", "duckdb:"+db, "--memory", "64MiB", "--json")
	})
}

// TestS3SameAsLocal loads one folder from disk and from a bucket: the tables
// are the same, and so is what becomes of each file (S-32, S-33, Z-02, P12).
func TestS3SameAsLocal(t *testing.T) {
	b, dir := newBucket(t), t.TempDir()
	data := filepath.Join(dir, "data")
	zipped := gz(t, good+strings.Repeat("4,four\n", 1000))
	write(t, data, "good.csv", good)
	write(t, data, "twin.jsonl", `{"id":1,"name":"one"}`+"\n"+`{"name":"two","id":2}`+"\n"+`{"id":3,"name":"three"}`)
	write(t, data, "deep/er/good.csv.gz", zipped)
	write(t, data, "empty.csv", "")
	write(t, data, "header.csv", "id,name\n")
	write(t, data, "truncated.csv.gz", zipped[:len(zipped)-12])
	write(t, data, "ragged.csv", "id,name\n1,one\n2,two,too many\n3,three\n")
	write(t, data, "bad.jsonl", `{"id":1,"name":"one"}`+"\n"+`{"id":2,"name":`+"\n")
	write(t, data, "short.parquet", "PAR1PAR1")
	write(t, data, "notes.txt", "not a table")
	write(t, data, "sp ace+plus%2B&?#é'\"😀.csv", good)
	write(t, data, ".hidden.csv", good)
	b.server.PutDir(t, b.name, "p/", data)
	b.server.Put(t, b.name, "p/dir/", nil)

	local, remote := filepath.Join(dir, "local.duckdb"), filepath.Join(dir, "remote.duckdb")
	want := sluice(t, "load", data, "--to", "duckdb:"+local, "--table", "t", "--json").expect(t, 3).result(t)
	got := b.sluice(t, "load", b.url("p"), "--to", "duckdb:"+remote, "--table", "t", "--json").expect(t, 3).result(t)
	if want.FilesLoaded != 6 || want.FilesFailed != 5 {
		t.Errorf("from disk: %+v, want 6 files loaded and 5 failed", want)
	}
	if got.FilesLoaded != want.FilesLoaded || got.FilesFailed != want.FilesFailed || got.RowsLoaded != want.RowsLoaded || got.BytesRead != want.BytesRead {
		t.Errorf("from S3 %+v, from disk %+v", got, want)
	}
	here, there := files(t, local), files(t, remote)
	for name, f := range here {
		other := there[name]
		cut := func(reason, prefix string) string { return strings.ReplaceAll(reason, prefix, "") }
		if f.State != other.State || f.Rows != other.Rows || cut(f.Reason, data+"/") != cut(other.Reason, b.url("p/")) {
			t.Errorf("%s: from S3 %+v, from disk %+v", name, other, f)
		}
	}
	const rows = `SELECT count(*) * 1000000 + sum(id) FROM t`
	if here, there := scalar(t, local, rows), scalar(t, remote, rows); here != there {
		t.Errorf("rows from S3 %d, from disk %d", there, here)
	}

	// Again: only the failed ones are tried; and by name, one at a time.
	again := b.sluice(t, "load", b.url("p"), "--to", "duckdb:"+remote, "--table", "t", "--json").expect(t, 3).result(t)
	if again.FilesLoaded != 0 || again.FilesSkipped != 6 || again.RowsLoaded != 0 {
		t.Errorf("loading again: %+v", again)
	}
	out := b.sluice(t, "explain", b.url("p/ragged.csv"), "--to", "duckdb:"+remote).expect(t, 0)
	if !strings.Contains(out.stdout, "record 2 at byte 14") {
		t.Errorf("explain says\n%s", out.stdout)
	}
	b.sluice(t, "forget", b.url("p/good.csv"), "--to", "duckdb:"+remote).expect(t, 0)
	if r := b.sluice(t, "load", b.url("p/good.csv"), "--to", "duckdb:"+remote, "--table", "t", "--json").expect(t, 0).result(t); r.FilesLoaded != 1 || r.RowsLoaded != 3 {
		t.Errorf("the forgotten file: %+v", r)
	}
	if rows := scalar(t, remote, rows); rows != scalar(t, local, `SELECT count(*) * 1000000 + sum(id) FROM t`) {
		t.Errorf("after forgetting and loading again: %d", rows)
	}
}

// TestS3UsageErrors checks that what is wrong with the address, the name or
// the credentials is said, with the way out, and by the exit code.
func TestS3UsageErrors(t *testing.T) {
	b, dir := newBucket(t), t.TempDir()
	b.server.Put(t, b.name, "a.csv", []byte(good))
	to := "duckdb:" + filepath.Join(dir, "x.duckdb")
	for name, test := range map[string]struct {
		args []string
		env  []string
		code int
		say  string
	}{
		"nothing matches":     {args: []string{b.url("b/*.csv")}, code: 2, say: "nothing matches"},
		"no such bucket":      {args: []string{"s3://" + b.name + "-not-there/"}, code: 1, say: b.name + "-not-there"},
		"wrong secret":        {args: []string{b.url("a.csv")}, env: []string{"AWS_SECRET_ACCESS_KEY=wrong"}, code: 1, say: "AWS_SECRET_ACCESS_KEY"},
		"no bucket":           {args: []string{"s3://"}, code: 2, say: "s3://bucket/key"},
		"endpoint not a URL":  {args: []string{b.url("a.csv"), "--endpoint", "localhost"}, code: 2, say: "https://HOST"},
		"nobody listens":      {args: []string{b.url("a.csv"), "--endpoint", "http://127.0.0.1:1"}, code: 1, say: "127.0.0.1:1"},
		"no such profile":     {args: []string{b.url("a.csv"), "--profile", "nobody"}, code: 2, say: "nobody"},
		"no such certificate": {args: []string{b.url("a.csv"), "--ca-file", filepath.Join(dir, "ca.pem")}, code: 2, say: "ca.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := b.command(append([]string{"load", "--to", to}, test.args...)...)
			if strings.Contains(strings.Join(test.args, " "), "--endpoint") {
				cmd = exec.Command(binary, append([]string{"load", "--to", to}, test.args...)...)
			}
			cmd.Env = append(b.server.Env(), test.env...)
			out := run(t, cmd)
			if out.code != test.code || !strings.Contains(out.stderr, test.say) {
				t.Errorf("exit code %d, want %d and %q in\n%s", out.code, test.code, test.say, out.stderr)
			}
			if strings.Contains(out.stderr, s3server.SecretKey) {
				t.Errorf("the secret is printed:\n%s", out.stderr)
			}
		})
	}
}

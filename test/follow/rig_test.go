package follow

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-ede61cd5/sluice/test/internal/command"
	"github.com/seed-ede61cd5/sluice/test/internal/orders"
	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
	"github.com/seed-ede61cd5/sluice/test/internal/sqsserver"
)

// rig is a bucket, a queue that is told of it, and a database.
type rig struct {
	t           *testing.T
	objects     *s3server.Server
	queues      *sqsserver.Server
	bucket      string
	queue, dead string
	db          *sql.DB
	to          string
	reconcile   string
	followers   []*follower // all that were started
}

var databases atomic.Int64

// receives is the queues' maxReceiveCount.
const receives = 20

func newRig(t *testing.T) *rig {
	t.Helper()
	if server == nil {
		t.Skip(postgres.ErrNone)
	}
	r := &rig{t: t, objects: s3server.Start(t), queues: sqsserver.Start(t), reconcile: "1h"}
	r.bucket = r.objects.NewBucket(t)
	r.queue, r.dead = r.queues.NewQueue(t, receives)
	name := fmt.Sprintf("follow_%d", databases.Add(1))
	admin := open(t, "postgres")
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	r.db, r.to = open(t, name), server.URL(name)
	t.Cleanup(r.wantNoSecret)
	return r
}

func open(t *testing.T, database string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", server.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// store puts an object, and returns what an event would tell of it.
func (r *rig) store(ctx context.Context, key string, content []byte) (stored, error) {
	out, err := r.objects.Client.PutObject(ctx, &s3.PutObjectInput{Bucket: &r.bucket, Key: &key, Body: bytes.NewReader(content)})
	if err != nil {
		return stored{}, fmt.Errorf("put %q: %w", key, err)
	}
	return stored{r.bucket, key, strings.Trim(aws.ToString(out.ETag), `"`), len(content)}, nil
}

// put is store for the test's own goroutine.
func (r *rig) put(key string, content []byte) stored {
	r.t.Helper()
	o, err := r.store(r.t.Context(), key, content)
	if err != nil {
		r.t.Fatal(err)
	}
	return o
}

func (r *rig) send(bodies ...string) {
	r.t.Helper()
	if err := r.queues.Send(r.t.Context(), r.queue, bodies...); err != nil {
		r.t.Fatal(err)
	}
}

// csv is the content of a CSV file with rows of the model.
func csv(t *testing.T, first, n int64) []byte {
	t.Helper()
	return file(t, filepath.Join(t.TempDir(), "f.csv"), first, n)
}

// file is the content of a file with rows of the model, which it writes.
func file(t *testing.T, path string, first, n int64) []byte {
	t.Helper()
	if err := orders.WriteFile(path, first, n); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// compare compares the table with the first rows of the model.
func (r *rig) compare(rows int64) {
	r.t.Helper()
	if err := orders.Compare(r.db, "orders", rows); err != nil {
		r.t.Fatal(err)
	}
}

// count is how many rows the table has, 0 if there is no table.
func (r *rig) count() (n int64) {
	_ = r.db.QueryRow("SELECT count(*) FROM orders").Scan(&n)
	return n
}

// await waits for something to become true.
func (r *rig) await(what string, longest time.Duration, is func() bool) {
	r.t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for late := time.After(longest); !is(); {
		select {
		case <-ticker.C:
		case <-late:
			r.t.Fatalf("after %v: not %s; %d rows, queue %+v, dead %+v", longest, what, r.count(),
				r.queues.Depth(r.t, r.queue), r.queues.Depth(r.t, r.dead))
		}
	}
}

// awaitQueue waits until the queue is empty and so many messages are dead.
func (r *rig) awaitQueue(dead int, longest time.Duration) {
	r.t.Helper()
	r.await(fmt.Sprintf("empty with %d dead", dead), longest, func() bool {
		return r.queues.Depth(r.t, r.queue) == sqsserver.Empty && r.queues.Depth(r.t, r.dead).Visible == fmt.Sprint(dead)
	})
}

// command is sluice where it finds the servers.
func (r *rig) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = append(r.objects.Env(), "AWS_ENDPOINT_URL_SQS="+r.queues.Endpoint)
	return cmd
}

// ledgered is a file as the ledger has it.
type ledgered struct {
	Object, State, Reason string
	Rows                  int64 `json:"rows_loaded"`
}

// files lists the ledger, by the key's end after in/.
func (r *rig) files(args ...string) map[string]ledgered {
	r.t.Helper()
	out, err := r.command(append([]string{"files", "--json", "--to", r.to}, args...)...).Output()
	if err != nil {
		r.t.Fatalf("sluice files: %v", err)
	}
	list := map[string]ledgered{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var f ledgered
		if err := d.Decode(&f); err != nil {
			r.t.Fatal(err)
		}
		_, key, _ := strings.Cut(f.Object, "/in/")
		list[key] = f
	}
	return list
}

// follower is a running command that follows.
type follower struct {
	t   *testing.T
	cmd *exec.Cmd
	out *command.Output
}

// follow starts a command.
func (r *rig) follow(args ...string) *follower {
	r.t.Helper()
	f := &follower{t: r.t, out: command.NewOutput()}
	f.cmd = r.command(append([]string{"load", "s3://" + r.bucket + "/in/", "--to", r.to, "--table", "orders", "--memory", "32MiB",
		"--endpoint", r.objects.Endpoint, "--path-style", "--follow", "--sqs", r.queue, "--reconcile", r.reconcile, "--http", "127.0.0.1:0"}, args...)...)
	f.cmd.Stderr = f.out
	if err := f.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.followers = append(r.followers, f)
	r.t.Cleanup(func() {
		if f.cmd.ProcessState == nil {
			f.kill()
		}
	})
	return f
}

// wantNoSecret looks at all that was said.
func (r *rig) wantNoSecret() {
	for _, f := range r.followers {
		if strings.Contains(f.said(), s3server.SecretKey) {
			r.t.Error("the secret key is logged")
		}
	}
	if r.t.Failed() && len(r.followers) > 0 {
		for _, f := range r.followers[max(0, len(r.followers)-2):] {
			text := f.said()
			r.t.Logf("a follower said, in the end\n%s", text[max(0, len(text)-10_000):])
		}
	}
}

func (f *follower) said() string { return f.out.String() }

func (f *follower) await(pattern string) []string {
	f.t.Helper()
	return f.out.Await(f.t, pattern)
}

// wantMetric waits until the metrics have a line: answers are counted when the
// server has long sent them.
func (r *rig) wantMetric(f *follower, line string) {
	r.t.Helper()
	r.await(line, 30*time.Second, func() bool { return slices.Contains(strings.Split(f.out.Metrics(r.t), "\n"), line) })
}

func (f *follower) kill() {
	_ = f.cmd.Process.Kill()
	_ = f.cmd.Wait()
}

// stop ends the process politely.
func (f *follower) stop() {
	f.t.Helper()
	if err := f.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		f.t.Fatal(err)
	}
	_ = f.cmd.Wait()
	if code := f.cmd.ProcessState.ExitCode(); code != 130 || !strings.Contains(f.said(), "msg=stopped ") {
		f.t.Fatalf("exit code %d", code)
	}
}

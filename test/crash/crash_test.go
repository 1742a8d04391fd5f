// Package crash loads from S3 into PostgreSQL while everything between them
// breaks at random moments: the command is killed with SIGKILL, connections are
// cut, some of them after the server has done what it was asked, and sessions
// are terminated. In the end each row is there once. `make crash` runs it at
// length, `make test` a short version.
package crash

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-ede61cd5/sluice/test/internal/command"
	"github.com/seed-ede61cd5/sluice/test/internal/orders"
	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
	"github.com/seed-ede61cd5/sluice/test/internal/tcpproxy"
)

var (
	server *postgres.Server // nil if PostgreSQL is not installed
	binary string
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "sluice-crash-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	server, err = postgres.Start(context.Background(), dir)
	if errors.Is(err, postgres.ErrNone) && os.Getenv("SLUICE_POSTGRES") != "required" {
		fmt.Println("without a server:", err)
		return m.Run(), nil
	}
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, server.Stop(context.Background())) }()
	if binary, err = command.Build(dir); err != nil {
		return 1, err
	}
	return s3server.Main(m), nil
}

// plan is how much of everything happens.
type plan struct {
	rows                    int64
	kills, cuts, terminates int
}

func size() plan {
	if os.Getenv("SLUICE_CRASH") == "long" {
		return plan{rows: 2_000_000, kills: 200, cuts: 50, terminates: 20}
	}
	return plan{rows: 400_000, kills: 12, cuts: 6, terminates: 4}
}

// rig is one run: objects in a bucket, and the databases they go into, each of
// which is compared with the model once it is full.
type rig struct {
	t      *testing.T
	random *rand.Rand
	s3     *s3server.Server
	bucket string
	rows   int64
	proxy  *tcpproxy.Proxy

	database string // at hand
	round    int
}

func newRig(t *testing.T, rows int64) *rig {
	t.Helper()
	if server == nil {
		t.Skip(postgres.ErrNone)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := &rig{t: t, random: rand.New(rand.NewPCG(seed, 0)), s3: s3server.Start(t), rows: rows}
	data := t.TempDir()
	if err := orders.WriteMixedFolder(data, rows); err != nil {
		t.Fatal(err)
	}
	r.bucket = r.s3.NewBucket(t)
	r.s3.PutDir(t, r.bucket, "orders/", data)
	u, err := url.Parse(server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	if r.proxy, err = tcpproxy.Start(t.Context(), u.Host); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.proxy.Close)
	r.nextDatabase()
	return r
}

// nextDatabase begins with an empty database.
func (r *rig) nextDatabase() {
	r.t.Helper()
	r.round++
	r.database = fmt.Sprintf("crash_%s_%d", strings.ToLower(r.t.Name()), r.round)
	r.exec("postgres", "CREATE DATABASE "+r.database)
}

func (r *rig) open(database string) *sql.DB {
	r.t.Helper()
	db, err := sql.Open("pgx", server.URL(database))
	if err != nil {
		r.t.Fatal(err)
	}
	return db
}

func (r *rig) exec(database, statement string) {
	r.t.Helper()
	db := r.open(database)
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		r.t.Fatalf("%s: %v", statement, err)
	}
}

// load is the command, through the proxy.
func (r *rig) load() *exec.Cmd {
	u, err := url.Parse(server.URL(r.database))
	if err != nil {
		r.t.Fatal(err)
	}
	u.Host = net.JoinHostPort("127.0.0.1", fmt.Sprint(r.proxy.Port()))
	cmd := exec.Command(binary, "load", "s3://"+r.bucket+"/orders/", "--to", u.String(), "--table", "orders",
		"--memory", "32MiB", "--endpoint", r.s3.Endpoint, "--path-style")
	cmd.Env = r.s3.Env()
	return cmd
}

// finish loads to the end, compares, loads again, and goes on with the next
// database.
func (r *rig) finish() {
	r.t.Helper()
	for _, what := range []string{"to the end", "once more"} {
		if out, err := r.load().CombinedOutput(); err != nil {
			r.t.Fatalf("load %s: %v\n%s", what, err, out)
		}
	}
	db := r.open(r.database)
	defer db.Close()
	if err := orders.Compare(db, "orders", r.rows); err != nil {
		r.t.Fatalf("database %s: %v", r.database, err)
	}
	r.nextDatabase()
}

// TestKills kills the command (C-01 to C-11, P4).
func TestKills(t *testing.T) {
	p := size()
	r := newRig(t, p.rows)
	for killed := 0; killed < p.kills; {
		cmd := r.load()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		timer := time.NewTimer(time.Duration(r.random.Int64N(int64(2 * time.Second))))
		select {
		case err := <-ended:
			timer.Stop()
			if err != nil {
				t.Fatalf("a load that was not killed failed: %v", err)
			}
			r.finish()
		case <-timer.C:
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-ended
			killed++
		}
	}
	r.finish()
	t.Logf("%d kills over %d databases", p.kills, r.round-1)
}

// TestCuts cuts connections, half of them when the server has just done what it
// was asked (T-01, T-02, C-06). The command must get over it by itself.
func TestCuts(t *testing.T) {
	p := size()
	r := newRig(t, p.rows)
	var mu sync.Mutex // connections are judged at the same time
	cuts := 0
	for cuts < p.cuts {
		due := r.random.IntN(200) // sends until the next cut
		r.proxy.Judge(func([]byte) tcpproxy.Verdict {
			mu.Lock()
			defer mu.Unlock()
			if cuts == p.cuts {
				return tcpproxy.Forward
			}
			if due--; due > 0 {
				return tcpproxy.Forward
			}
			cuts++
			due = 200 + r.random.IntN(1500)
			return [...]tcpproxy.Verdict{tcpproxy.Cut, tcpproxy.CutReply}[cuts%2]
		})
		if out, err := r.load().CombinedOutput(); err != nil {
			t.Fatalf("load with cuts: %v\n%s", err, out)
		}
		r.proxy.Judge(nil)
		r.finish()
	}
	t.Logf("%d cuts over %d databases", cuts, r.round-1)
}

// TestTerminates ends the command's sessions from the side of the server
// (T-01, T-09).
func TestTerminates(t *testing.T) {
	p := size()
	r := newRig(t, p.rows)
	admin := r.open("postgres")
	defer admin.Close()
	for done := 0; done < p.terminates; {
		cmd := r.load()
		var out strings.Builder
		cmd.Stderr = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for running := true; running; {
			timer := time.NewTimer(time.Duration(r.random.Int64N(int64(time.Second))))
			select {
			case err := <-ended:
				timer.Stop()
				if err != nil {
					t.Fatalf("load with terminated sessions: %v\n%s", err, out.String())
				}
				running = false
			case <-timer.C:
				if done == p.terminates {
					continue
				}
				result, err := admin.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND state <> 'idle'`, r.database)
				if err != nil {
					t.Fatal(err)
				}
				if n, _ := result.RowsAffected(); n > 0 {
					done++
				}
			}
		}
		r.finish()
	}
	t.Logf("%d terminations over %d databases", p.terminates, r.round-1)
}

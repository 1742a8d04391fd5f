package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/test/internal/postgres"
	"github.com/seed-ede61cd5/sluice/test/internal/s3server"
)

// Small files: objects of one kilobyte, from an S3 server on this machine into
// PostgreSQL, beside a client that does nothing but GET them. Each of the four
// parts (S3 server, database, Sluice, the client) is a process of its own, and
// all of them share the machine's cores.

// smallClients are the concurrencies with which the objects are only fetched.
// The quickest counts.
var smallClients = []int{2, 8, 32}

// smallReady is what the S3 server's process says of its address and its rows.
const smallReady = "ready: %s %d rows"

// smallRun is what one pass over the objects took: seconds, and CPU seconds by
// process.
type smallRun struct {
	wall, client, store, database float64
}

// smallBench is the rig.
type smallBench struct {
	*bench
	endpoint, url         string
	inAll                 int64 // rows
	conn                  *pgx.Conn
	storePID, databasePID int
}

// runSmall measures the objects in rounds, and one before them that warms the
// caches.
func runSmall(ctx context.Context, bench *bench) (err error) {
	b := &smallBench{bench: bench}
	if err := b.startPostgres(ctx); errors.Is(err, postgres.ErrNone) {
		bench.printf("\nsmall files, without PostgreSQL: %v\n", err)
		return nil
	} else if err != nil {
		return err
	}
	b.databasePID, b.url = b.postgres.pid, b.postgres.url()
	if b.conn, err = pgx.Connect(ctx, b.url); err != nil {
		return err
	}
	defer b.conn.Close(ctx)
	stop, err := b.startStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	return b.compare(ctx)
}

// startStore starts the S3 server with the objects in it, which ends when its
// standard input does.
func (b *smallBench) startStore() (stop func() error, err error) {
	cmd := exec.Command(b.self, "child-small-store", b.dir, strconv.Itoa(b.objects))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	b.storePID = cmd.Process.Pid
	for lines := bufio.NewScanner(out); lines.Scan(); { // versitygw says things as well
		if _, err := fmt.Sscanf(lines.Text(), smallReady, &b.endpoint, &b.inAll); err == nil {
			return stop, nil
		}
	}
	return nil, errors.Join(errors.New("the S3 server did not start"), stop())
}

// compare runs everything in turns and prints the medians.
func (b *smallBench) compare(ctx context.Context) error {
	names := []string{"sluice load", "sluice load --follow"}
	runs := map[string][]smallRun{}
	for _, n := range smallClients {
		names = append(names, getName(n))
	}
	for round := range b.rounds + 1 {
		for _, name := range names {
			run, err := b.run(ctx, name)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if round > 0 { // the first warms the caches
				runs[name] = append(runs[name], run)
			}
		}
	}
	of := func(name string, value func(smallRun) float64) float64 {
		var values []float64
		for _, r := range runs[name] {
			values = append(values, value(r))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	wall := func(name string) float64 { return of(name, func(r smallRun) float64 { return r.wall }) }
	fastest := wall(getName(smallClients[0]))
	for _, n := range smallClients[1:] {
		fastest = min(fastest, wall(getName(n)))
	}
	b.printf("\n%d objects of 1 KiB, %d rows, %d rounds, %d cores, %s, load average %s\n\n",
		b.objects, b.inAll, b.rounds, runtime.NumCPU(), runtime.Version(), loadAverage())
	b.printf("%-28s %9s %11s %14s %11s %11s %11s\n", "", "median", "objects/s", "of GET-only", "client CPU", "store CPU", "server CPU")
	for _, name := range names {
		b.printf("%-28s %8.2fs %11.0f %14.2f %10.2fs %10.2fs %10.2fs\n", name, wall(name), float64(b.objects)/wall(name), fastest/wall(name),
			of(name, func(r smallRun) float64 { return r.client }), of(name, func(r smallRun) float64 { return r.store }),
			of(name, func(r smallRun) float64 { return r.database }))
	}
	return nil
}

func getName(clients int) string { return fmt.Sprintf("GET only, %d at a time", clients) }

// run runs one of them once.
func (b *smallBench) run(ctx context.Context, name string) (r smallRun, err error) {
	if _, err := b.conn.Exec(ctx, "DROP TABLE IF EXISTS small; DROP SCHEMA IF EXISTS sluice CASCADE"); err != nil {
		return r, err
	}
	if _, err := b.conn.Exec(ctx, "CHECKPOINT"); err != nil {
		return r, err
	}
	var cmd *exec.Cmd
	if clients, ok := strings.CutPrefix(name, "GET only, "); ok {
		n, _, _ := strings.Cut(clients, " ")
		cmd = exec.Command(b.self, "child-small-get", b.endpoint, strconv.Itoa(b.objects), n)
	} else {
		cmd = exec.Command(b.sluice, "load", "s3://"+smallBucket+"/in/", "--endpoint", b.endpoint, "--to", b.url, "--table", "small")
		if strings.HasSuffix(name, "--follow") {
			cmd.Args = append(cmd.Args, "--follow")
		}
	}
	cmd.Env = s3server.At(b.endpoint).Env()
	store, database, begun := serverCPU(b.storePID), serverCPU(b.databasePID), time.Now()
	if strings.HasSuffix(name, "--follow") {
		r.wall, err = b.follow(cmd, begun)
	} else {
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
		r.wall = time.Since(begun).Seconds()
	}
	if err != nil {
		return r, err
	}
	r.client = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	r.store, r.database = serverCPU(b.storePID)-store, serverCPU(b.databasePID)-database
	if cmd.Path == b.self {
		return r, nil
	}
	return r, b.check(ctx)
}

// follow runs until every object was reported as loaded, which is after its
// commit, and tells how long that took.
func (b *smallBench) follow(cmd *exec.Cmd, begun time.Time) (wall float64, err error) {
	said, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var other bytes.Buffer
	loaded := 0
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if !bytes.Contains(lines.Bytes(), []byte(`msg=loaded`)) {
			other.Write(append(lines.Bytes(), '\n'))
		} else if loaded++; loaded == b.objects {
			wall = time.Since(begun).Seconds()
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				return 0, err
			}
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 130 || loaded != b.objects {
		return 0, fmt.Errorf("%d of %d loaded: %w\n%s", loaded, b.objects, err, other.Bytes())
	}
	return wall, nil
}

// check counts the rows.
func (b *smallBench) check(ctx context.Context) error {
	var rows, ids int64
	if err := b.conn.QueryRow(ctx, "SELECT count(*), count(DISTINCT id) FROM small").Scan(&rows, &ids); err != nil {
		return err
	}
	if rows != b.inAll || ids != b.inAll {
		return fmt.Errorf("the table has %d rows of %d ids, want %d of each", rows, ids, b.inAll)
	}
	return nil
}

// smallStore is what the S3 server's process does.
func smallStore(ctx context.Context, args []string) error {
	objects, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	dir := filepath.Join(args[0], "small-s3")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	server, stop, err := s3server.Run(dir)
	if err != nil {
		return err
	}
	defer stop()
	rows, err := fillSmall(ctx, server, objects)
	if err != nil {
		return err
	}
	fmt.Printf(smallReady+"\n", server.Endpoint, rows)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

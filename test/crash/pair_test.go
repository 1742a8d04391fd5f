package crash

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// loader is a running command.
type loader struct {
	t     *testing.T
	cmd   *exec.Cmd
	out   strings.Builder
	ended chan error
}

func (r *rig) start() *loader {
	r.t.Helper()
	l := &loader{t: r.t, cmd: r.load(), ended: make(chan error, 1)}
	l.cmd.Stderr = &l.out
	if err := l.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() { l.ended <- l.cmd.Wait() }()
	r.t.Cleanup(func() { _ = l.cmd.Process.Kill() })
	return l
}

func (l *loader) signal(s syscall.Signal) {
	l.t.Helper()
	if err := l.cmd.Process.Signal(s); err != nil {
		l.t.Fatalf("send %v: %v", s, err)
	}
}

// run lets the loader run for that long, and tells whether it still does.
func (l *loader) run(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case err := <-l.ended:
		l.ended <- err
		return false
	case <-timer.C:
		return true
	}
}

// finish waits for a loader that must end well, at which time every object
// must be done.
func (l *loader) finish(r *rig) {
	l.t.Helper()
	select {
	case err := <-l.ended:
		if err != nil {
			l.t.Fatalf("%v\n%s", err, l.out.String())
		}
	case <-time.After(3 * time.Minute):
		l.t.Fatalf("it does not end\n%s", l.out.String())
	}
	if open := r.count("SELECT count(*) FROM sluice.ledger WHERE state <> 'done'"); open != 0 {
		l.t.Fatalf("exit code 0, and %d objects are not done", open)
	}
}

// count runs a query for a number.
func (r *rig) count(query string, args ...any) (n int64) {
	r.t.Helper()
	db := r.open(r.database)
	defer db.Close()
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// TestPair (C-24): two loads of one pipeline at once, one is stopped for a
// while, the other killed. The one that is left finishes, each row once.
func TestPair(t *testing.T) {
	r := newRig(t, size().rows)
	for range 3 {
		a, b := r.start(), r.start()
		some := func() time.Duration {
			return 100*time.Millisecond + time.Duration(r.random.Int64N(int64(time.Second)))
		}
		if a.run(some()) {
			a.signal(syscall.SIGSTOP)
		}
		if b.run(some()) {
			if err := b.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		<-b.ended
		a.run(some())
		a.signal(syscall.SIGCONT)
		a.finish(r)
		r.finish()
	}
}

// TestC21Zombie stops a load in the middle of a transaction until another has
// loaded everything. When it goes on, its own rows must not be committed.
func TestC21Zombie(t *testing.T) {
	r := newRig(t, size().rows)
	zombie := r.start()
	for tries := 0; ; tries++ {
		if !zombie.run(200 * time.Millisecond) {
			if tries == 50 {
				t.Fatal("it was never stopped in a transaction")
			}
			zombie.finish(r)
			r.finish()
			zombie = r.start()
			continue
		}
		zombie.signal(syscall.SIGSTOP)
		// It has stored rows that are not committed, and waits for us.
		if r.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice'
			AND state = 'idle in transaction' AND backend_xid IS NOT NULL`) > 0 {
			break
		}
		zombie.signal(syscall.SIGCONT)
	}
	r.start().finish(r)
	loaded := r.count("SELECT count(*) FROM orders")
	zombie.signal(syscall.SIGCONT)
	zombie.finish(r)
	if n := r.count("SELECT count(*) FROM orders"); n != loaded {
		t.Errorf("%d rows, and %d after the zombie had gone on", loaded, n)
	}
	r.finish()
}

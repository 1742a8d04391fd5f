package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	driver "github.com/seed-ede61cd5/sluice/target/postgres"
	"github.com/seed-ede61cd5/sluice/test/internal/tcpproxy"
)

// openLanes opens a target whose sessions hand each push over to a lane.
func openLanes(t *testing.T, address string) target.Target {
	t.Helper()
	db, err := driver.Open(t.Context(), address, driver.Options{Lanes: 3, Transaction: 1})
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

// order checks that what a session is told is committed in the order of its
// pushes. It returns how far that is.
func order(t *testing.T) (cfg target.SessionConfig, told *int64) {
	told = new(int64)
	return target.SessionConfig{Committed: func(list []ledger.Progress) {
		for _, p := range list {
			if p.Before != *told {
				t.Errorf("told of %d to %d after %d", p.Before, p.After, *told)
			}
			*told = p.After
		}
	}}, told
}

// hold locks an object's entry, so that the first transaction waits for it
// with its progress, and the lanes after it for that one.
func hold(t *testing.T, address string, e ledger.Entry) (letGo func()) {
	t.Helper()
	lock, err := connect(t, address).Begin(t.Context())
	must(t, err)
	_, err = lock.Exec(t.Context(), `SELECT FROM sluice.ledger WHERE id = $1 FOR UPDATE`, e.ID)
	must(t, err)
	return func() { must(t, lock.Rollback(t.Context())) }
}

// until waits until a query answers true: the server says when.
func until(t *testing.T, conn *pgx.Conn, query string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for done := false; !done; time.Sleep(5 * time.Millisecond) {
		must(t, conn.QueryRow(ctx, query, args...).Scan(&done))
	}
}

// ready is how many transactions have stored their rows and wait: all but the
// one on the last lane, which is kept open as there is none to go on with.
const ready = `SELECT count(*) = $1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice'
	AND (wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%' OR state = 'idle in transaction' AND query LIKE '%CONSTRAINTS%')`

// TestC03LaneOrder: transactions that are stored at the same time commit in
// the order of the pushes.
func TestC03LaneOrder(t *testing.T) {
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	letGo := hold(t, address, a)
	cfg, told := order(t)
	s := session(t, db, cfg)
	for n := range int64(4) {
		must(t, s.Push(stretch(a, n*100, n*100+100)))
	}
	until(t, connect(t, address), ready, 3)
	letGo()
	for n := range int64(100) {
		must(t, s.Push(stretch(a, 400+n*10, 400+n*10+10)))
	}
	must(t, s.Flush())
	if *told != 1400 {
		t.Errorf("told of %d rows, want 1400", *told)
	}
	consistent(t, address, 1400)
}

// TestWaitingLaneIsHeardOf: the server hears of a transaction that waits for
// the one before it after a third of the time in which it would end it for
// being idle; and the transaction is committed in the end.
func TestWaitingLaneIsHeardOf(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for 20 s")
	}
	t.Parallel()
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	letGo := hold(t, address, a)
	cfg, told := order(t)
	s := session(t, db, cfg)
	for n := range int64(4) {
		must(t, s.Push(stretch(a, n*100, n*100+100)))
	}
	side := connect(t, address)
	until(t, side, ready, 3)
	// The first one waits for our lock, for 30 s at most; those behind it have
	// said that they are there before.
	heard := false
	for deadline := time.Now().Add(27 * time.Second); !heard && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		must(t, side.QueryRow(t.Context(), `SELECT count(*) >= 2 FROM pg_stat_activity WHERE datname = current_database()
			AND application_name = 'sluice' AND state = 'idle in transaction' AND query = 'SELECT 1'`).Scan(&heard))
	}
	if !heard {
		t.Error("the server does not hear of the transactions that wait")
	}
	letGo()
	must(t, s.Flush())
	if *told != 400 {
		t.Errorf("told of %d rows, want 400", *told)
	}
	consistent(t, address, 400)
}

// TestT01LaneLost: the server ends the second of four transactions. The first
// one is committed, and what came after it is undone with it.
func TestT01LaneLost(t *testing.T) {
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	letGo := hold(t, address, a)
	cfg, told := order(t)
	s := session(t, db, cfg)
	for n := range int64(4) {
		must(t, s.Push(stretch(a, n*100, n*100+100)))
	}
	side := connect(t, address)
	until(t, side, ready, 3)
	until(t, side, `SELECT pg_terminate_backend((SELECT pid FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'sluice' AND xact_start IS NOT NULL ORDER BY xact_start OFFSET 1 LIMIT 1))`)
	letGo()
	wantUndone(t, s.Flush(), abstract.Transient)
	if *told != 100 {
		t.Errorf("told of %d rows, want 100", *told)
	}
	consistent(t, address, 100)
	must(t, s.Flush()) // it is told once
	drive(t, db, s, a, 1000)
	consistent(t, address, 1000)
}

// TestC07LaneConflict: another loader moves the object on while transactions
// wait. None of theirs is committed.
func TestC07LaneConflict(t *testing.T) {
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	side := connect(t, address)
	tx, err := side.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), `UPDATE sluice.ledger SET read_offset = 1, rows_loaded = 1`)
	must(t, err)
	_, err = tx.Exec(t.Context(), `INSERT INTO t SELECT 0, 'theirs', id FROM sluice.ledger`)
	must(t, err)
	s := session(t, db, target.SessionConfig{})
	for n := range int64(4) {
		must(t, s.Push(stretch(a, n*100, n*100+100)))
	}
	until(t, connect(t, address), ready, 3)
	must(t, tx.Commit(t.Context()))
	wantUndone(t, s.Flush(), abstract.Permanent, ledger.ErrConflict.Error())
	consistent(t, address, 1)
	drive(t, db, s, a, 50)
	consistent(t, address, 50)
}

// TestQ01LaneRefused: a row that the table refuses is located, and neither it
// nor what came after it is stored.
func TestQ01LaneRefused(t *testing.T) {
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	sqlExec(t, address, `ALTER TABLE t ADD CHECK (n <> 555)`)
	a := register(t, db, "a")
	cfg, told := order(t)
	s := session(t, db, cfg)
	var err error
	for n := int64(0); n < 10 && err == nil; n++ {
		err = s.Push(stretch(a, n*100, n*100+100))
	}
	if err == nil {
		err = s.Flush()
	}
	wantUndone(t, err, abstract.FileOnly, "t_n_check", "s3://b/a, row 56 after offset 500")
	if *told > 500 {
		t.Errorf("told of %d rows", *told)
	}
	consistent(t, address, *told)
	drive(t, db, s, a, 555)
	consistent(t, address, 555)
}

// TestT02LaneReplyLost (C-06): the answer to a COMMIT is lost, or the request,
// while transactions wait for it.
func TestT02LaneReplyLost(t *testing.T) {
	for name, verdict := range map[string]tcpproxy.Verdict{"reply lost": tcpproxy.CutReply, "request lost": tcpproxy.Cut} {
		t.Run(name, func(t *testing.T) {
			address := database(t, t.Name())
			through, proxy := proxied(t, address)
			db := openLanes(t, through)
			must(t, db.Create(t.Context(), "t", numbers))
			a := register(t, db, "a")
			letGo := hold(t, address, a)
			cfg, told := order(t)
			s := session(t, db, cfg)
			for n := range int64(4) {
				must(t, s.Push(stretch(a, n*100, n*100+100)))
			}
			until(t, connect(t, address), ready, 3)
			var commits atomic.Int64
			proxy.Judge(func(sent []byte) tcpproxy.Verdict {
				if bytes.HasSuffix(sent, []byte("COMMIT\x00")) && commits.Add(1) == 2 {
					return verdict
				}
				return tcpproxy.Forward
			})
			letGo()
			err := s.Flush()
			want := int64(400)
			if verdict == tcpproxy.Cut {
				wantUndone(t, err, abstract.Transient, "commit")
				want = 100
			} else {
				must(t, err)
			}
			if *told != want {
				t.Errorf("told of %d rows, want %d", *told, want)
			}
			consistent(t, address, want)
			drive(t, db, s, a, 500)
			consistent(t, address, 500)
		})
	}
}

// TestT03OneLane: where rows of one transaction may have to wait for those of
// another, there is one at a time: the server would not see that the other one
// waits as well, in this process.
func TestT03OneLane(t *testing.T) {
	for name, tc := range map[string]struct {
		sql  string
		many bool
	}{
		"plain":            {``, true},
		"index":            {`CREATE INDEX ON t (n)`, true},
		"check":            {`ALTER TABLE t ADD CHECK (n >= 0)`, true},
		"unique index":     {`CREATE UNIQUE INDEX ON t (n)`, false},
		"primary key":      {`ALTER TABLE t ADD PRIMARY KEY (n)`, false},
		"deferred":         {`ALTER TABLE t ADD UNIQUE (n) DEFERRABLE INITIALLY DEFERRED`, false},
		"exclusion":        {`ALTER TABLE t ADD EXCLUDE USING hash (s WITH =)`, false},
		"foreign key":      {`CREATE TABLE r (n bigint PRIMARY KEY); INSERT INTO r SELECT generate_series(0, 1999); ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES r`, false},
		"trigger":          {`CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); ALTER TABLE t DISABLE TRIGGER x`, false},
		"partitions":       {`DROP TABLE t; CREATE TABLE t (n bigint, s text, _sluice_file bigint) PARTITION BY RANGE (n); CREATE TABLE u PARTITION OF t DEFAULT`, false},
		"another's unique": {`CREATE TABLE u (n bigint UNIQUE)`, true},
	} {
		t.Run(name, func(t *testing.T) {
			address := database(t, t.Name())
			db := openLanes(t, address)
			must(t, db.Create(t.Context(), "t", numbers))
			if tc.sql != "" {
				sqlExec(t, address, tc.sql)
			}
			a := register(t, db, "a")
			cfg, told := order(t)
			s := session(t, db, cfg)
			for n := range int64(20) {
				must(t, s.Push(stretch(a, n*100, n*100+100)))
			}
			var sessions int
			must(t, connect(t, address).QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND application_name = 'sluice'`).Scan(&sessions))
			if many := sessions > 2; many != tc.many {
				t.Errorf("%d connections, with the ledger's", sessions)
			}
			must(t, s.Flush())
			if *told != 2000 {
				t.Errorf("told of %d rows, want 2000", *told)
			}
			consistent(t, address, 2000)
			if name != "unique index" {
				return
			}
			// A key that a push before it has brought does not wait for itself.
			b := register(t, db, "b")
			must(t, s.Push(stretch(b, 2000, 2100)))
			err := s.Push(stretch(b, 2100, 2200))
			if err == nil {
				again := stretch(b, 2000, 2100)
				again[0].Origin.Before, again[0].Origin.After = 2200, 2300
				err = s.Push(again)
			}
			if err == nil {
				err = s.Flush()
			}
			wantUndone(t, err, abstract.FileOnly, "t_n_idx")
		})
	}
}

// TestT03AlterBetween: a change of the table's definition gets its turn
// between two transactions, while others wait.
func TestT03AlterBetween(t *testing.T) {
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	letGo := hold(t, address, a)
	s := session(t, db, target.SessionConfig{})
	for n := range int64(2) {
		must(t, s.Push(stretch(a, n*100, n*100+100)))
	}
	side := connect(t, address)
	until(t, side, ready, 2)
	altered := make(chan error, 1)
	ddl := connect(t, address)
	go func() {
		_, err := ddl.Exec(context.WithoutCancel(t.Context()), `ALTER TABLE t ADD UNIQUE (n)`)
		altered <- err
	}()
	until(t, side, `SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'ALTER%'`)
	pushed := make(chan error, 1)
	go func() { pushed <- s.Push(stretch(a, 200, 300)) }()
	until(t, side, `SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%LOCK TABLE%'`)
	letGo()
	must(t, <-altered)
	must(t, <-pushed)
	must(t, s.Flush())
	consistent(t, address, 300)
}

// TestC05LaneClose: a session that is closed while transactions are under way
// leaves rows and ledger in agreement, and the next one goes on.
func TestC05LaneClose(t *testing.T) {
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	var told *int64
	for range 10 {
		entry, _, err := db.Ledger().Get(t.Context(), a.ID)
		must(t, err)
		var cfg target.SessionConfig
		cfg, told = order(t)
		*told = entry.Offset
		s := session(t, db, cfg)
		for n := range int64(5) {
			must(t, s.Push(stretch(a, entry.Offset+n*100, entry.Offset+n*100+100)))
		}
		must(t, s.Close())
		consistent(t, address, *told)
	}
	s := session(t, db, target.SessionConfig{})
	drive(t, db, s, a, *told+100)
	consistent(t, address, *told+100)
}

// TestT14TooManyConnections: a server that has no room for a lane is loaded
// into by fewer.
func TestT14TooManyConnections(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `DROP ROLE IF EXISTS crowded; CREATE ROLE crowded LOGIN CONNECTION LIMIT 2;
		CREATE SCHEMA sluice AUTHORIZATION crowded; GRANT ALL ON SCHEMA public TO crowded`)
	u := mustURL(t, address)
	u.User = url.User("crowded")
	db := openLanes(t, u.String())
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	cfg, told := order(t)
	s := session(t, db, cfg)
	for n := range int64(20) {
		must(t, s.Push(stretch(a, n*100, n*100+100)))
	}
	must(t, s.Flush())
	if *told != 2000 {
		t.Errorf("told of %d rows, want 2000", *told)
	}
	consistent(t, address, 2000)
}

// TestLanesShared: sessions of one target share its lanes, and none waits for
// another's.
func TestLanesShared(t *testing.T) {
	address := database(t, t.Name())
	db := openLanes(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	const sessions, pushes = 6, 30
	errs := make(chan error, sessions)
	for worker := range sessions {
		e := register(t, db, fmt.Sprint(worker))
		s := session(t, db, target.SessionConfig{})
		go func() {
			var err error
			for n := int64(0); n < pushes && err == nil; n++ {
				if err = s.Push(stretch(e, n*100, n*100+100)); err == nil && n%7 == 0 {
					err = s.Flush()
				}
			}
			if err == nil {
				err = s.Flush()
			}
			errs <- err
		}()
	}
	for range sessions {
		must(t, <-errs)
	}
	consistent(t, address, sessions*pushes*100)
}

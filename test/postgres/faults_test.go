package postgres_test

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/test/internal/tcpproxy"
)

// TestT02CommitReplyLost (C-06): the connection is cut when the server has
// processed COMMIT, or when it was never sent. Which of the two, the ledger
// knows.
func TestT02CommitReplyLost(t *testing.T) {
	for name, verdict := range map[string]tcpproxy.Verdict{"reply lost": tcpproxy.CutReply, "request lost": tcpproxy.Cut} {
		t.Run(name, func(t *testing.T) {
			address := database(t, t.Name())
			through, proxy := proxied(t, address)
			db := open(t, through)
			must(t, db.Create(t.Context(), "t", numbers))
			a, b := register(t, db, "a"), register(t, db, "b")
			var told int64
			s := session(t, db, target.SessionConfig{Committed: func(list []ledger.Progress) {
				for _, p := range list {
					told += p.Rows
				}
			}})
			must(t, s.Push(stretch(a, 0, 100)))
			must(t, s.Push(stretch(b, 0, 50)))
			var cut atomic.Bool
			proxy.Judge(func(sent []byte) tcpproxy.Verdict {
				if !bytes.HasSuffix(sent, []byte("COMMIT\x00")) || cut.Swap(true) {
					return tcpproxy.Forward
				}
				return verdict
			})
			err := s.Flush()
			if verdict == tcpproxy.CutReply {
				must(t, err)
				if told != 150 {
					t.Errorf("told of %d rows, want 150", told)
				}
			} else {
				wantUndone(t, err, abstract.Transient, "commit")
				consistent(t, address, 0)
			}
			drive(t, db, s, a, 100)
			drive(t, db, s, b, 50)
			drive(t, db, s, a, 120)
			consistent(t, address, 170)
			if told != 170 {
				t.Errorf("told of %d rows, want 170", told)
			}
		})
	}
}

// TestT01LostInCopy: the server process is ended, or the connection cut, in
// the middle of a COPY.
func TestT01LostInCopy(t *testing.T) {
	for name, terminate := range map[string]bool{"pg_terminate_backend": true, "connection cut": false} {
		t.Run(name, func(t *testing.T) {
			address := database(t, t.Name())
			through, proxy := proxied(t, address)
			db := open(t, through)
			must(t, db.Create(t.Context(), "t", numbers))
			a := register(t, db, "a")
			s := session(t, db, target.SessionConfig{})
			drive(t, db, s, a, 1000)
			side := connect(t, address)
			sent := 0
			proxy.Judge(func(b []byte) tcpproxy.Verdict {
				// Only rows are sent in pieces as large as this.
				if len(b) < 16<<10 {
					return tcpproxy.Forward
				}
				if sent++; sent != 20 {
					return tcpproxy.Forward
				}
				if !terminate {
					return tcpproxy.Cut
				}
				ended := 0
				if err := side.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
					WHERE datname = current_database() AND application_name = 'sluice' AND query LIKE 'COPY%'`).Scan(&ended); err != nil || ended != 1 {
					t.Errorf("%d server processes ended, %v", ended, err)
				}
				return tcpproxy.Forward
			})
			err := s.Push(stretch(a, 1000, 100_000))
			if err == nil {
				err = s.Flush()
			}
			wantUndone(t, err, abstract.Transient)
			consistent(t, address, 1000)
			drive(t, db, s, a, 100_000)
			consistent(t, address, 100_000)
			if sent < 20 {
				t.Errorf("only %d pieces were sent", sent)
			}
		})
	}
}

// TestT09Restart: the server crashes and comes back while a file is loaded.
func TestT09Restart(t *testing.T) {
	address := database(t, t.Name())
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	s := session(t, db, target.SessionConfig{})
	drive(t, db, s, a, 10)
	must(t, s.Push(stretch(a, 10, 20)))
	must(t, server.Stop(t.Context()))
	must(t, server.Run(t.Context()))
	wantUndone(t, s.Flush(), abstract.Transient)
	consistent(t, address, 10)
	drive(t, db, s, a, 30)
	consistent(t, address, 30)
}

// TestT09Away: a server that is away for a while is waited for.
func TestT09Away(t *testing.T) {
	address := database(t, t.Name())
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	s := session(t, db, target.SessionConfig{})
	must(t, server.Stop(t.Context()))
	started, pushed := make(chan struct{}), make(chan error, 1)
	go func() {
		close(started)
		err := s.Push(stretch(a, 0, 20))
		if err == nil {
			err = s.Flush()
		}
		pushed <- err
	}()
	<-started
	must(t, server.Run(t.Context()))
	must(t, <-pushed)
	consistent(t, address, 20)
}

// TestT03OppositeOrders: two sessions with the same files in opposite orders
// never wait for each other.
func TestT03OppositeOrders(t *testing.T) {
	address := database(t, t.Name())
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	var files []ledger.Entry
	for n := range 40 {
		files = append(files, register(t, db, fmt.Sprint(n)))
	}
	const rounds = 20
	errs := make(chan error)
	for worker := range 2 {
		s := session(t, db, target.SessionConfig{})
		go func() {
			for round := range int64(rounds) {
				var err error
				for n := range files {
					if worker == 1 {
						n = len(files) - 1 - n
					}
					if err = s.Push(stretch(files[n], round, round+1)); err != nil {
						break
					}
				}
				if err == nil {
					err = s.Flush()
				}
				errs <- err
			}
		}()
	}
	conflicts := 0
	for range 2 * rounds {
		if err := <-errs; err != nil {
			conflicts++
			wantUndone(t, err, abstract.Permanent, ledger.ErrConflict.Error())
		}
	}
	if conflicts < rounds {
		t.Errorf("%d conflicts, want at least %d: one of two must lose", conflicts, rounds)
	}
	entry, _, err := db.Ledger().Get(t.Context(), files[0].ID)
	must(t, err)
	consistent(t, address, entry.Offset*int64(len(files)))
}

// TestT05Located: the error of a row that the table refuses names constraint,
// object and row.
func TestT05Located(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE TABLE t (n bigint CONSTRAINT small CHECK (n <> 70), s varchar(200), _sluice_file bigint)`)
	db := open(t, address)
	a, b := register(t, db, "a"), register(t, db, "b")
	s := session(t, db, target.SessionConfig{})
	must(t, s.Push(stretch(a, 0, 50)))
	must(t, s.Push(stretch(b, 0, 10)))
	must(t, s.Push(stretch(a, 50, 60)))
	must(t, s.Push(stretch(a, 60, 80)))
	wantUndone(t, s.Flush(), abstract.FileOnly, `"small"`, "s3://b/a, row 11 after offset 60", "23514")
	consistent(t, address, 0)
	sqlExec(t, address, `ALTER TABLE t DROP CONSTRAINT small, ALTER s TYPE varchar(45)`)
	err := s.Push(stretch(a, 0, 50))
	wantUndone(t, err, abstract.FileOnly, `column "s"`, "s3://b/a, row 11 after offset 0", "the column takes 45")
	sqlExec(t, address, `ALTER TABLE t ALTER s TYPE text`)
	drive(t, db, s, a, 80)
	consistent(t, address, 80)
}

// TestT05Deferred: a constraint that is checked at the end is the row's fault,
// too.
func TestT05Deferred(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE TABLE t (n bigint UNIQUE DEFERRABLE INITIALLY DEFERRED, s text, _sluice_file bigint)`)
	db := open(t, address)
	a, b := register(t, db, "a"), register(t, db, "b")
	s := session(t, db, target.SessionConfig{})
	drive(t, db, s, a, 10)
	must(t, s.Push(stretch(b, 0, 1)))
	wantUndone(t, s.Flush(), abstract.FileOnly, "t_n_key", "23505")
	consistent(t, address, 10)
}

// TestT10Changed: a table whose columns change between two transactions is
// described anew; rows of the old types are never written to the new ones.
func TestT10Changed(t *testing.T) {
	address := database(t, t.Name())
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	s := session(t, db, target.SessionConfig{})
	drive(t, db, s, a, 10)
	for _, tc := range []struct{ change, undo string }{
		{`ALTER n TYPE timestamp USING NULL`, `ALTER n TYPE bigint USING NULL`},
		{`DROP COLUMN s`, `ADD s text`},
		{`RENAME n TO other`, `RENAME other TO n`},
	} {
		sqlExec(t, address, "ALTER TABLE t "+tc.change)
		wantUndone(t, s.Push(stretch(a, 10, 20)), abstract.Permanent, `"t"`)
		sqlExec(t, address, "ALTER TABLE t "+tc.undo)
	}
	// A narrower type that the values still fit.
	sqlExec(t, address, "TRUNCATE t; UPDATE sluice.ledger SET read_offset = 0, rows_loaded = 0; ALTER TABLE t ALTER n TYPE smallint")
	drive(t, db, s, a, 30)
	consistent(t, address, 30)
	sqlExec(t, address, "DROP TABLE t")
	wantUndone(t, s.Push(stretch(a, 30, 31)), abstract.Permanent, "42P01", `"t"`)
}

// TestT15Triggers: a trigger may change rows, in the search path that it
// expects; one that leaves rows out is found out.
func TestT15Triggers(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE TABLE t (n bigint, s text, twice bigint GENERATED ALWAYS AS (n * 2) STORED, _sluice_file bigint);
		CREATE TABLE audit (n bigint);
		CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO audit VALUES (new.n);
			IF new.n = 5 THEN RETURN NULL; END IF;
			IF new.n = 9 THEN RAISE 'not nine'; END IF;
			RETURN new; END $$;
		CREATE TRIGGER noted BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION noted()`)
	db := open(t, address)
	described, err := db.Describe(t.Context(), "t")
	must(t, err)
	if len(described.Schema) != 2 {
		t.Errorf("described as %+v, want no generated column", described)
	}
	a, b := register(t, db, "a"), register(t, db, "b")
	s := session(t, db, target.SessionConfig{})
	drive(t, db, s, a, 5)
	must(t, s.Push(stretch(a, 5, 6)))
	wantUndone(t, s.Flush(), abstract.Permanent, "0 of 1 rows", "trigger")
	must(t, s.Push(stretch(a, 9, 10)))
	wantUndone(t, s.Flush(), abstract.FileOnly, "not nine")
	drive(t, db, s, b, 3)
	consistent(t, address, 8)
	var audited int
	must(t, connect(t, address).QueryRow(t.Context(), "SELECT count(*) FROM audit").Scan(&audited))
	if audited != 8 {
		t.Errorf("%d rows audited, want 8", audited)
	}
}

// TestC17CreateAtOnce: many processes make the ledger at the same time, and
// bind the same pipelines in it.
func TestC17CreateAtOnce(t *testing.T) {
	address := database(t, t.Name())
	const processes, pipelines = 8, 20
	var opened, ended sync.WaitGroup
	opened.Add(processes)
	for range processes {
		ended.Go(func() {
			db, err := openTarget(t.Context(), address)
			opened.Done()
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			opened.Wait()
			for i := range pipelines {
				if err := db.Ledger().Bind(t.Context(), fmt.Sprintf("p%d", i), "t"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	ended.Wait()
	var bound int
	must(t, connect(t, address).QueryRow(t.Context(), "SELECT count(*) FROM sluice.pipelines").Scan(&bound))
	if bound != pipelines {
		t.Errorf("%d pipelines", bound)
	}
}

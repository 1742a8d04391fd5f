package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	driver "github.com/seed-ede61cd5/sluice/target/postgres"
)

// replacing is a stretch of an object that replaces others.
func replacing(e ledger.Entry, before, after int64, last bool, ids ...int64) []abstract.ChangeItem {
	items := stretch(e, before, after)
	items[0].Origin.Replaces, items[0].Origin.Last = ids, last
	return items
}

// TestC21ReplacedWhileLoading: a loader of the old generation commits after its
// rows were deleted, and before the new generation has come to its end. Those
// rows go, too, and what it does later is a conflict.
func TestC21ReplacedWhileLoading(t *testing.T) {
	address := database(t, t.Name())
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a, b, unrelated := register(t, db, "a"), register(t, db, "b"), register(t, db, "c")
	old, next := session(t, db, target.SessionConfig{}), session(t, db, target.SessionConfig{})
	must(t, old.Push(stretch(a, 0, 100)))
	must(t, old.Push(stretch(unrelated, 0, 10)))
	must(t, old.Flush())
	must(t, next.Push(replacing(b, 0, 50, false, a.ID)))
	must(t, old.Push(stretch(a, 100, 130)))
	must(t, old.Flush())
	must(t, next.Push(replacing(b, 50, 60, true, a.ID)))
	consistent(t, address, 70)
	must(t, old.Push(stretch(a, 130, 140)))
	wantUndone(t, old.Flush(), abstract.Permanent, "another writer")
	consistent(t, address, 70)
}

// TestT07ReplaceWaits: the old rows are locked by somebody. That is a conflict,
// as if another loader were replacing them.
func TestT07ReplaceWaits(t *testing.T) {
	t.Parallel() // the lock is waited for as long as ever: 30 s
	address := database(t, t.Name())
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a, b := register(t, db, "a"), register(t, db, "b")
	s := session(t, db, target.SessionConfig{})
	must(t, s.Push(stretch(a, 0, 100)))
	must(t, s.Flush())
	tx, err := connect(t, address).Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), `SELECT * FROM t FOR UPDATE`)
	must(t, err)
	err = s.Push(replacing(b, 0, 50, true, a.ID))
	if _, undone := errors.AsType[*target.RollbackError](err); !undone || !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("%v", err)
	}
	must(t, tx.Rollback(t.Context()))
	must(t, s.Push(replacing(b, 0, 50, true, a.ID)))
	must(t, s.Flush())
	consistent(t, address, 50)
}

// TestReplacedUnderTriggers: the user's triggers see the deleted rows, in their
// search path, and deferred constraints are checked when all is done.
func TestReplacedUnderTriggers(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE TABLE t (n bigint PRIMARY KEY, s text, _sluice_file bigint);
		CREATE TABLE child (n bigint REFERENCES t DEFERRABLE INITIALLY DEFERRED);
		CREATE TABLE gone (n bigint);
		CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO gone VALUES (OLD.n); RETURN OLD; END';
		CREATE TRIGGER note BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION note()`)
	db := open(t, address)
	a, b, c := register(t, db, "a"), register(t, db, "b"), register(t, db, "c")
	s := session(t, db, target.SessionConfig{})
	must(t, s.Push(stretch(a, 0, 100)))
	must(t, s.Flush())
	sqlExec(t, address, `INSERT INTO child VALUES (20)`)
	must(t, s.Push(replacing(b, 0, 50, true, a.ID)))
	must(t, s.Flush())
	wantUndone(t, s.Push(append(replacing(c, 0, 5, false, b.ID), replacing(c, 5, 10, true, b.ID)...)), abstract.FileOnly, "child")
	consistent(t, address, 50)
	var gone int64
	must(t, connect(t, address).QueryRow(t.Context(), `SELECT count(*) FROM gone`).Scan(&gone))
	if gone != 100 {
		t.Errorf("the trigger saw %d rows go", gone)
	}
	_, err := db.Forget(t.Context(), "t", b)
	if err == nil || !strings.Contains(err.Error(), "child") {
		t.Errorf("forget what is referred to: %v", err)
	}
}

// TestX05OwnSearchPath: the ledger's statements find the server's operators,
// also after a batch without rows has described a table.
func TestX05OwnSearchPath(t *testing.T) {
	address := database(t, t.Name())
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	sqlExec(t, address, `CREATE SCHEMA evil;
		CREATE FUNCTION evil.differ(bigint, bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
		CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.differ)`)
	sqlExec(t, address, fmt.Sprintf(`ALTER DATABASE %s SET search_path = evil, pg_catalog, public`, mustURL(t, address).Path[1:]))
	db = open(t, address)
	a, b, c := register(t, db, "a"), register(t, db, "b"), register(t, db, "c")
	s := session(t, db, target.SessionConfig{})
	// A batch of the table's columns, without rows.
	empty := stretch(a, 0, 1)
	empty[0].Batch = empty[0].Batch.NewSlice(0, 0)
	empty[0].Origin.After, empty[0].Origin.Rows, empty[0].Origin.Last = 0, 0, true
	must(t, s.Push(empty))
	must(t, s.Flush())
	must(t, s.Push(stretch(b, 0, 10)))
	must(t, s.Flush())
	must(t, s.Push(replacing(c, 0, 5, true, b.ID)))
	must(t, s.Flush())
	var rows int64
	must(t, connect(t, address).QueryRow(t.Context(), `SELECT count(*) FROM public.t`).Scan(&rows))
	if rows != 5 {
		t.Errorf("%d rows", rows)
	}
}

// TestKill9WhileReplacing: two loads at once replace changed files, and are
// killed at random. After each kill the table has the rows of one generation
// of each file, in the end of the newest.
func TestKill9WhileReplacing(t *testing.T) {
	address, command, dir := database(t, t.Name()), binary(t), t.TempDir()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	rows := make([][]int, 4) // by file and generation
	change := func(file int) {
		n := 1 + random.IntN(2000)
		if random.IntN(3) == 0 {
			n = 100_000 + random.IntN(100_000)
		}
		var b strings.Builder
		b.WriteString("file,generation,row\n")
		for row := range n {
			fmt.Fprintf(&b, "%d,%d,%d\n", file, len(rows[file]), row)
		}
		// As another process sees it, the file changes at once.
		name := filepath.Join(dir, fmt.Sprintf("%d.csv", file))
		must(t, os.WriteFile(name+".new", []byte(b.String()), 0o600))
		must(t, os.Rename(name+".new", name))
		rows[file] = append(rows[file], n)
	}
	conn := connect(t, address)
	check := func(newest bool) {
		t.Helper()
		list, err := conn.Query(t.Context(), `SELECT file, count(DISTINCT generation), max(generation), count(*), count(DISTINCT row), max(row) + 1 FROM t GROUP BY file`)
		must(t, err)
		defer list.Close()
		files := 0
		for list.Next() {
			var file, generations, generation, n, different, last int
			must(t, list.Scan(&file, &generations, &generation, &n, &different, &last))
			files++
			if want := rows[file][generation]; generations != 1 || n != want || different != want || last != want || newest && generation != len(rows[file])-1 {
				t.Fatalf("file %d has %d generations, %d rows (%d different) of generation %d, which has %d; of %v",
					file, generations, n, different, generation, want, rows[file])
			}
		}
		must(t, list.Err())
		if files != len(rows) {
			t.Fatalf("rows of %d files", files)
		}
	}
	load := func() *exec.Cmd {
		return exec.Command(command, "load", filepath.Join(dir, "*.csv"), "--to", address, "--table", "t", "--on-change", "replace", "--memory", "32MiB")
	}
	for file := range rows {
		change(file)
	}
	if out, err := load().CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	check(true)
	for range 12 {
		for file := range rows {
			if random.IntN(2) == 0 {
				change(file)
			}
		}
		ended := make(chan error, 2)
		for range 2 {
			cmd := load()
			after := time.Duration(random.Int64N(int64(1500 * time.Millisecond)))
			must(t, cmd.Start())
			go func() {
				timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
				ended <- cmd.Wait() // killed, or through
				timer.Stop()
			}()
		}
		change(random.IntN(len(rows))) // while they are at work
		<-ended
		check(false)
		<-ended
		check(false)
	}
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			out, err := load().CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w\n%s", err, out)
			}
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	check(true)
	var entries, open int
	must(t, conn.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE state <> 'done') FROM sluice.ledger`).Scan(&entries, &open))
	if entries != len(rows) || open != 0 {
		t.Errorf("%d entries, %d of them not done", entries, open)
	}
}

// TestC16Registrations: two processes register the same objects, each in an
// order of its own. Neither waits for the other for ever.
func TestC16Registrations(t *testing.T) {
	address := database(t, t.Name())
	stores := []*ledger.Store{open(t, address).Ledger(), open(t, address).Ledger()}
	for round := range 20 {
		var list []ledger.Candidate
		for n := range 1000 {
			list = append(list, ledger.Candidate{Object: abstract.ObjectID{Bucket: "s3://b", Key: fmt.Sprintf("%d/%04d", round, n), Generation: "g"}})
		}
		reversed := make([]ledger.Candidate, len(list))
		for n, c := range list {
			reversed[len(list)-1-n] = c
		}
		errs := make(chan error, 2)
		for n, candidates := range [][]ledger.Candidate{list, reversed} {
			go func() { errs <- stores[n].Register(context.WithoutCancel(t.Context()), "p", candidates) }()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
	}
}

// TestS35LongKeys: a key may be longer than an entry of an index, and two that
// differ at their very end are two.
func TestS35LongKeys(t *testing.T) {
	db := open(t, database(t, t.Name()))
	random := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, 4090) // the longest path, which does not compress
	_, _ = random.Read(noise)
	long := string(noise)
	keys := []string{long, long + "a", long + "b", strings.Repeat("k", 1024), "short"}
	var list []ledger.Candidate
	for _, key := range keys {
		list = append(list, ledger.Candidate{Object: abstract.ObjectID{Bucket: "s3://b", Key: key, Generation: "g"}})
	}
	for range 2 {
		must(t, db.Ledger().Register(t.Context(), "p", list))
		found, err := db.Ledger().Lookup(t.Context(), "p", "s3://b", keys)
		must(t, err)
		if len(found) != len(keys) {
			t.Fatalf("%d entries of %d keys", len(found), len(keys))
		}
	}
}

// layout1 is the ledger as the first version made it, with one object.
const layout1 = `CREATE SCHEMA sluice;
	CREATE TABLE sluice.layout (version integer NOT NULL);
	CREATE TABLE sluice.pipelines (pipeline text PRIMARY KEY, table_name text NOT NULL);
	CREATE SEQUENCE sluice.ledger_id;
	CREATE TABLE sluice.ledger (
		id bigint PRIMARY KEY DEFAULT nextval('sluice.ledger_id'),
		pipeline text NOT NULL, bucket text NOT NULL, object_key text NOT NULL, generation text NOT NULL, version text NOT NULL,
		size bigint NOT NULL, read_offset bigint NOT NULL, rows_loaded bigint NOT NULL, rows_rejected bigint NOT NULL, bytes_read bigint NOT NULL,
		state text NOT NULL, reason text NOT NULL, attempts integer NOT NULL, table_schema text, dialect text,
		first_seen timestamp NOT NULL, updated timestamp NOT NULL,
		UNIQUE (pipeline, bucket, object_key, generation));
	INSERT INTO sluice.layout VALUES (1);
	INSERT INTO sluice.ledger (pipeline, bucket, object_key, generation, version, size, read_offset, rows_loaded, rows_rejected, bytes_read, state, reason, attempts, first_seen, updated)
		VALUES ('p', 's3://b', 'a', 'g', '', 1, 0, 0, 0, 0, 'pending', '', 0, now(), now())`

// TestX22OlderLayout: a ledger of the first layout is brought up to date, by
// several processes at once, and keeps what is in it. Looking at it changes nothing.
func TestX22OlderLayout(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, layout1)
	version := func() (n int, indexes string) {
		must(t, connect(t, address).QueryRow(t.Context(), `SELECT (SELECT version FROM sluice.layout),
			(SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'ledger')`).Scan(&n, &indexes))
		return n, indexes
	}
	look, err := driver.Open(t.Context(), address, driver.Options{ReadOnly: true})
	must(t, err)
	exists, err := look.Ledger().Exists(t.Context())
	if must(t, err); !exists {
		t.Error("the ledger is not seen")
	}
	must(t, look.Close())
	if n, indexes := version(); n != 1 {
		t.Errorf("after a look: version %d, %s", n, indexes)
	}
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			db, err := openTarget(context.WithoutCancel(t.Context()), address)
			if err == nil {
				err = db.Close()
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n, indexes := version(); n != ledger.Version || indexes != "ledger_identity ledger_pkey" {
		t.Errorf("version %d, indexes %s", n, indexes)
	}
	db := open(t, address)
	must(t, db.Create(t.Context(), "t", numbers))
	a := register(t, db, "a")
	if a.ID != 1 {
		t.Errorf("the object has id %d now", a.ID)
	}
	drive(t, db, session(t, db, target.SessionConfig{}), a, 10)
	consistent(t, address, 10)
	// Whoever does not own it is told.
	sqlExec(t, address, `UPDATE sluice.layout SET version = 1; DROP INDEX sluice.ledger_identity;
		DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN; GRANT USAGE ON SCHEMA sluice TO stranger;
		GRANT ALL ON ALL TABLES IN SCHEMA sluice TO stranger`)
	as := strings.Replace(address, "postgres@", "stranger@", 1)
	if _, err := openTarget(t.Context(), as); err == nil || !strings.Contains(err.Error(), "must be owner") || !strings.Contains(err.Error(), "version 1 to 2") {
		t.Errorf("by somebody else: %v", err)
	}
	sqlExec(t, address, `DROP OWNED BY stranger; DROP ROLE stranger`)
}

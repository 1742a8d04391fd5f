package postgres_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/seed-ede61cd5/sluice/test/internal/badrows"
)

// TestP11QuarantineAfterKill9: loads of files with bad and refused records are
// killed at random moments. In the end each good row is in the table, and each
// other record in quarantine, once, with the bytes that it has in its file.
func TestP11QuarantineAfterKill9(t *testing.T) {
	address := database(t, t.Name())
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	data, command := t.TempDir(), binary(t)
	model, err := badrows.Write(data, random, 100_000, 100, 2)
	must(t, err)
	sqlExec(t, address, badrows.Create)
	load := func() *exec.Cmd {
		return exec.Command(command, "load", data, "--to", address, "--table", "t", "--memory", "32MiB", "--on-bad-row", "quarantine")
	}
	for range 12 {
		cmd := load()
		must(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(700*time.Millisecond))), func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // killed, or through
		timer.Stop()
	}
	begin := time.Now()
	if out, err := load().CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("then %v; %d good, %d rejected", time.Since(begin), model.Good, len(model.Rejected))
	db, err := sql.Open("pgx", address)
	must(t, err)
	defer db.Close()
	if err := model.Compare(db, "sluice"); err != nil {
		t.Error(err)
	}
}

// TestT05Isolated: a row that the table refuses is rejected by itself, however
// the table refuses it, be it that no row is named.
func TestT05Isolated(t *testing.T) {
	command := binary(t)
	for name, tc := range map[string]struct{ table, bad, reason string }{
		"check":    {"n bigint CHECK (n < 1000000), s text", "1000000,x", "violates check constraint"},
		"not null": {"n bigint, s text NOT NULL", "5,", "violates not-null constraint"},
		"unique":   {"n bigint UNIQUE, s text", "0,x", "duplicate key"},
		"deferred": {"n bigint UNIQUE DEFERRABLE INITIALLY DEFERRED, s text", "0,x", "duplicate key"},
		"foreign":  {"n bigint REFERENCES other, s text", "1000000,x", "violates foreign key"},
		"integer":  {"n integer, s text", "99999999999,x", `column "n"`},
		"varchar":  {"n bigint, s varchar(8)", "1,123456789", `column "s"`},
		"trigger":  {"n bigint, s text", "1000000,x", "not in this table"},
	} {
		t.Run(name, func(t *testing.T) {
			address := database(t, t.Name())
			sqlExec(t, address, `CREATE TABLE other AS SELECT n FROM generate_series(0, 3000) n; ALTER TABLE other ADD PRIMARY KEY (n)`)
			sqlExec(t, address, "CREATE TABLE t ("+tc.table+", _sluice_file bigint)")
			if name == "trigger" {
				sqlExec(t, address, `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
					IF new.n = 1000000 THEN RAISE EXCEPTION 'not in this table'; END IF; RETURN new; END $$;
					CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()`)
			}
			var text strings.Builder
			text.WriteString("n,s\n")
			const records = 2000
			rows := 0
			for n := range records {
				switch {
				case n == 600 || n == 601 || n == 1999:
					text.WriteString(tc.bad + "\n")
				case n == 599 || n == 1000:
					text.WriteString("bad\n")
				default:
					fmt.Fprintf(&text, "%d,s%d\n", rows, rows%1000)
					rows++
				}
			}
			file := filepath.Join(t.TempDir(), "t.csv")
			must(t, os.WriteFile(file, []byte(text.String()), 0o600))
			out, err := exec.Command(command, "load", file, "--to", address, "--on-bad-row", "quarantine").CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var n, different, kept, refused int
			must(t, connect(t, address).QueryRow(t.Context(), `SELECT count(*), count(DISTINCT n),
				(SELECT count(DISTINCT record) FROM t_rejected WHERE record IN (600, 601, 602, 1001, 2000)),
				(SELECT count(*) FROM t_rejected WHERE reason LIKE 'the table refuses it: %' AND strpos(reason, $1) > 0 AND raw = $2) FROM t`,
				tc.reason, []byte(tc.bad)).Scan(&n, &different, &kept, &refused))
			if n != rows || different != rows || kept != 5 || refused != 3 {
				t.Errorf("%d rows, %d different, want %d; %d kept, want 5, %d refused, want 3\n%s", n, different, rows, kept, refused, out)
			}
		})
	}
}

// TestX23QuarantinePrivileges: that the table for bad rows may not be made is
// told at once, with what is missing.
func TestX23QuarantinePrivileges(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE TABLE t (n bigint, _sluice_file bigint); REVOKE CREATE ON SCHEMA public FROM PUBLIC;
		DROP ROLE IF EXISTS noquarantine; CREATE ROLE noquarantine LOGIN; CREATE SCHEMA sluice AUTHORIZATION noquarantine; GRANT SELECT, INSERT ON t TO noquarantine`)
	file := filepath.Join(t.TempDir(), "t.csv")
	must(t, os.WriteFile(file, []byte("n\n1\n"), 0o600))
	to := strings.Replace(address, "postgres@", "noquarantine@", 1)
	out, err := exec.Command(binary(t), "load", file, "--to", to, "--on-bad-row", "quarantine").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `keep bad rows: create table "t_rejected"`) || !strings.Contains(string(out), "lacks a privilege") {
		t.Errorf("%v\n%s", err, out)
	}
}

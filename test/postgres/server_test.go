package postgres_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// TestT24Settings: no setting of the server, the database or the role changes
// what is stored.
func TestT24Settings(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE SCHEMA trap;
		CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
		CREATE FUNCTION trap.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT 1::bigint WHERE false';
		CREATE FUNCTION public.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT 1::bigint WHERE false';
		CREATE TABLE trap.t (wrong text)`)
	for _, setting := range []string{
		"search_path = trap, public, pg_catalog", "timezone = 'Asia/Kathmandu'", "datestyle = 'SQL, DMY'", "intervalstyle = 'iso_8601'",
		"standard_conforming_strings = off", "client_encoding = 'LATIN1'", "statement_timeout = 1", "lock_timeout = 1",
		"idle_in_transaction_session_timeout = 1", "default_transaction_isolation = 'serializable'", "synchronous_commit = off",
		"extra_float_digits = -15", "bytea_output = 'escape'", "default_transaction_deferrable = on",
	} {
		// From another database: the settings hold for whoever connects to this.
		sqlExec(t, server.URL("postgres"), `ALTER DATABASE `+strings.TrimPrefix(mustURL(t, address).Path, "/")+` SET `+setting)
	}
	db := open(t, address)
	schema := abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: "s", Type: abstract.Text}, {Name: `back\slash`, Type: abstract.TimestampTZ}}
	must(t, db.Create(t.Context(), "t", target.Table{Schema: schema, FileID: true}))
	a := register(t, db, `a\b`)
	item, err := abstract.NewRows("t", []string{"n", "s", `back\slash`}, []any{1, `é\n`, a.FirstSeen})
	must(t, err)
	item.Origin = abstract.Origin{LedgerID: a.ID, Object: a.Object, After: 1, Rows: 1, Last: true}
	s := session(t, db, target.SessionConfig{})
	must(t, s.Push([]abstract.ChangeItem{item}))
	must(t, s.Flush())
	entry, ok, err := db.Ledger().Get(t.Context(), a.ID)
	if err != nil || !ok || entry.State != ledger.Done || entry.Object.Key != `a\b` || !entry.FirstSeen.Equal(a.FirstSeen) {
		t.Errorf("%+v, %v", entry, err)
	}
	var equal bool
	must(t, connect(t, server.URL("postgres")).QueryRow(t.Context(), "SELECT true").Scan(&equal))
	side := connect(t, address+"?statement_timeout=0&search_path=public&client_encoding=UTF8")
	must(t, side.QueryRow(t.Context(), `SELECT s = E'é\\n' AND "back\slash" = l.first_seen AT TIME ZONE 'UTC'
		FROM public.t, sluice.ledger l`).Scan(&equal))
	if !equal {
		t.Error("the values have changed")
	}
}

func mustURL(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	return u
}

// TestT25Encoding: a database in which not every text can be stored is
// refused by name.
func TestT25Encoding(t *testing.T) {
	needServer(t)
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		name := "enc_" + strings.ToLower(encoding)
		sqlExec(t, server.URL("postgres"), fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0 ENCODING '%s' LC_COLLATE 'C' LC_CTYPE 'C'", name, encoding))
		if _, err := openTarget(t.Context(), server.URL(name)); err == nil || !strings.Contains(err.Error(), encoding) {
			t.Errorf("%s: %v", encoding, err)
		}
	}
}

// TestX23Privileges: what docs/postgres.md says to be enough is enough, and a
// privilege that is missing is named.
func TestX23Privileges(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `DROP ROLE IF EXISTS loader; CREATE ROLE loader LOGIN; REVOKE ALL ON SCHEMA public FROM public`)
	u := mustURL(t, address)
	u.User = url.User("loader")
	as := u.String()
	if _, err := openTarget(t.Context(), as); err == nil || !strings.Contains(err.Error(), "permission denied for database") || !strings.Contains(err.Error(), "GRANT") {
		t.Errorf("without any privilege: %v", err)
	}
	sqlExec(t, address, `CREATE SCHEMA sluice AUTHORIZATION loader`)
	db := open(t, as)
	if err := db.Create(t.Context(), "t", numbers); err == nil || !strings.Contains(err.Error(), "permission denied for schema public") {
		t.Errorf("create without privilege: %v", err)
	}
	sqlExec(t, address, `GRANT USAGE ON SCHEMA public TO loader; CREATE TABLE t (n bigint, s text, _sluice_file bigint)`)
	a := register(t, db, "a")
	s := session(t, db, target.SessionConfig{})
	wantUndone(t, s.Push(stretch(a, 0, 1)), abstract.Permanent, "permission denied for table t", "GRANT")
	sqlExec(t, address, `GRANT SELECT, INSERT ON t TO loader`)
	drive(t, db, s, a, 10)
	must(t, db.Verify(t.Context(), "p", "t"))
	if _, err := db.Forget(t.Context(), "t", a); err == nil || !strings.Contains(err.Error(), "permission denied for table t") {
		t.Errorf("forget without privilege: %v", err)
	}
	sqlExec(t, address, `GRANT DELETE ON t TO loader`)
	_, err := db.Forget(t.Context(), "t", a)
	must(t, err)
	// One who may look at the ledger need not be able to make one.
	sqlExec(t, address, `DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN`)
	u.User = url.User("reader")
	if _, err := openTarget(t.Context(), u.String()); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("a ledger that may not be read: %v", err)
	}
	sqlExec(t, address, `DROP OWNED BY reader; DROP ROLE reader`)
}

// TestX05Existing: a table of the user's is described by what it takes
// exactly, and what it does not is refused.
func TestX05Existing(t *testing.T) {
	address := database(t, t.Name())
	sqlExec(t, address, `CREATE TYPE mood AS ENUM ('good', 'bad');
		CREATE TABLE t (a smallint, b integer, c real, d numeric, e numeric(50,3), f numeric(5,2), g varchar(3), h char(3), i mood,
			j jsonb, k time(0), l timestamp(3), m timestamptz, id bigint GENERATED ALWAYS AS IDENTITY)`)
	db := open(t, address)
	described, err := db.Describe(t.Context(), "t")
	must(t, err)
	want := []abstract.Type{
		abstract.Int64, abstract.Int64, abstract.Float64, abstract.Text, abstract.Text, abstract.Decimal(5, 2), abstract.Text, abstract.Text,
		abstract.Text, abstract.JSON, abstract.Time, abstract.Timestamp, abstract.TimestampTZ,
	}
	if len(described.Schema) != len(want) || described.FileID {
		t.Fatalf("described as %+v", described)
	}
	for n, c := range described.Schema {
		if c.Type != want[n] {
			t.Errorf("column %q is %s, want %s", c.Name, c.Type, want[n])
		}
	}
	for _, refused := range []string{
		"interval", "money", "int[]", "numeric(3,-2)", "inet", "timetz", "xml", "point", "oid", `"char"`, "name", "tsvector",
	} {
		if serverMajor(t, address) < 15 && strings.Contains(refused, "-") {
			continue
		}
		sqlExec(t, address, `DROP TABLE IF EXISTS bad; CREATE TABLE bad (ok text, "co""l" `+refused+`)`)
		if _, err := db.Describe(t.Context(), "bad"); err == nil || !strings.Contains(err.Error(), `co\"l`) {
			t.Errorf("%s: %v", refused, err)
		}
	}
	sqlExec(t, address, `CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW mv AS SELECT 1; CREATE TABLE w (_sluice_file integer)`)
	for name, word := range map[string]string{"v": "a view", "mv": "materialized", "sluice": "", "w": "bigint"} {
		if _, err := db.Describe(t.Context(), name); word != "" && (err == nil || !strings.Contains(err.Error(), word)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func serverMajor(t *testing.T, address string) (major int) {
	t.Helper()
	must(t, connect(t, address).QueryRow(t.Context(), "SELECT current_setting('server_version_num')::int / 10000").Scan(&major))
	return major
}

// TestT06Exact: values go into narrower columns exactly, or not at all.
func TestT06Exact(t *testing.T) {
	address := database(t, t.Name())
	db := open(t, address)
	for n, tc := range []struct {
		column, value, read string // read is "" where the value must be refused
	}{
		{"numeric", "123456789012345678901234567890123456789012.5", "123456789012345678901234567890123456789012.5"},
		{"numeric", "1e-30", "0.000000000000000000000000000001"},
		{"numeric", "NaN", "NaN"},
		{"numeric", "one", ""},
		{"numeric(50,3)", "1.5", "1.500"},
		{"numeric(50,3)", "1.0005", ""},
		{"numeric(40,3)", "1e38", ""},
		{"varchar(3)", "日本語", "日本語"},
		{"varchar(3)", "abc ", ""},
		{"char(3)", "ab", "ab"},
		{"char(3)", "ab ", ""},
		{"text", "nul \x00", ""},
	} {
		table := fmt.Sprint("t", n)
		sqlExec(t, address, fmt.Sprintf("CREATE TABLE %s (v %s, _sluice_file bigint)", table, tc.column))
		e := register(t, db, table)
		item, err := abstract.NewRows(table, []string{"v"}, []any{tc.value})
		must(t, err)
		item.Origin = abstract.Origin{LedgerID: e.ID, Object: e.Object, After: 1, Rows: 1, Last: true}
		s := session(t, db, target.SessionConfig{})
		err = s.Push([]abstract.ChangeItem{item})
		if err == nil {
			err = s.Flush()
		}
		if tc.read == "" {
			wantUndone(t, err, abstract.FileOnly)
			continue
		}
		must(t, err)
		var got string
		must(t, connect(t, address).QueryRow(t.Context(), "SELECT v::text FROM "+pgx.Identifier{table}.Sanitize()).Scan(&got))
		if got != tc.read {
			t.Errorf("%q in a %s reads as %q", tc.value, tc.column, got)
		}
	}
}

// TestX04NoPassword: no error shows a password.
func TestX04NoPassword(t *testing.T) {
	needServer(t)
	const secret = "S3CR3T-canary"
	u := mustURL(t, server.URL("postgres"))
	for _, address := range []string{
		"postgres://u:" + secret + "@127.0.0.1:1/db?connect_timeout=1",
		"postgres://nobody:" + secret + "@" + u.Host + "/postgres",
		"postgres://postgres:" + secret + "@" + u.Host + "/missing",
		"postgres://postgres:" + secret + "@" + u.Host + "/postgres?search_path=a,b",
		"postgres://postgres:" + secret + "@" + u.Host + "/postgres?sslmode=require",
		"postgres://postgres:" + secret + "@" + u.Host + "/postgres?sslmode=nonsense",
		"postgres://postgres:" + secret + "@" + u.Host + "/postgres?nonsense=1",
		"postgres://u:a#" + secret + "@h/db", "postgres://u:a/" + secret + "@h/db", "postgres://u:%zz" + secret + "@h/db",
		"postgres://u:" + secret + "@h:port/db", "postgres://h/db?sslmode=x&password=" + secret,
	} {
		_, err := openTarget(t.Context(), address)
		if err == nil {
			t.Errorf("%s was opened", address)
		} else if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), secret) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

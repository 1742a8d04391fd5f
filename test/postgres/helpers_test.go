package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/test/internal/tcpproxy"
)

var numbers = target.Table{
	Schema: abstract.Schema{{Name: "n", Type: abstract.Int64}, {Name: "s", Type: abstract.Text}},
	FileID: true,
}

// proxied returns the URL by way of a proxy, which ends with the test.
func proxied(t *testing.T, address string) (string, *tcpproxy.Proxy) {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	p, err := tcpproxy.Start(t.Context(), u.Host)
	must(t, err)
	t.Cleanup(p.Close)
	u.Host = fmt.Sprintf("127.0.0.1:%d", p.Port())
	return u.String() + "?sslmode=disable", p
}

func session(t testing.TB, db target.Target, cfg target.SessionConfig) target.Session {
	t.Helper()
	s, err := db.Session(t.Context(), cfg)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// register registers an object and returns its entry.
func register(t testing.TB, db target.Target, key string) ledger.Entry {
	t.Helper()
	id := abstract.ObjectID{Bucket: "s3://b", Key: key, Generation: "g"}
	must(t, db.Ledger().Register(t.Context(), "p", []ledger.Candidate{{Object: id}}))
	list, err := db.Ledger().Lookup(t.Context(), "p", "s3://b", []string{key})
	must(t, err)
	return list[0]
}

// stretch is an object's rows from offset to offset, of table "t".
func stretch(e ledger.Entry, before, after int64) []abstract.ChangeItem {
	rows := make([][]any, 0, after-before)
	for n := before; n < after; n++ {
		rows = append(rows, []any{n, fmt.Sprintf("row %d of %s, which takes some room %d", n, e.Object.Key, n*2654435761)})
	}
	item, err := abstract.NewRows("t", []string{"n", "s"}, rows...)
	if err != nil {
		panic(err) // the test's own mistake
	}
	item.Origin = abstract.Origin{LedgerID: e.ID, Object: e.Object, Before: before, After: after, Rows: after - before}
	return []abstract.ChangeItem{item}
}

// drive loads rows up to an offset from wherever the ledger has the object, as
// the engine does after a failure.
func drive(t *testing.T, db target.Target, s target.Session, e ledger.Entry, to int64) {
	t.Helper()
	entry, ok, err := db.Ledger().Get(t.Context(), e.ID)
	must(t, err)
	if !ok {
		t.Fatalf("%s has no entry", e.Object)
	}
	if entry.Offset < to {
		must(t, s.Push(stretch(e, entry.Offset, to)))
		must(t, s.Flush())
	}
}

// consistent checks that table "t" holds exactly what the ledger says, file by
// file, and how many rows that is.
func consistent(t *testing.T, address string, want int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	var wrong string
	must(t, conn.QueryRow(t.Context(), `SELECT coalesce(string_agg(key || ': ' || at || ' in the ledger, ' || n || ' rows, ' || d || ' different', '; '), '')
		FROM (SELECT l.object_key AS key, l.read_offset AS at, l.rows_loaded, count(t.n) AS n, count(DISTINCT t.n) AS d, coalesce(max(t.n), -1) AS last
			FROM sluice.ledger l LEFT JOIN t ON t._sluice_file = l.id GROUP BY l.id) x
		WHERE at <> n OR rows_loaded <> n OR d <> n OR last <> at - 1`).Scan(&wrong))
	if wrong != "" {
		t.Errorf("rows and ledger disagree: %s", wrong)
	}
	var rows int64
	must(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM t`).Scan(&rows))
	if rows != want {
		t.Errorf("%d rows, want %d", rows, want)
	}
}

// wantUndone checks that an error says that a transaction was undone, and of
// what class the cause is.
func wantUndone(t *testing.T, err error, class abstract.Class, words ...string) {
	t.Helper()
	if _, ok := errors.AsType[*target.RollbackError](err); !ok || abstract.ClassOf(err) != class {
		t.Errorf("%v (%v), want a rollback whose cause is %v", err, abstract.ClassOf(err), class)
	}
	for _, word := range words {
		if err != nil && !strings.Contains(err.Error(), word) {
			t.Errorf("%v: does not say %q", err, word)
		}
	}
}

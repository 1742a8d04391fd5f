//go:build unix

package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-ede61cd5/sluice/test/internal/faultproxy"
)

// TestLookBack follows a bucket of 20,000 old keys by its end: new files are
// found by three LISTs a poll at most, a late one that sorts first by the
// reconcile (S-24), or by whoever comes after a process that is killed before
// it (C-01).
func TestLookBack(t *testing.T) {
	const n, pages = 20_000, 20
	b, db := newBucket(t), filepath.Join(t.TempDir(), "t.duckdb")
	name := func(i int) string { return fmt.Sprintf("many/%03d/f%06d.csv", i/1000, i) }
	put := func(key string, id int) { b.server.Put(t, b.name, key, fmt.Appendf(nil, "id\n%d\n", id)) }
	b.server.PutMany(t, b.name, n, name, []byte("id\n"))
	put("one/a.csv", 1)
	for _, key := range []string{"one/", name(0)} {
		b.sluice(t, "load", b.url(key), "--to", "duckdb:"+db, "--table", "t").expect(t, 0)
	}
	fillLedger(t, db, n, name)

	var lists, tails atomic.Int64
	b.endpoint = faultproxy.Start(t, b.endpoint, func(r *http.Request) faultproxy.Fault {
		if q := r.URL.Query(); q.Has("list-type") {
			lists.Add(1)
			if q.Has("start-after") {
				tails.Add(1)
			}
		}
		return faultproxy.None
	}).URL
	start := func(reconcile string) *follower {
		f := follow(t, b.command("load", b.url("many/"), "--to", "duckdb:"+db, "--table", "t"),
			"--poll-interval", "200ms", "--look-back", "1000", "--reconcile", reconcile)
		f.await(t, "address=")
		return f
	}
	loaded := func(f *follower, key string) { f.await(t, `msg=loaded file=\S*`+key) }

	f := start("1h")
	put("many/020/new1.csv", 2)
	loaded(f, "new1.csv")
	put("many/!late1.csv", 4)
	for i := range 5 { // each is in a listing that began after the last one was found
		put(fmt.Sprintf("many/020/new2%d.csv", i), 8<<i)
		loaded(f, fmt.Sprintf("new2%d.csv", i))
	}
	f.kill(t)
	if all, ends := lists.Load(), tails.Load(); ends < 5 || all > pages+2+3*ends {
		t.Errorf("%d LIST requests, %d of them for the end", all, ends)
	} else {
		t.Logf("%d LIST requests, %d of them for the end", all, ends)
	}
	if strings.Contains(f.said(), "late1.csv") {
		t.Error("the late key was found by looking back")
	}

	f = start("2s")
	loaded(f, "late1.csv")
	put("many/!late2.csv", 8<<5)
	loaded(f, "late2.csv")
	f.stop(t)
	if rows, sum := scalar(t, db, `SELECT count(*) FROM t`), scalar(t, db, `SELECT sum(id)::bigint FROM t`); rows != 9 || sum != 1+2+4+8*63 {
		t.Errorf("%d rows of the sum %d", rows, sum)
	}
}

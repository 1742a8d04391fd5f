package targettest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

func testLedger(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"register":      testRegister,
		"S35 keys":      testKeys,
		"generations":   testGenerations,
		"identity":      testIdentity,
		"fail":          testFail,
		"list":          testList,
		"bind":          testBind,
		"C17 create":    testCreateAgain,
		"X22 newer":     testNewerLayout,
		"empty summary": testSummaryOfNothing,
	})
}

func object(key, generation string) abstract.ObjectID {
	return abstract.ObjectID{Bucket: bucket, Key: key, Generation: generation}
}

func testRegister(e *env) {
	store := e.db.Ledger()
	var list []ledger.Candidate
	var keys []string
	for n := range 1000 {
		keys = append(keys, fmt.Sprintf("dir/%04d", n))
		list = append(list, ledger.Candidate{Object: object(keys[n], "g"), Version: "v1", Size: int64(n)})
	}
	e.must(store.Register(e.Context(), pipeline, list[:500]))
	first, err := store.Lookup(e.Context(), pipeline, bucket, keys)
	e.must(err)
	// Again, with new ones among them, and some twice.
	e.must(store.Register(e.Context(), pipeline, append(list, list[990:]...)))
	e.must(store.Register(e.Context(), pipeline, nil))
	all, err := store.Lookup(e.Context(), pipeline, bucket, keys)
	e.must(err)
	if len(first) != 500 || len(all) != 1000 {
		e.Fatalf("%d entries, then %d; want 500, then 1000", len(first), len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b ledger.Entry) int { return int(a.ID - b.ID) }) {
		e.Error("entries are not in the order of their ids")
	}
	sizes := map[string]int64{}
	for _, entry := range all {
		sizes[entry.Object.Key] = entry.Size
		if entry.State != ledger.Pending || entry.Offset != 0 || entry.Started() || entry.Closed() || entry.Version != "v1" ||
			entry.Pipeline != pipeline || entry.FirstSeen.IsZero() || entry.ID <= 0 {
			e.Fatalf("a new entry is %+v", entry)
		}
	}
	for n, key := range keys {
		if sizes[key] != int64(n) {
			e.Fatalf("%s has size %d", key, sizes[key])
		}
	}
	mixed := []ledger.Candidate{{Object: object("x", "g")}, {Object: abstract.ObjectID{Bucket: "s3://other", Key: "y", Generation: "g"}}}
	if err := store.Register(e.Context(), pipeline, mixed); err == nil {
		e.Error("objects of two buckets were registered in one")
	}
	if none, err := store.Lookup(e.Context(), pipeline, bucket, nil); len(none) != 0 || err != nil {
		e.Errorf("lookup of no keys: %d entries, %v", len(none), err)
	}
}

// testKeys: keys are bytes, and no two of them are one.
func testKeys(e *env) {
	keys := []string{
		" lead", "trail ", "a+b", "50%", "%2B", "%25", "a&b?c#d", "new\nline", "cr\r", "tab\t", "\x01", "\x00", "\x7f", `\`, `\\`,
		`\x01`, `\n`, "//", "/lead", "../x", ".", "..", "it's", `"quoted"`, "👍", "e\u0301", "\u00e9", "\xff\xfe", "ok\xc3", "\xed\xa0\x80",
		"\ufffd", "\u0085\u2028", strings.Repeat("k", 1024), strings.Repeat("\xff", 1024), "{a,b}*?[x]", "$1", "NULL",
	}
	var list []ledger.Candidate
	for _, key := range keys {
		list = append(list, ledger.Candidate{Object: object(key, "g")})
	}
	store := e.db.Ledger()
	e.must(store.Register(e.Context(), pipeline, list))
	for range 2 {
		got, err := e.db.Ledger().Lookup(e.Context(), pipeline, bucket, keys)
		e.must(err)
		var found []string
		for _, entry := range got {
			found = append(found, entry.Object.Key)
		}
		slices.Sort(found)
		if want := slices.Sorted(slices.Values(keys)); !slices.Equal(found, want) {
			e.Fatalf("found %q\nwant  %q", found, want)
		}
		e.reopen()
	}
	for _, key := range keys {
		one, err := e.db.Ledger().Lookup(e.Context(), pipeline, bucket, []string{key})
		if e.must(err); len(one) != 1 || one[0].Object.Key != key {
			e.Errorf("lookup of %q: %v", key, one)
		}
	}
}

// testGenerations: an object that was overwritten is another object.
func testGenerations(e *env) {
	e.create()
	f := e.file("a")
	e.must(pushAndFlush(e.session(), e.chunk(f, 3, true)))
	store := e.db.Ledger()
	e.must(store.Register(e.Context(), pipeline, []ledger.Candidate{{Object: object("a", "g2"), Size: 7}}))
	got, err := store.Lookup(e.Context(), pipeline, bucket, []string{"a"})
	e.must(err)
	if len(got) != 2 || got[0].Object.Generation != "g1" || got[0].State != ledger.Done ||
		got[1].Object.Generation != "g2" || got[1].State != ledger.Pending || got[1].Offset != 0 {
		e.Errorf("two generations: %+v", got)
	}
}

// testIdentity: pipelines and buckets do not see each other's objects (L-03).
func testIdentity(e *env) {
	store := e.db.Ledger()
	for _, p := range []string{"p1", "p2", `p"'\;--`} {
		for _, b := range []string{"s3://b1", "s3://b2", abstract.LocalBucket} {
			e.must(store.Register(e.Context(), p, []ledger.Candidate{{Object: abstract.ObjectID{Bucket: b, Key: "k", Generation: "g"}}}))
		}
	}
	one, err := store.Lookup(e.Context(), "p1", "s3://b1", []string{"k"})
	e.must(err)
	all, err := store.Lookup(e.Context(), "", "s3://b1", []string{"k"})
	e.must(err)
	if len(one) != 1 || one[0].Pipeline != "p1" || one[0].Object.Bucket != "s3://b1" || len(all) != 3 {
		e.Errorf("lookup: %v of one pipeline, %d of all", one, len(all))
	}
	if _, ok, err := store.Get(e.Context(), 987654); ok || err != nil {
		e.Errorf("an entry that is not there: %v, %v", ok, err)
	}
}

func testFail(e *env) {
	e.create()
	store := e.db.Ledger()
	f, done := e.file("a"), e.file("done")
	s := e.session()
	e.must(pushAndFlush(s, e.chunk(f, 2, false), e.chunk(done, 2, true)))
	for n := 1; n <= ledger.MaxAttempts; n++ {
		e.must(store.Fail(e.Context(), f.id, fmt.Sprint("reason ", n)))
		e.must(store.Fail(e.Context(), done.id, "late"))
		want := ledger.Failed
		if n == ledger.MaxAttempts {
			want = ledger.Parked
		}
		got := e.entry(f)
		if got.State != want || got.Attempts != n || got.Reason != fmt.Sprint("reason ", n) || got.Closed() != (want == ledger.Parked) {
			e.Errorf("after %d failures: %s, %d attempts, %q", n, got.State, got.Attempts, got.Reason)
		}
	}
	if got := e.entry(done); got.State != ledger.Done || got.Reason != "" || got.Attempts != 0 {
		e.Errorf("done, then failed: %s, %q", got.State, got.Reason)
	}
	// A failure keeps the rows and where they end.
	e.want(loaded{f, 2, false}, loaded{done, 2, true})
	e.must(pushAndFlush(s, e.chunk(f, 3, true)))
	e.want(loaded{f, 5, true}, loaded{done, 2, true})
}

func testList(e *env) {
	store := e.db.Ledger()
	var list []ledger.Candidate
	for n := range 2500 { // more than one page
		list = append(list, ledger.Candidate{Object: object(fmt.Sprint(n), "g")})
	}
	e.must(store.Register(e.Context(), "many", list))
	e.must(store.Bind(e.Context(), "many", table))
	e.must(store.Bind(e.Context(), pipeline, table))
	e.create()
	done, failed, parked := e.file("done"), e.file("failed"), e.file("parked")
	item := e.chunk(done, 4, true)
	item.Origin.Rejected, item.Origin.Reason = 2, "bad"
	e.must(pushAndFlush(e.session(), item))
	e.must(store.Fail(e.Context(), failed.id, "why"))
	for range ledger.MaxAttempts {
		e.must(store.Fail(e.Context(), parked.id, "why"))
	}
	count := func(f ledger.Filter) (n int) {
		last := int64(0)
		e.must(store.List(e.Context(), f, func(entry ledger.Entry) error {
			if entry.ID <= last {
				e.Fatal("not in the order of ids")
			}
			last = entry.ID
			n++
			if n == 1 {
				// The store may be used meanwhile.
				_, _, err := store.Get(e.Context(), entry.ID)
				return err
			}
			return nil
		}))
		return n
	}
	for _, tc := range []struct {
		f    ledger.Filter
		want int
	}{
		{ledger.Filter{}, 2503},
		{ledger.Filter{Pipeline: "many"}, 2500},
		{ledger.Filter{Pipeline: pipeline}, 3},
		{ledger.Filter{Failed: true}, 2},
		{ledger.Filter{Pipeline: "many", Failed: true}, 0},
		{ledger.Filter{Pipeline: "none"}, 0},
	} {
		if got := count(tc.f); got != tc.want {
			e.Errorf("%+v lists %d entries, want %d", tc.f, got, tc.want)
		}
	}
	stop := errors.New("enough")
	if err := store.List(e.Context(), ledger.Filter{}, func(ledger.Entry) error { return stop }); err != stop {
		e.Errorf("the listing ended with %v", err)
	}
	e.wantSummaries()
}

func (e *env) wantSummaries() {
	e.Helper()
	list, err := e.db.Ledger().Summaries(e.Context(), "")
	e.must(err)
	if len(list) != 2 || list[0].Pipeline != "many" || list[1].Pipeline != pipeline {
		e.Fatalf("summaries: %+v", list)
	}
	many, own := list[0], list[1]
	if many.Files[ledger.Pending] != 2500 || many.Rows != 0 || many.Table != table {
		e.Errorf("summary: %+v", many)
	}
	if own.Files[ledger.Done] != 1 || own.Files[ledger.Failed] != 1 || own.Files[ledger.Parked] != 1 ||
		own.Rows != 4 || own.Rejected != 2 || own.Bytes != 40 {
		e.Errorf("summary: %+v", own)
	}
	if list, err = e.db.Ledger().Summaries(e.Context(), pipeline); err != nil || len(list) != 1 {
		e.Errorf("summary of one pipeline: %+v, %v", list, err)
	}
}

func testSummaryOfNothing(e *env) {
	store := e.db.Ledger()
	if list, err := store.Summaries(e.Context(), ""); len(list) != 0 || err != nil {
		e.Errorf("summaries: %+v, %v", list, err)
	}
	e.must(store.Bind(e.Context(), pipeline, table))
	list, err := store.Summaries(e.Context(), "")
	if e.must(err); len(list) != 1 || len(list[0].Files) != 0 || list[0].Rows != 0 {
		e.Errorf("summaries: %+v", list)
	}
}

// testBind: a pipeline loads one table.
func testBind(e *env) {
	store := e.db.Ledger()
	if got, err := store.Table(e.Context(), pipeline); got != "" || err != nil {
		e.Errorf("an unknown pipeline loads %q, %v", got, err)
	}
	e.must(store.Bind(e.Context(), pipeline, `ta"ble`))
	e.must(store.Bind(e.Context(), pipeline, `ta"ble`))
	if err := store.Bind(e.Context(), pipeline, "other"); err == nil || !strings.Contains(err.Error(), "--pipeline") {
		e.Errorf("bound to another table: %v", err)
	}
	e.reopen()
	if got, err := e.db.Ledger().Table(e.Context(), pipeline); got != `ta"ble` || err != nil {
		e.Errorf("the pipeline loads %q, %v", got, err)
	}
}

// testCreateAgain: the ledger is made once, however often that is tried.
func testCreateAgain(e *env) {
	e.create()
	f := e.file("a")
	e.must(pushAndFlush(e.session(), e.chunk(f, 2, true)))
	for range 3 {
		e.must(e.db.Ledger().Create(e.Context()))
		if exists, err := e.db.Ledger().Exists(e.Context()); !exists || err != nil {
			e.Errorf("exists: %v, %v", exists, err)
		}
		e.reopen()
	}
	e.want(loaded{f, 2, true})
}

// testNewerLayout: a ledger of a later version is refused and left alone.
func testNewerLayout(e *env) {
	e.exec("UPDATE %s.layout SET version = %d", e.h.LedgerSchema, ledger.Version+1)
	if err := e.db.Ledger().Create(e.Context()); err == nil || !strings.Contains(err.Error(), "newer sluice") {
		e.Errorf("create: %v", err)
	}
	if _, err := e.db.Ledger().Exists(e.Context()); err == nil {
		e.Error("a newer ledger may be looked at")
	}
	e.close()
	db, err := e.h.Open(e.Context(), e.T, e.name)
	if err == nil {
		e.db = db
		e.Fatal("opened")
	}
	if !strings.Contains(err.Error(), "newer sluice") {
		e.Errorf("open: %v", err)
	}
}

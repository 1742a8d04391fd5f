package targettest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

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

package targettest

import (
	"strings"
	"sync"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

func testReplace(t *testing.T, h Harness) {
	h.cases(t, map[string]func(*env){
		"one item":             testReplaceInOne,
		"many items":           testReplaceInMany,
		"many files":           testReplaceManyFiles,
		"several generations":  testReplaceSeveral,
		"no rows":              testReplaceByNothing,
		"flush in between":     testReplaceFlushed,
		"closed in between":    testReplaceClosed,
		"opened again":         testReplaceReopened,
		"fails at its end":     testReplaceFails,
		"others in between":    testReplaceRefusesOthers,
		"what was pushed goes": testReplaceCommitsBefore,
		"other sessions":       testReplaceBesideOthers,
		"old loader":           testReplaceOldLoader,
		"two loaders":          testReplaceTwice,
		"each the other":       testReplaceEachOther,
		"unique key":           testReplaceUniqueKey,
		"no file ids":          testReplaceWithoutFileID,
		"replay":               testReplay,
		"retry":                testRetry,
	})
}

// next registers another generation of a file, which replaces it and the other
// ones given.
func (e *env) next(f *file, others ...*file) (*file, []int64) {
	e.Helper()
	e.files++
	next := &file{object: f.object, number: e.files}
	next.object.Generation += "'"
	store := e.db.Ledger()
	e.must(store.Register(e.Context(), pipeline, []ledger.Candidate{{Object: next.object, Size: 100}}))
	entries, err := store.Lookup(e.Context(), pipeline, bucket, []string{f.object.Key})
	e.must(err)
	for _, entry := range entries {
		if entry.Object == next.object {
			next.id = entry.ID
		}
	}
	ids := []int64{f.id}
	for _, other := range others {
		ids = append(ids, other.id)
	}
	return next, ids
}

// replacing is a chunk of a file that replaces others.
func (e *env) replacing(f *file, ids []int64, n int64, last bool) abstract.ChangeItem {
	e.Helper()
	item := e.chunk(f, n, last)
	item.Origin.Replaces = ids
	return item
}

func testReplaceInOne(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	e.must(pushAndFlush(e.session(), e.replacing(next, old, 6, true)))
	e.gone(all)
	e.want(loaded{part, 3, false}, loaded{next, 6, true})
	e.must(e.db.Verify(e.Context(), pipeline, table))
}

// testReplaceInMany: the old rows are there until the last item has come, by
// which all is durable.
func testReplaceInMany(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s := e.session()
	for range 5 {
		e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 3000, false)}))
		e.want(loaded{part, 3, false}, loaded{all, 4, true})
	}
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 0, true)}))
	e.gone(all)
	e.want(loaded{part, 3, false}, loaded{next, 15_000, true})
	e.must(s.Flush())
	e.must(pushAndFlush(s, e.chunk(part, 1, true)))
	e.want(loaded{part, 4, true}, loaded{next, 15_000, true})
}

// testReplaceManyFiles: small files share transactions, as ever.
func testReplaceManyFiles(e *env) {
	e.create()
	s := e.session()
	var old []*file
	var want []loaded
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		f := e.file(key)
		old = append(old, f)
		e.must(s.Push([]abstract.ChangeItem{e.chunk(f, 3, true)}))
	}
	e.must(s.Flush())
	for n, f := range old {
		next, ids := e.next(f)
		e.must(s.Push([]abstract.ChangeItem{e.replacing(next, ids, int64(n), true)}))
		want = append(want, loaded{next, int64(n), true})
		if n == 2 {
			plain := e.file("plain")
			e.must(s.Push([]abstract.ChangeItem{e.chunk(plain, 2, true)}))
			want = append(want, loaded{plain, 2, true})
		}
	}
	e.must(s.Flush())
	e.want(want...)
	for _, f := range old {
		e.gone(f)
	}
}

// testReplaceSeveral: what is replaced may be whole, partly loaded, failed, or
// only registered.
func testReplaceSeveral(e *env) {
	part, all := e.half()
	failed, _ := e.next(part)
	e.must(pushAndFlush(e.session(), e.chunk(failed, 2, false)))
	e.must(e.db.Ledger().Fail(e.Context(), failed.id, "because"))
	registered, _ := e.next(failed)
	next, old := e.next(registered, part, failed)
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 4, false)}))
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 1, true)}))
	e.must(s.Flush())
	for _, f := range []*file{part, failed, registered} {
		e.gone(f)
	}
	e.want(loaded{all, 4, true}, loaded{next, 5, true})
}

func testReplaceByNothing(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	e.must(pushAndFlush(e.session(), e.replacing(next, old, 0, true)))
	e.gone(all)
	e.want(loaded{part, 3, false}, loaded{next, 0, true})
}

// testReplaceFlushed: half of an object that replaces another is never
// durable. It is driven again from its beginning.
func testReplaceFlushed(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 3, false)}))
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 3000, false)}))
	e.must(s.Flush())
	e.want(loaded{part, 3, false}, loaded{all, 4, true}, loaded{next, 0, false})
	next.next = 0
	e.must(pushAndFlush(s, e.chunk(part, 1, true)))
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 3, false), e.replacing(next, old, 3, true)}))
	e.want(loaded{part, 4, true}, loaded{next, 6, true})
	e.gone(all)
}

func testReplaceClosed(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 3, false)}))
	e.must(s.Close())
	e.want(loaded{part, 3, false}, loaded{all, 4, true}, loaded{next, 0, false})
	e.must(pushAndFlush(e.session(), e.chunk(part, 1, true)))
	e.want(loaded{part, 4, true}, loaded{all, 4, true}, loaded{next, 0, false})
}

// testReplaceReopened: the process ends in the middle.
func testReplaceReopened(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 5000, false)}))
	e.must(s.Close())
	e.reopen()
	e.want(loaded{part, 3, false}, loaded{all, 4, true}, loaded{next, 0, false})
	next.next = 0
	e.must(pushAndFlush(e.session(), e.replacing(next, old, 2, true)))
	e.want(loaded{part, 3, false}, loaded{next, 2, true})
}

// testReplaceFails: what fails is undone, and the old rows stay.
func testReplaceFails(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 3, false)}))
	gap := e.stretch(next, 7, 9)
	gap.Origin.Replaces, gap.Origin.Last = old, true
	wantConflict(e, s.Push([]abstract.ChangeItem{gap}))
	e.must(s.Flush())
	e.want(loaded{part, 3, false}, loaded{all, 4, true}, loaded{next, 0, false})
	next.next = 0
	e.must(pushAndFlush(s, e.replacing(next, old, 3, false), e.replacing(next, old, 1, true)))
	e.want(loaded{part, 3, false}, loaded{next, 4, true})
}

func testReplaceRefusesOthers(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s := e.session()
	err := s.Push([]abstract.ChangeItem{e.replacing(next, old, 3, false), e.stretch(part, 3, 4)})
	if err == nil || !strings.Contains(err.Error(), "dir/part") {
		e.Errorf("an item in between: %v", err)
	}
	e.must(s.Flush())
	e.want(loaded{part, 3, false}, loaded{all, 4, true}, loaded{next, 0, false})
}

// testReplaceCommitsBefore: what the session holds does not wait for, or go
// with, an object that replaces others.
func testReplaceCommitsBefore(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.chunk(part, 2, true), e.replacing(next, old, 3, false)}))
	e.want(loaded{part, 5, true}, loaded{all, 4, true}, loaded{next, 0, false})
	e.must(s.Close())
	e.want(loaded{part, 5, true}, loaded{all, 4, true}, loaded{next, 0, false})
}

// testReplaceBesideOthers: other sessions, the ledger and readers go on, at
// once or when the object has come to its end, and nobody sees half of it.
func testReplaceBesideOthers(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	s, other := e.session(), e.session()
	e.must(other.Push([]abstract.ChangeItem{e.chunk(part, 1, false)}))
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 3, false)}))
	e.must(other.Flush())
	var wait sync.WaitGroup
	item := e.stretch(part, 4, 6)
	wait.Go(func() {
		if err := pushAndFlush(other, item); err != nil {
			e.Error(err)
		}
	})
	wait.Go(func() {
		if err := e.db.Ledger().Register(e.Context(), pipeline, []ledger.Candidate{{Object: object("new", "g")}}); err != nil {
			e.Error(err)
		}
	})
	for range 5 {
		e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 1000, false)}))
		if at := e.entry(next).Offset; at != 0 {
			e.Errorf("the ledger has it at %d in the middle", at)
		}
	}
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 1, true)}))
	wait.Wait()
	e.want(loaded{part, 6, false}, loaded{next, 5004, true})
	e.gone(all)
}

// testReplaceOldLoader: another loader is at work on what is replaced. What it
// has committed goes, and what it goes on with is a conflict.
func testReplaceOldLoader(e *env) {
	part, all := e.half()
	next, old := e.next(part)
	s, zombie := e.session(), e.session()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 2, false)}))
	late := make(chan error, 1)
	item := e.stretch(part, 3, 5)
	go func() { late <- pushAndFlush(zombie, item) }()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 2, false)}))
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 2, true)}))
	if err := <-late; err != nil { // else it was in time, and in vain
		wantConflict(e, err)
	}
	e.gone(part)
	e.want(loaded{all, 4, true}, loaded{next, 6, true})
	wantConflict(e, pushAndFlush(zombie, e.stretch(part, 5, 7)))
	e.want(loaded{all, 4, true}, loaded{next, 6, true})
	e.must(e.db.Verify(e.Context(), pipeline, table))
}

// testReplaceTwice: two loaders replace one file by one generation.
func testReplaceTwice(e *env) {
	part, all := e.half()
	next, old := e.next(all)
	start, ended := make(chan struct{}), make(chan error, 2)
	for range 2 {
		s := e.session()
		items := []abstract.ChangeItem{e.stretch(next, 0, 3), e.stretch(next, 3, 6)}
		for n := range items {
			items[n].Origin.Replaces = old
		}
		items[1].Origin.Last = true
		go func() {
			<-start
			err := s.Push(items[:1])
			if err == nil {
				err = s.Push(items[1:])
			} else {
				abstract.ReleaseAll(items[1:])
			}
			ended <- err
		}()
	}
	close(start)
	won := 0
	for range 2 {
		if err := <-ended; err == nil {
			won++
		} else {
			wantConflict(e, err)
		}
	}
	if won != 1 {
		e.Errorf("%d of 2 loaders replaced the file", won)
	}
	e.gone(all)
	e.want(loaded{part, 3, false}, loaded{next, 6, true})
}

// testReplaceEachOther: two loaders that saw an object at different times each
// replace the other's generation. One wins, and the rows are one generation's.
func testReplaceEachOther(e *env) {
	e.create()
	for round := range 10 {
		a := e.file(strings.Repeat("k", round+1))
		b, ids := e.next(a)
		start, ended := make(chan struct{}), make(chan error, 2)
		for n, f := range []*file{a, b} {
			s := e.session()
			item := e.stretch(f, 0, 3)
			item.Origin.Last = true
			item.Origin.Replaces = [][]int64{{b.id}, ids}[n]
			go func() {
				<-start
				ended <- pushAndFlush(s, item)
			}()
		}
		close(start)
		won := 0
		for range 2 {
			if err := <-ended; err == nil {
				won++
			} else {
				wantConflict(e, err)
			}
		}
		_, isA, err := e.db.Ledger().Get(e.Context(), a.id)
		e.must(err)
		f := b
		if isA {
			f = a
		}
		if won != 1 {
			e.Fatalf("round %d: %d of 2 loaders won", round, won)
		}
		e.want(loaded{f, 3, true})
		_, err = e.db.Forget(e.Context(), table, e.entry(f))
		e.must(err)
	}
}

// testReplaceUniqueKey: the new generation has keys of the old one.
func testReplaceUniqueKey(e *env) {
	e.exec("CREATE TABLE %s (id bigint PRIMARY KEY, name text, %s bigint)", table, target.FileIDColumn)
	all := e.file("all")
	e.must(pushAndFlush(e.session(), e.chunk(all, 4, true)))
	next, old := e.next(all)
	next.number = all.number
	s := e.session()
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 2, false)}))
	e.must(s.Push([]abstract.ChangeItem{e.replacing(next, old, 4, true)}))
	e.want(loaded{next, 6, true})
	again, old := e.next(next)
	again.number = all.number
	e.must(pushAndFlush(s, e.replacing(again, old, 5, true)))
	e.want(loaded{again, 5, true})
}

func testReplaceWithoutFileID(e *env) {
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: simple}))
	f := e.file("a")
	e.must(pushAndFlush(e.session(), e.chunk(f, 4, true)))
	next, old := e.next(f)
	err := pushAndFlush(e.session(), e.replacing(next, old, 2, true))
	if err == nil || !strings.Contains(err.Error(), target.FileIDColumn) {
		e.Errorf("replaced without file ids: %v", err)
	}
	e.want(loaded{f, 4, true}, loaded{next, 0, false})
}

// testReplay: a marked entry stays until the object is loaded once more, under
// an entry of its own, and nobody goes on with it.
func testReplay(e *env) {
	part, all := e.half()
	store := e.db.Ledger()
	e.must(store.Replay(e.Context(), part.id, all.id))
	e.must(store.Replay(e.Context(), part.id)) // again: nothing happens
	e.must(store.Fail(e.Context(), part.id, "late"))
	wantConflict(e, pushAndFlush(e.session(), e.stretch(part, 3, 5)))
	for _, f := range []*file{part, all} {
		if got := e.entry(f); got.State != ledger.Replay || got.Rows == 0 || got.Reason != "" || got.Attempts != 0 {
			e.Errorf("to be replayed: %+v", got)
		}
	}
	e.must(store.Register(e.Context(), pipeline, []ledger.Candidate{{Object: part.object, Size: 100}}))
	entries, err := store.Lookup(e.Context(), pipeline, bucket, []string{part.object.Key})
	e.must(err)
	if len(entries) != 2 || entries[0].ID != part.id || entries[1].Object != part.object || entries[1].State != ledger.Pending {
		e.Fatalf("entries: %+v", entries)
	}
	again := &file{id: entries[1].ID, object: part.object, number: part.number}
	e.must(pushAndFlush(e.session(), e.replacing(again, []int64{part.id}, 5, true)))
	e.gone(part)
	e.wantRows(table, simple, [][]any{part.row(0), part.row(1), part.row(2), part.row(3), part.row(4),
		all.row(0), all.row(1), all.row(2), all.row(3)})
	e.must(e.db.Verify(e.Context(), pipeline, table))
}

// testRetry: failed and parked objects go on where their rows end.
func testRetry(e *env) {
	part, all := e.half()
	store := e.db.Ledger()
	for range ledger.MaxAttempts {
		e.must(store.Fail(e.Context(), part.id, "because"))
	}
	other := e.file("other")
	e.must(store.Fail(e.Context(), other.id, "because"))
	if n, err := store.Retry(e.Context(), "another", nil); n != 0 || err != nil {
		e.Errorf("of another pipeline: %d, %v", n, err)
	}
	if n, err := store.Retry(e.Context(), pipeline, []int64{all.id}); n != 0 || err != nil {
		e.Errorf("of an object that is done: %d, %v", n, err)
	}
	if n, err := store.Retry(e.Context(), pipeline, []int64{part.id, all.id}); n != 1 || err != nil {
		e.Errorf("put back: %d, %v", n, err)
	}
	e.must(store.Fail(e.Context(), part.id, "because"))
	if n, err := store.Retry(e.Context(), pipeline, nil); n != 2 || err != nil {
		e.Errorf("put back: %d, %v", n, err)
	}
	if got := e.entry(part); got.State != ledger.Pending || got.Attempts != 0 || got.Offset != 3 {
		e.Errorf("put back: %+v", got)
	}
	e.must(pushAndFlush(e.session(), e.chunk(part, 2, true), e.chunk(other, 1, true)))
	e.want(loaded{part, 5, true}, loaded{all, 4, true}, loaded{other, 1, true})
	if n, err := store.Retry(e.Context(), "", nil); n != 0 || err != nil {
		e.Errorf("nothing to put back: %d, %v", n, err)
	}
}

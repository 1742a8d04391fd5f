//go:build cgo

package duckdb_test

import (
	"errors"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
)

// TestP12BadNeighbour: a file that the table refuses, in one transaction with
// a good one. The session of the good one is told of a rollback that is not
// its fault, and from then on is not held back: both sessions are by
// themselves until they have flushed.
func TestP12BadNeighbour(t *testing.T) {
	db := open(t, tempFile(t), duckdb.Options{})
	execute(t, db, "CREATE TABLE t (n BIGINT CHECK (n < 100), s VARCHAR, _sluice_file BIGINT)")
	entries, err := register(t.Context(), db, "good", "bad")
	must(t, err)
	good, bad := session(t, db), session(t, db)
	pushGood := func() error { return good.Push([]abstract.ChangeItem{stretch(entries[0], 0, 10)}) }
	pushBad := func() error { return bad.Push([]abstract.ChangeItem{stretch(entries[1], 0, 200)}) }

	must(t, pushBad())
	must(t, pushGood())
	for name, err := range map[string]error{"good": good.Flush(), "bad": bad.Flush()} {
		if _, ok := errors.AsType[*target.RollbackError](err); !ok || abstract.ClassOf(err) != abstract.Transient {
			t.Errorf("the %s one is told %v (%v)", name, err, abstract.ClassOf(err))
		}
	}
	must(t, pushBad())
	must(t, pushGood()) // which ends the other's transaction
	must(t, good.Flush())
	if err := bad.Flush(); abstract.ClassOf(err) != abstract.FileOnly {
		t.Errorf("by itself, the bad one is told %v (%v)", err, abstract.ClassOf(err))
	}
	if rows := consistent(t, db); rows != 10 {
		t.Errorf("%d rows", rows)
	}
}

// TestSharedConflict: in one transaction with others, the session whose
// object was moved on learns that, and the others do not take it for theirs.
func TestSharedConflict(t *testing.T) {
	db := open(t, tempFile(t), duckdb.Options{})
	must(t, db.Create(t.Context(), "t", numbers))
	entries, err := register(t.Context(), db, "good", "moved")
	must(t, err)
	good, moved := session(t, db), session(t, db)
	must(t, good.Push([]abstract.ChangeItem{stretch(entries[0], 0, 10)}))
	must(t, moved.Push([]abstract.ChangeItem{stretch(entries[1], 5, 10)}))
	if err := good.Flush(); errors.Is(err, ledger.ErrConflict) || abstract.ClassOf(err) != abstract.Transient {
		t.Errorf("the good one is told %v (%v)", err, abstract.ClassOf(err))
	}
	if err := moved.Push([]abstract.ChangeItem{stretch(entries[1], 5, 10)}); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("the other is told %v", err)
	}
	must(t, moved.Flush())
	must(t, good.Push([]abstract.ChangeItem{stretch(entries[0], 0, 10)}))
	must(t, good.Flush())
	if rows := consistent(t, db); rows != 10 {
		t.Errorf("%d rows", rows)
	}
}

// TestClosedNeighbour: a session that is closed takes the transaction with it;
// the others are told, once.
func TestClosedNeighbour(t *testing.T) {
	db := open(t, tempFile(t), duckdb.Options{})
	must(t, db.Create(t.Context(), "t", numbers))
	entries, err := register(t.Context(), db, "a", "b")
	must(t, err)
	s, closed := session(t, db), session(t, db)
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], 0, 10)}))
	must(t, closed.Push([]abstract.ChangeItem{stretch(entries[1], 0, 10)}))
	must(t, closed.Close())
	err = s.Flush()
	if _, ok := errors.AsType[*target.RollbackError](err); !ok || abstract.ClassOf(err) != abstract.Transient {
		t.Errorf("told %v (%v)", err, abstract.ClassOf(err))
	}
	must(t, s.Flush())
	must(t, s.Push([]abstract.ChangeItem{stretch(entries[0], 0, 10)}))
	must(t, s.Flush())
	if rows := consistent(t, db); rows != 10 {
		t.Errorf("%d rows", rows)
	}
}

// BenchmarkSmallFiles loads files of ten rows, 1,000 to a flush.
func BenchmarkSmallFiles(b *testing.B) {
	db, err := duckdb.Open(b.Context(), b.TempDir()+"/x.duckdb", duckdb.Options{})
	must(b, err)
	defer db.Close()
	must(b, db.Create(b.Context(), "t", numbers))
	s, err := db.Session(b.Context(), target.SessionConfig{})
	must(b, err)
	defer s.Close()
	var files int
	for b.Loop() {
		keys := make([]string, 1000)
		for n := range keys {
			files++
			keys[n] = string(rune('a'+n%26)) + "/" + string(rune('0'+files%10)) + b.Name() + string(rune(0x4e00+files))
		}
		entries, err := register(b.Context(), db, keys...)
		must(b, err)
		for _, e := range entries {
			item := stretch(e, 0, 10)
			item.Origin.Last = true
			must(b, s.Push([]abstract.ChangeItem{item}))
		}
		must(b, s.Flush())
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/1000files")
}

//go:build cgo

package duckdb

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/alloctest"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// begun is a target with a table and a session that has pushed two rows.
type begun struct {
	*Target
	session   target.Session
	entry     ledger.Entry // what the session's rows are of
	other     ledger.Entry
	committed []ledger.Progress
}

func begin(t *testing.T) *begun {
	t.Helper()
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "x.duckdb"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b := &begun{Target: db.(*Target)}
	item, err := abstract.NewRows("t", []string{"n"}, []any{1}, []any{2})
	if err != nil {
		t.Fatal(err)
	}
	id := abstract.ObjectID{Bucket: "s3://b", Key: "k", Generation: "g"}
	other := abstract.ObjectID{Bucket: "s3://b", Key: "other", Generation: "g"}
	if err := errors.Join(
		b.Create(t.Context(), "t", target.Table{Schema: abstract.Schema{{Name: "n", Type: abstract.Int64}}, FileID: true}),
		b.ledger.Register(t.Context(), "p", []ledger.Candidate{{Object: id}, {Object: other}}),
	); err != nil {
		t.Fatal(err)
	}
	list, err := b.ledger.Lookup(t.Context(), "p", id.Bucket, []string{id.Key, other.Key})
	if err != nil {
		t.Fatal(err)
	}
	b.entry, b.other = list[0], list[1]
	if b.entry.Object != id {
		b.entry, b.other = list[1], list[0]
	}
	b.session, err = b.Session(t.Context(), target.SessionConfig{Committed: func(p []ledger.Progress) { b.committed = p }})
	if err != nil {
		t.Fatal(err)
	}
	item.Origin = abstract.Origin{LedgerID: b.entry.ID, Object: id, After: 2, Rows: 2, Last: true}
	if err := b.session.Push([]abstract.ChangeItem{item}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *begun) offset(t *testing.T) int64 {
	t.Helper()
	entry, ok, err := b.ledger.Get(t.Context(), b.entry.ID)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	return entry.Offset
}

// TestC06AmbiguousCommit: after an error of COMMIT the ledger tells whether it
// took effect, and nothing is guessed.
func TestC06AmbiguousCommit(t *testing.T) {
	const fails = "SELECT error('reply lost')"
	t.Run("took effect", func(t *testing.T) {
		b := begin(t)
		b.writer.commitSQL = "COMMIT; " + fails
		if err := b.session.Flush(); err != nil {
			t.Errorf("flush: %v", err)
		}
		if len(b.committed) != 1 || b.committed[0].Rows != 2 || b.offset(t) != 2 {
			t.Errorf("reported %+v, offset %d", b.committed, b.offset(t))
		}
	})
	t.Run("did not", func(t *testing.T) {
		b := begin(t)
		b.writer.commitSQL = fails
		err := b.session.Flush()
		if _, ok := errors.AsType[*target.RollbackError](err); !ok || !strings.Contains(err.Error(), "reply lost") {
			t.Errorf("flush: %v", err)
		}
		if b.writer.commitSQL = "COMMIT"; b.committed != nil || b.offset(t) != 0 {
			t.Errorf("reported %+v, offset %d", b.committed, b.offset(t))
		}
	})
	t.Run("cannot be known", func(t *testing.T) {
		b := begin(t)
		b.writer.commitSQL = "COMMIT; USE " + quote(feedDB) + "; " + fails
		err := b.session.Flush()
		if _, ok := errors.AsType[*target.RollbackError](err); ok || err == nil || !strings.Contains(err.Error(), "not known") {
			t.Errorf("flush: %v", err)
		}
		if b.committed != nil {
			t.Errorf("reported %+v", b.committed)
		}
	})
}

// TestCommitUnasked: a transaction that is old, or holds many rows, is
// committed by the next push.
func TestCommitUnasked(t *testing.T) {
	for name, ripen := range map[string]func(*txn){
		"age":  func(t *txn) { t.begun = time.Now().Add(-commitAfter) },
		"rows": func(t *txn) { t.rows = commitRows },
	} {
		t.Run(name, func(t *testing.T) {
			b := begin(t)
			if b.committed != nil {
				t.Fatal("committed at once")
			}
			ripen(b.writer.txn)
			item, err := abstract.NewRows("t", []string{"n"}, []any{3})
			if err != nil {
				t.Fatal(err)
			}
			item.Origin = abstract.Origin{LedgerID: b.other.ID, Object: b.other.Object, After: 1, Rows: 1}
			if err := b.session.Push([]abstract.ChangeItem{item}); err != nil {
				t.Fatal(err)
			}
			if len(b.committed) != 2 || b.offset(t) != 2 {
				t.Errorf("reported %+v, offset %d", b.committed, b.offset(t))
			}
		})
	}
}

// TestNativeConn: the driver keeps its connection where it is looked for, and
// anything else is refused, not misread.
func TestNativeConn(t *testing.T) {
	b := begin(t)
	b.writer.mu.Lock()
	defer b.writer.mu.Unlock()
	err := b.writer.conn.Raw(func(conn any) error {
		handle, err := nativeConn(conn)
		if handle == nil && err == nil {
			err = errors.New("no connection")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := nativeConn(struct{}{}); err == nil {
		t.Error("something else passes for a connection")
	}
}

// TestSettings: what the promises rest on is in force.
func TestSettings(t *testing.T) {
	b := begin(t)
	for setting, want := range map[string]string{
		"checkpoint_threshold": "0 bytes", "auto_checkpoint_skip_wal_threshold": "0", "enable_external_access": "false",
		"autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
	} {
		var got string
		if err := b.view.QueryRowContext(t.Context(), "SELECT current_setting('"+setting+"')::VARCHAR").Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", setting, got, err, want)
		}
	}
	for _, stmt := range []string{
		"SELECT * FROM read_text('/etc/hostname')", "COPY (SELECT 1) TO '/tmp/x.csv'", "ATTACH '/tmp/x.duckdb'",
		"INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
	} {
		if _, err := b.view.ExecContext(t.Context(), stmt); err == nil {
			t.Errorf("X17: %s is allowed", stmt)
		}
	}
}

// FuzzQuote: SQL reads an identifier back as the bytes that it was given.
func FuzzQuote(f *testing.F) {
	for _, name := range []string{"a", `"`, `""`, `a"b`, "\\", "日本", "a\nb", `"; --`} {
		f.Add(name)
	}
	db, err := Open(f.Context(), filepath.Join(f.TempDir(), "x.duckdb"), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	view := db.(*Target).view
	f.Fuzz(func(t *testing.T, name string) {
		if checkName("column", name) != nil {
			t.Skip("refused")
		}
		var quoted string
		alloctest.Check(t, len(name), func() { quoted = quote(name) })
		rows, err := view.QueryContext(t.Context(), "SELECT 1 AS "+quoted)
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		defer rows.Close()
		if columns, err := rows.Columns(); err != nil || len(columns) != 1 || columns[0] != name {
			t.Errorf("%q is read as %q, %v", name, columns, err)
		}
	})
}

// TestGroupOfLargeRows: what is joined stays below what the offsets of Arrow's
// texts reach.
func TestGroupOfLargeRows(t *testing.T) {
	item, err := abstract.NewRows("t", []string{"s"}, []any{strings.Repeat("x", 100<<20)})
	if err != nil {
		t.Fatal(err)
	}
	defer item.Release()
	f := &feed{}
	for range 12 {
		f.parts = append(f.parts, part{item, 0})
	}
	if n := f.groupRows(); n != 10 {
		t.Errorf("%d rows of 100 MiB in a batch", n)
	}
}

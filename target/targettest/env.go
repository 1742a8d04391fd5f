package targettest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

const (
	pipeline = "pipe"
	bucket   = "s3://bucket"
	table    = "t"
)

// simple is the table of the tests that are not about columns.
var simple = abstract.Schema{{Name: "id", Type: abstract.Int64}, {Name: "name", Type: abstract.Text}}

// env is one test's database and what it loads into it.
type env struct {
	*testing.T
	h     Harness
	name  string
	alloc *memory.CheckedAllocator
	db    target.Target
	files int64

	mu      sync.Mutex
	batches []arrow.RecordBatch
}

// start opens a database of the test's own. When the test has ended, every
// batch that it made must have been released once.
func (h Harness) start(t *testing.T) *env {
	t.Helper()
	name := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, t.Name())
	e := &env{T: t, h: h, name: name, alloc: memory.NewCheckedAllocator(memory.NewGoAllocator())}
	t.Cleanup(func() {
		e.close()
		e.released()
	})
	e.open()
	return e
}

func (e *env) open() {
	e.Helper()
	db, err := e.h.Open(context.WithoutCancel(e.Context()), e.T, e.name)
	if err != nil {
		e.Fatalf("open: %v", err)
	}
	e.db = db
}

func (e *env) close() {
	e.Helper()
	if e.db == nil {
		return
	}
	if err := e.db.Close(); err != nil {
		e.Errorf("close: %v", err)
	}
	e.db = nil
}

func (e *env) reopen() {
	e.Helper()
	e.close()
	e.open()
}

func (e *env) must(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

func (e *env) exec(format string, args ...any) {
	e.Helper()
	e.h.Exec(e.T, e.db, fmt.Sprintf(format, args...))
}

// create makes the simple table.
func (e *env) create() {
	e.Helper()
	e.must(e.db.Create(e.Context(), table, target.Table{Schema: simple, FileID: !e.h.NoLedger}))
}

// session begins a session that is closed with the test.
func (e *env) session() target.Session {
	e.Helper()
	return e.sessionWith(target.SessionConfig{})
}

func (e *env) sessionWith(cfg target.SessionConfig) target.Session {
	e.Helper()
	s, err := e.db.Session(e.Context(), cfg)
	e.must(err)
	e.Cleanup(func() { e.must(s.Close()) })
	return s
}

// entry reads the ledger's entry of a file.
func (e *env) entry(f *file) ledger.Entry {
	e.Helper()
	entry, ok, err := e.db.Ledger().Get(e.Context(), f.id)
	e.must(err)
	if !ok {
		e.Fatalf("%s has no entry", f.object)
	}
	return entry
}

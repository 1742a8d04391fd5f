package targettest

import (
	"errors"
	"math"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/target"
)

// testRefused: rows that the table does not take.
func testRefused(t *testing.T, h Harness) {
	for name, tc := range map[string]struct {
		columns string
		good    [2]any
		bad     []any
	}{
		"T05 not null":          {"id BIGINT NOT NULL, name VARCHAR(20)", [2]any{int64(1), "x"}, []any{nil, "x"}},
		"T05 primary key":       {"id BIGINT PRIMARY KEY, name VARCHAR(20)", [2]any{int64(1), "x"}, []any{int64(1), "again"}},
		"T05 unique":            {"id BIGINT, name VARCHAR(20) UNIQUE", [2]any{int64(1), "x"}, []any{int64(2), "x"}},
		"T05 check":             {"id BIGINT CHECK (id > 0), name VARCHAR(20)", [2]any{int64(1), "x"}, []any{int64(0), "x"}},
		"T06 integer overflow":  {"id INTEGER, name VARCHAR(20)", [2]any{int64(1), "x"}, []any{int64(math.MaxInt32 + 1), "x"}},
		"T06 integer underflow": {"id INTEGER, name VARCHAR(20)", [2]any{int64(1), "x"}, []any{int64(math.MinInt32 - 1), "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := h.start(t)
			e.exec("CREATE TABLE %s (%s, %s BIGINT)", table, tc.columns, target.FileIDColumn)
			e.refused(tc.good[:], tc.bad)
		})
	}
	t.Run("T23 many", func(t *testing.T) {
		// The bad row comes after more than a target holds in memory.
		e := h.start(t)
		e.exec("CREATE TABLE %s (id BIGINT NOT NULL, name VARCHAR(100), %s BIGINT)", table, target.FileIDColumn)
		f := e.file("a")
		s := e.session()
		items := []abstract.ChangeItem{e.stretch(f, 0, 30_000), e.stretch(f, 30_000, 60_000), {
			Table: table, Batch: e.batch(simple, [][]any{{nil, "bad"}}),
			Origin: abstract.Origin{LedgerID: f.id, Object: f.object, Before: 60_000, After: 60_001, Rows: 1},
		}, e.stretch(f, 60_001, 60_002)}
		wantRefused(e, pushAndFlush(s, items...))
		e.want(loaded{f, 0, false})
		e.must(pushAndFlush(s, e.chunk(f, 10, true)))
		e.want(loaded{f, 10, true})
	})
}

// refused loads a good row, then a good file and a bad row by two sessions.
func (e *env) refused(good, bad []any) {
	e.Helper()
	item := func(f *file, before int64, row []any) abstract.ChangeItem {
		return abstract.ChangeItem{Table: table, Batch: e.batch(simple, [][]any{row}), Origin: abstract.Origin{
			LedgerID: f.id, Object: f.object, Before: before, After: before + 1, Rows: 1,
		}}
	}
	f, other := e.file("a"), e.file("b")
	s := e.session()
	e.must(pushAndFlush(s, item(f, 0, good)))
	wantRefused(e, pushAndFlush(s, item(f, 1, bad)))
	e.wantRows(table, simple, [][]any{good})
	if at := e.entry(f).Offset; at != 1 {
		e.Errorf("the file is at offset %d after its bad row, want 1", at)
	}

	// The session of another file is not to blame. Which of the two flushes
	// first must not matter.
	o := e.session()
	neighbour := []any{int64(1000), "neighbour"}
	e.must(o.Push([]abstract.ChangeItem{item(other, 0, neighbour)}))
	err := s.Push([]abstract.ChangeItem{item(f, 1, bad)})
	var errO error
	for try := 0; ; try++ {
		if errO = o.Flush(); errO == nil || try == 3 {
			break
		}
		if _, ok := errors.AsType[*target.RollbackError](errO); !ok || abstract.ClassOf(errO) != abstract.Transient {
			e.Errorf("the other file's session is told %v (%v)", errO, abstract.ClassOf(errO))
		}
		e.must(o.Push([]abstract.ChangeItem{item(other, 0, neighbour)}))
	}
	e.must(errO)
	for try := 0; ; try++ {
		if err == nil {
			err = s.Flush()
		}
		if err == nil || abstract.ClassOf(err) != abstract.Transient || try == 3 {
			break
		}
		err = s.Push([]abstract.ChangeItem{item(f, 1, bad)})
	}
	wantRefused(e, err)
	e.wantRows(table, simple, [][]any{good, neighbour})
}

func wantRefused(e *env, err error) {
	e.Helper()
	if _, ok := errors.AsType[*target.RollbackError](err); !ok || abstract.ClassOf(err) != abstract.FileOnly {
		e.Errorf("%v (%v), want a rollback that concerns the file only", err, abstract.ClassOf(err))
	}
}

//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// txn is an open transaction.
type txn struct {
	begun    time.Time
	rows     int64
	total    int64 // bytes of all items, inserted or not
	progress ledger.Batch
	sessions map[*session]*ledger.Batch // what each session has in it
	alone    bool                       // no other session may join
	full     bool                       // to be committed with the push that made it so
	whole    *whole                     // nil: may be committed at any time
	deleted  map[int64]bool             // the replaced files whose rows were deleted

	stream *stream // nil if none runs
	parts  []part  // not yet inserted, nor fed to it
	bytes  int64   // of parts
	fresh  int64   // rows of parts
}

// newTxn is a transaction that s begins.
func newTxn(s *session) *txn {
	return &txn{begun: time.Now(), sessions: map[*session]*ledger.Batch{}, alone: s.alone, deleted: map[int64]bool{}}
}

// admits tells whether s may have a part in the transaction. A session that
// was told of a rollback is by itself until its next flush: so it learns
// whether it was its own file that failed.
func (t *txn) admits(s *session) bool {
	others := len(t.sessions) > 1 || t.sessions[s] == nil
	return !others || !t.alone && !s.alone
}

// take adds an item, which it owns. If it fails the item is not in t, but
// what the session had in t before must be undone.
func (t *txn) take(s *session, item abstract.ChangeItem, size int64) error {
	if err := t.progress.Add(item.Origin); err != nil {
		item.Release()
		return err
	}
	if t.sessions[s] == nil {
		t.sessions[s] = &ledger.Batch{}
	}
	if err := t.sessions[s].Add(item.Origin); err != nil {
		item.Release()
		return err
	}
	t.parts = append(t.parts, part{item, 0})
	t.bytes += size
	t.fresh += item.NumRows()
	t.total += size
	t.rows += item.NumRows()
	return nil
}

// takeParts empties the buffer and hands over what was in it.
func (t *txn) takeParts() []part {
	parts := t.parts
	t.parts, t.bytes, t.fresh = nil, 0, 0
	return parts
}

// keep puts parts back, which it owns.
func (t *txn) keep(parts []part) {
	t.parts = append(t.parts, parts...)
	for _, p := range parts {
		t.bytes += p.Size()
		t.fresh += p.NumRows()
	}
}

// withdraw takes those of the parts, from that one on, that match.
func (t *txn) withdraw(from int, match func(part) bool) (matched []part) {
	rest := t.parts[:from]
	for _, p := range t.parts[from:] {
		if !match(p) {
			rest = append(rest, p)
			continue
		}
		matched = append(matched, p)
		t.bytes -= p.Size()
		t.fresh -= p.NumRows()
	}
	t.parts = rest
	return matched
}

// replaces tells whether a part's object replaces files whose rows are still
// there.
func (t *txn) replaces(p part) bool {
	return slices.ContainsFunc(p.Origin.Replaces, func(id int64) bool { return !t.deleted[id] })
}

// byTable sorts parts by their tables, in the order in which the tables come.
// Few rejected records among many rows so cost one INSERT, not one each.
func byTable(parts []part) (tables [][]part) {
	place := map[string]int{}
	for _, p := range parts {
		i, known := place[p.Table]
		if !known {
			i = len(tables)
			place[p.Table] = i
			tables = append(tables, nil)
		}
		tables[i] = append(tables[i], p)
	}
	return tables
}

// context is what the transaction's statements run under. If one session
// ends, the rows of another must not go with it.
func (t *txn) context(ctx context.Context) context.Context {
	if len(t.sessions) > 1 {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// causeFor is what s is told when the transaction is undone. A cause that
// concerns one file is told as such only to a session whose file it must be:
// to the one that is by itself, or to the one whose object the conflict
// names. For the others it is something that will pass.
func (t *txn) causeFor(s *session, cause error) error {
	batch := t.sessions[s]
	if len(t.sessions) == 1 && batch != nil {
		return cause
	}
	if conflict, ok := errors.AsType[*ledger.ConflictError](cause); ok && batch != nil && batch.Has(conflict.ID) {
		return cause
	}
	if errors.Is(cause, ledger.ErrConflict) || abstract.ClassOf(cause) == abstract.FileOnly || errors.Is(cause, errSessionClosed) {
		// Not %w: its mark and its identity belong to the other file.
		return abstract.WithClass(abstract.Transient, fmt.Errorf("another file in the transaction failed: %v", cause))
	}
	return cause
}

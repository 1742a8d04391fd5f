//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// An INSERT costs its end: when there is nothing more to read, each thread still
// has a row group to compress, and those that are done before the last are idle. So a
// large transaction has one INSERT, which begins as soon as there is work
// for all threads and is fed until the transaction ends.
//
// It must not be one whose rows are refused, as it does not keep them: see
// [streaming.result].

// streaming is an INSERT that is fed while it runs.
type streaming struct {
	table  string
	sink   *sink
	cancel context.CancelFunc
	done   chan struct{} // closed when err is set
	err    error
}

// stream begins an INSERT into a table. Until it has ended, the connection runs
// no other statement.
func (w *writer) stream(table string) *streaming {
	ctx, cancel := context.WithCancel(context.Background())
	s := &streaming{table: table, sink: w.tables[table], cancel: cancel, done: make(chan struct{})}
	s.sink.feed.begin(w.options.Buffer / 2)
	go func() {
		defer close(s.done)
		_, s.err = w.conn.ExecContext(ctx, s.sink.insert)
		s.sink.feed.end()
	}()
	return s
}

// result ends the INSERT with what it was fed, or with ctx.
func (s *streaming) result(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.cancel)()
	s.sink.feed.end()
	<-s.done
	s.cancel()
	s.sink.feed.unload()
	err := classifyRows(s.err)
	if err == nil {
		return nil
	}
	if abstract.ClassOf(err) == abstract.FileOnly {
		// Not %w: it is loaded again, in a way in which the row is found.
		err = abstract.WithClass(abstract.Transient, errors.New(err.Error()+" (the row is looked for with the next attempt)"))
	}
	return fmt.Errorf("insert into table %q: %w", s.table, err)
}

// pump feeds what is buffered to the transaction's INSERT, which it begins if
// there is work for all threads.
func (w *writer) pump(ctx context.Context, s *session) error {
	t := w.txn
	if t.stream == nil {
		if s.alone || t.fresh < int64(w.options.Threads)*rowGroup {
			return nil
		}
		if err := w.deleteReplaced(t.context(ctx), t.parts); err != nil {
			return classifyRows(err)
		}
		t.stream = w.stream(t.parts[0].Table)
	}
	parts := t.takeParts()
	other := slices.IndexFunc(parts, func(p part) bool { return p.Table != t.stream.table || w.replaces(p) })
	if other < 0 {
		other = len(parts)
	}
	t.keep(slices.Clone(parts[other:]))
	return t.stream.sink.feed.add(t.context(ctx), parts[:other])
}

// endStream ends the transaction's INSERT, if it has one that is fed.
func (w *writer) endStream(ctx context.Context) error {
	if w.txn == nil || w.txn.stream == nil {
		return nil
	}
	s := w.txn.stream
	w.txn.stream = nil
	return s.result(w.txn.context(ctx))
}

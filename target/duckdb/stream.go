//go:build cgo

package duckdb

import (
	"context"
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// The end of an INSERT costs most: each thread still has a row group to
// compress, and those that are done before the last one are idle. So a large
// transaction has one INSERT, which begins when there is work for all threads,
// and is fed while it runs, until the transaction ends or something else is to
// be done in it. It keeps nothing of what it has read, so a row that is refused
// is only found when the session comes again: alone, and then no INSERT of its
// rows is fed (see locate).

// stream is an INSERT that is fed while it runs. Until its result was taken, the
// connection can do nothing else.
type stream struct {
	table  string
	feed   *feed
	cancel context.CancelFunc
	done   chan struct{} // closed when err is set
	err    error
}

// startStream begins an INSERT into a table.
func (w *writer) startStream(table string) *stream {
	ctx, cancel := context.WithCancel(context.Background())
	sink := w.tables[table]
	s := &stream{table: table, feed: sink.feed, cancel: cancel, done: make(chan struct{})}
	s.feed.begin(w.options.Buffer / 2)
	go func() {
		defer close(s.done)
		_, s.err = w.conn.ExecContext(ctx, sink.insert)
		s.feed.end()
	}()
	return s
}

// result ends the INSERT with what it was fed, or with ctx.
func (s *stream) result(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.cancel)()
	s.feed.end()
	<-s.done
	s.cancel()
	s.feed.unload()
	err := classifyRows(s.err)
	if abstract.ClassOf(err) == abstract.FileOnly {
		// Not %w: its class belongs to a row that is still to be found.
		err = abstract.WithClass(abstract.Transient, fmt.Errorf("%v (which row, the next attempt shows)", err))
	}
	if err != nil {
		return fmt.Errorf("insert into table %q: %w", s.table, err)
	}
	return nil
}

// pump feeds what s has just added to the transaction's INSERT. It begins one
// if there is work for all threads.
func (w *writer) pump(ctx context.Context, s *session) error {
	t := w.txn
	from := len(t.parts) - 1
	if t.stream == nil {
		if s.alone || t.fresh < int64(w.options.Threads)*rowGroup {
			return nil
		}
		if err := w.deleteReplaced(t.context(ctx), t.parts); err != nil {
			return classifyRows(err)
		}
		t.stream, from = w.startStream(t.parts[from].Table), 0
	}
	// Others wait: the rows of another table, and those that replace some
	// that are to be deleted first.
	parts := t.withdraw(from, func(p part) bool { return p.Table == t.stream.table && !t.replaces(p) })
	open, err := t.stream.feed.add(t.context(ctx), parts)
	if err == nil && !open { // the INSERT has failed
		err = w.endStream(ctx)
	}
	return err
}

// endStream ends the transaction's INSERT, if it has one that is fed.
func (w *writer) endStream(ctx context.Context) error {
	t := w.txn
	if t == nil || t.stream == nil {
		return nil
	}
	s := t.stream
	t.stream = nil
	return s.result(t.context(ctx))
}

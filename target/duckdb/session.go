//go:build cgo

package duckdb

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// session is one user of the shared writer.
type session struct {
	ctx       context.Context
	writer    *writer
	committed func([]ledger.Progress)

	// The writer's mutex guards what is below.
	failed error // what the session has not been told of yet
	alone  bool  // its transactions are its own until it has flushed
	blamed bool  // and even then, until a file of it ends: a row of its own was refused
	closed bool
}

var _ target.Session = (*session)(nil)

// Session implements [target.Target].
func (t *Target) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	return &session{ctx: ctx, writer: t.writer, committed: cfg.Committed}, nil
}

// Push implements [target.Session].
func (s *session) Push(items []abstract.ChangeItem) error {
	if err := s.ctx.Err(); err != nil {
		abstract.ReleaseAll(items)
		return err
	}
	return s.writer.push(s.ctx, s, items)
}

// Flush implements [target.Session]. It commits for all sessions. What the
// session has of an object that replaces others, but not to its end, is alone
// in its transaction, and is undone.
func (s *session) Flush() error {
	w := s.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := s.usable(); err != nil {
		return err
	}
	if t := w.txn; t != nil && t.whole != nil && t.whole.session == s {
		w.drop(func(*session) error { return nil })
	} else if t != nil && t.sessions[s] != nil {
		w.commit(s.ctx)
		if err := s.takeError(); err != nil {
			return err
		}
	}
	// What is not in the open transaction was committed with an earlier one.
	s.alone = s.blamed
	return nil
}

// Close implements [target.Session]. A transaction that other sessions have a
// part in is undone with the session's own part; they are told.
func (s *session) Close() error {
	w := s.writer
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.txn; t != nil && t.sessions[s] != nil {
		w.abort(errSessionClosed)
	}
	s.closed = true
	s.failed = nil
	return nil
}

// usable returns why the session cannot go on: it was closed, or there is
// something that it has not been told of yet.
func (s *session) usable() error {
	switch {
	case s.closed:
		return errSessionClosed
	case s.failed != nil:
		return s.takeError()
	case s.writer.closed:
		return errTargetClosed
	}
	return nil
}

// takeError returns what the session has not been told of yet, once.
func (s *session) takeError() error {
	err := s.failed
	s.failed = nil
	return err
}

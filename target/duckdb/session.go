//go:build cgo

package duckdb

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// session is one user of the shared writer. Its fields are guarded by the
// writer's mutex.
type session struct {
	ctx       context.Context
	writer    *writer
	committed func([]ledger.Progress)
	failed    error // a rollback that the session has not been told of
}

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

// Flush implements [target.Session]. It commits for all sessions.
func (s *session) Flush() error {
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	if err := s.takeError(); err != nil {
		return err
	}
	if t := s.writer.txn; t == nil || t.sessions[s] == nil {
		return nil // nothing of ours is open
	}
	err := s.writer.commit(s.ctx)
	s.failed = nil
	return err
}

// Close implements [target.Session]. A transaction that other sessions have a
// part in is undone with the session's own part; they are told.
func (s *session) Close() error {
	s.writer.mu.Lock()
	defer s.writer.mu.Unlock()
	if t := s.writer.txn; t != nil && t.sessions[s] != nil {
		_ = s.writer.abort(context.Canceled)
	}
	s.failed = nil
	return nil
}

// takeError returns the rollback that the session has not been told of.
func (s *session) takeError() error {
	err := s.failed
	s.failed = nil
	return err
}

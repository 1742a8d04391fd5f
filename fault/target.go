package fault

import (
	"context"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// Target decorates a target with its sessions and its ledger. A session whose
// push fails is undone, as the contract of [target.Session] says. A flush that
// fails after it took effect answers an error of which it cannot be told
// whether the commit took effect.
func Target(t target.Target, inj *Injector) target.Target {
	store := t.Ledger()
	if store != nil {
		store = store.Through(func(db ledger.DB) ledger.DB { return DB(db, inj) })
	}
	return &decorated{Target: t, inj: inj, ledger: store}
}

// decorated is a target. What it does not override, it passes on.
type decorated struct {
	target.Target
	inj    *Injector
	ledger *ledger.Store
}

func (t *decorated) Ledger() *ledger.Store { return t.ledger }

func (t *decorated) Describe(ctx context.Context, table string) (*target.Table, error) {
	before, after := t.inj.enter(ctx, OpDescribe)
	if before != nil {
		return nil, before
	}
	described, err := t.Target.Describe(ctx, table)
	if err == nil {
		err = after
	}
	return described, err
}

func (t *decorated) Create(ctx context.Context, table string, schema target.Table) error {
	return t.inj.around(ctx, OpCreate, func() error { return t.Target.Create(ctx, table, schema) })
}

func (t *decorated) AddColumns(ctx context.Context, table string, columns abstract.Schema) error {
	return t.inj.around(ctx, OpAdd, func() error { return t.Target.AddColumns(ctx, table, columns) })
}

func (t *decorated) WidenColumns(ctx context.Context, table string, columns []target.Widening) error {
	return t.inj.around(ctx, OpWiden, func() error { return t.Target.WidenColumns(ctx, table, columns) })
}

func (t *decorated) Verify(ctx context.Context, pipeline, table string) error {
	return t.inj.around(ctx, OpVerify, func() error { return t.Target.Verify(ctx, pipeline, table) })
}

func (t *decorated) Forget(ctx context.Context, table string, entries ...ledger.Entry) (rows int64, err error) {
	err = t.inj.around(ctx, OpForget, func() error {
		rows, err = t.Target.Forget(ctx, table, entries...)
		return err
	})
	return rows, err
}

func (t *decorated) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	before, after := t.inj.enter(ctx, OpSession)
	if before != nil {
		return nil, before
	}
	inner, err := t.Target.Session(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if after != nil {
		_ = inner.Close() // the caller is to know of the fault alone
		return nil, after
	}
	return &session{Session: inner, owner: t, ctx: ctx, cfg: cfg}, nil
}

// session is a session. Close is passed on even once the process is dead: it
// undoes what is not committed, as the database does when a process dies.
type session struct {
	target.Session
	owner *decorated
	ctx   context.Context
	cfg   target.SessionConfig
}

func (s *session) Push(items []abstract.ChangeItem) error {
	before, after := s.owner.inj.enter(s.ctx, OpPush)
	if before != nil {
		abstract.ReleaseAll(items)
		return s.undo(before)
	}
	if err := s.Session.Push(items); err != nil {
		return err
	}
	if after != nil {
		return s.undo(after)
	}
	return nil
}

func (s *session) Flush() error {
	before, after := s.owner.inj.enter(s.ctx, OpFlush)
	if before != nil {
		return s.undo(before)
	}
	if err := s.Session.Flush(); err != nil {
		return err
	}
	return after
}

// undo rolls the session's transaction back, as a failed push does. The dead
// undo nothing.
func (s *session) undo(cause error) error {
	if abstract.ClassOf(cause) != abstract.Transient {
		return cause
	}
	if err := s.Session.Close(); err != nil {
		return err
	}
	inner, err := s.owner.Target.Session(s.ctx, s.cfg)
	if err != nil {
		return err
	}
	s.Session = inner
	return &target.RollbackError{Cause: cause}
}

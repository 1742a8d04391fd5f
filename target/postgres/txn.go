package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// txn is a transaction on a lane. The session fills it, and hands it over when
// it is full; a goroutine runs its statements, from the first row to COMMIT,
// and is the only one to use the connection meanwhile.
type txn struct {
	ctx       context.Context // the session's
	target    *Target
	committed func([]ledger.Progress)
	lane      *lane
	begun     time.Time

	// Of the session until the transaction is handed over, which closing work
	// does, then of the goroutine.
	locked      map[string]bool // the tables that were locked and described in it
	serial      bool            // no other transaction of the session is open with it: see table.serial and replace
	progress    ledger.Batch
	rows, bytes int64
	whole       whole
	buffer      *buffer // being filled, nil if there is nothing in it
	aside       *buffer // of another table, to be filled again, nil if there is none

	before *txn // which must be committed first; of the goroutine, nil once it is

	work  chan task     // has room for all of the lane's buffers, so that sending never waits
	held  task          // of the goroutine: taken from work, but not done yet
	stop  chan struct{} // closed to give the transaction up for that cause
	cause error
	done  chan struct{} // closed when the goroutine ends
	err   error         // why nothing was committed; to be read once done is closed
}

// task is something to be done on the connection: rows to be stored, or
// something to be run when those before it are.
type task struct {
	buffer *buffer
	run    *statement
}

// statement is run on the connection, and the session waits for its answer.
type statement struct {
	run    func(*pgx.Conn) error
	answer chan error // has room for one
}

// start begins to run a transaction that is open on the lane. before is the
// one that must commit before it, nil if there is none.
func (s *session) start(l *lane, before *txn) *txn {
	t := &txn{
		ctx: s.ctx, target: s.target, committed: s.committed, lane: l, before: before, begun: time.Now(), locked: map[string]bool{},
		work: make(chan task, cap(l.free)+1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go func() {
		defer close(t.done)
		if err := t.carry(); err != nil {
			t.err = t.undo(err)
		}
	}()
	return t
}

// do runs something on the connection when all rows sent before are stored,
// and waits for it.
func (t *txn) do(run func(*pgx.Conn) error) error {
	s := &statement{run, make(chan error, 1)}
	t.send()
	t.work <- task{run: s}
	select {
	case err := <-s.answer:
		return err
	case <-t.done:
		return t.err
	}
}

// giveUp undoes the transaction unless it is being committed, for that cause,
// which must not be nil.
func (t *txn) giveUp(cause error) {
	t.cause = cause
	close(t.stop)
}

// carry does what the session wants done, up to the commit.
func (t *txn) carry() error {
	for {
		next, more, err := t.next()
		switch {
		case err != nil:
			return err
		case !more:
			return t.commit()
		case next.run != nil:
			next.run.answer <- next.run.run(t.lane.conn)
		default:
			if err := t.store(next.buffer); err != nil {
				return err
			}
		}
	}
}

// next waits for something to do. There is no more when everything is done of
// a transaction that was handed over.
func (t *txn) next() (next task, more bool, err error) {
	next, t.held = t.held, task{}
	if next.buffer != nil || next.run != nil {
		return next, true, nil
	}
	return t.wait(t.work)
}

// wait waits for something to do or, if work is nil, until the transaction
// before has committed. It fails if that does not, and when the session gives
// the transaction up.
//
// While it waits for the transaction before, the server hears of it now and
// then, which otherwise would end it: see timeouts.idle. How long that one may
// take is bounded itself.
func (t *txn) wait(work <-chan task) (next task, more bool, err error) {
	for t.before != nil || work != nil {
		var earlier <-chan struct{}
		var quiet <-chan time.Time
		if t.before != nil {
			earlier, quiet = t.before.done, time.After(t.target.timeouts.idle/3)
		}
		select { // before what there is to do
		case <-t.stop:
			return next, false, t.cause
		default:
		}
		select {
		case <-t.stop:
			return next, false, t.cause
		case <-t.ctx.Done():
			return next, false, t.ctx.Err()
		case <-earlier:
			if err := t.before.err; err != nil {
				return next, false, fmt.Errorf("the transaction before it was not committed: %w", err)
			}
			t.before = nil
		case next, more = <-work:
			return next, more, nil
		case <-quiet:
			if err := t.target.batch(t.ctx, t.lane.conn, "SELECT 1"); err != nil {
				return next, false, fmt.Errorf("wait for the transaction before: %w", err)
			}
		}
	}
	return next, false, nil
}

// store stores the rows of a buffer, and of those that wait behind it, by one
// COPY: there is a price to each.
func (t *txn) store(first *buffer) error {
	list := []*buffer{first}
	for more := true; more; {
		select {
		case next := <-t.work: // empty if it is closed
			if more = next.buffer != nil && next.buffer.sink == first.sink; more {
				list = append(list, next.buffer)
			} else {
				t.held = next
			}
		default:
			more = false
		}
	}
	err := t.target.copy(t.ctx, t.lane.conn, list)
	for _, b := range list {
		if err != nil {
			// When the connection breaks, pgx 5.12 returns from CopyFrom while
			// its goroutine may still read the buffer: that one is left alone.
			b = &buffer{}
		}
		t.release(b)
	}
	return err
}

// undo rolls the transaction back, unless it has ended already, and returns
// what the session is told.
func (t *txn) undo(cause error) error {
	l := t.lane
	switch {
	case l.conn == nil: // see resolve
		return cause
	case abstract.ClassOf(cause) == abstract.Transient:
		// Another server may be the one to go on with.
		t.target.discard(l.conn)
		l.conn = nil
	default:
		l.conn = t.target.rollback(l.conn)
	}
	return &target.RollbackError{Cause: cause}
}

// settle waits until the transaction has ended, gives its lane back, and
// returns why it was not committed. It must have been handed over or given up.
func (t *txn) settle() error {
	<-t.done
	if t.buffer != nil {
		t.release(t.buffer)
	}
	if t.aside != nil {
		t.release(t.aside)
	}
	if t.held.buffer != nil {
		t.release(t.held.buffer)
	}
	for more := true; more; {
		var left task
		select {
		case left, more = <-t.work:
			if left.buffer != nil {
				t.release(left.buffer)
			}
		default:
			more = false
		}
	}
	t.lane.home <- t.lane
	return t.err
}

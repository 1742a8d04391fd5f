package stdout

import (
	"context"
	"errors"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// writeAt is how many bytes a session gathers before it writes them.
const writeAt = 64 << 10

var errClosed = errors.New("the session is closed")

// session gathers lines and writes them many at a time.
type session struct {
	ctx       context.Context
	out       *printer
	committed func([]ledger.Progress)
	lines     []byte            // whole lines, not yet written
	encoder   *encoder          // for batches of the schema that was last seen
	progress  []ledger.Progress // not yet reported, one per object
	index     map[abstract.ObjectID]int
	closed    bool
}

// usable returns why the session cannot go on.
func (s *session) usable() error {
	if s.closed {
		return errClosed
	}
	return s.ctx.Err()
}

// Push implements [target.Session].
func (s *session) Push(items []abstract.ChangeItem) error {
	defer abstract.ReleaseAll(items)
	if err := s.usable(); err != nil {
		return err
	}
	for _, item := range items {
		if err := s.print(item); err != nil {
			return err
		}
		s.note(item.Origin)
	}
	return nil
}

// print encodes an item's rows and writes what has gathered.
func (s *session) print(item abstract.ChangeItem) error {
	if item.NumRows() == 0 {
		return nil
	}
	if s.encoder == nil || !s.encoder.fits(item.Batch.Schema()) {
		encoder, err := newEncoder(item.Batch.Schema())
		if err != nil {
			return err
		}
		s.encoder = encoder
	}
	s.encoder.load(item.Batch)
	defer s.encoder.unload()
	for row := range int(item.NumRows()) {
		s.lines = s.encoder.appendRow(s.lines, row)
		if len(s.lines) >= writeAt {
			if err := s.write(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *session) write() error {
	err := s.out.write(s.lines)
	s.lines = s.lines[:0]
	return err
}

// note keeps what is to be reported of an item. Without a ledger, objects are
// told apart by their names.
func (s *session) note(o abstract.Origin) {
	n, ok := s.index[o.Object]
	if !ok {
		n = len(s.progress)
		s.index[o.Object] = n
		s.progress = append(s.progress, ledger.Progress{ID: o.LedgerID, Object: o.Object, Before: o.Before})
	}
	p := &s.progress[n]
	p.After, p.Done = o.After, o.Last
	p.Rows, p.Rejected, p.Bytes = p.Rows+o.Rows, p.Rejected+o.Rejected, p.Bytes+o.Bytes
	if p.Reason == "" {
		p.Reason = o.Reason
	}
	if p.Opening == nil {
		p.Opening = o.Opening
	}
}

// Flush implements [target.Session]. What it wrote is as durable as the
// writer makes it.
func (s *session) Flush() error {
	if err := s.usable(); err != nil {
		return err
	}
	if err := s.write(); err != nil {
		return err
	}
	if s.committed != nil && len(s.progress) > 0 {
		s.committed(s.progress)
	}
	s.progress = nil
	clear(s.index)
	return nil
}

// Close implements [target.Session]. Lines that were not written yet are
// dropped; those that were cannot be taken back.
func (s *session) Close() error {
	s.closed = true
	s.lines, s.progress, s.index, s.encoder = nil, nil, nil, nil
	return nil
}

package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/target"
)

const (
	// maxRefused is how many records of a file are isolated in one run. Each
	// costs a transaction that is undone; a file of which the table refuses more
	// is not one with some bad records, but one that does not fit the table.
	maxRefused = 1000
	// maxTogether is how many refused records one chunk may have before it is
	// cut behind them, so that what was found out is committed.
	maxTogether = 50
	// narrowing is how many times smaller the chunks get, where the target does
	// not tell which row it refused.
	narrowing = 16
)

// errThrough ends a pass that is through with the stretch it was made for.
var errThrough = errors.New("the stretch is through")

// isolation finds the records of a file that the target refuses although they
// are rows: values that a column cannot hold, constraints. The file is driven
// again from the ledger with a commit after each chunk. A record that the
// target names ([target.RefusedRow]) is read as a rejected one from then on.
// Where it names none, the chunk is read again in smaller ones, until it is a
// single record. Whatever was committed on the way stays, so that no more than
// a chunk is read more often than once for each record that is refused.
type isolation struct {
	found int // records, so far

	// Of the pass to come.
	rows    int             // the most records of a chunk, 0 for as many as fit
	until   int64           // with rows: the offset at which the pass may end
	stride  int             // the chunks of a commit; 0 for the first pass of all
	refused reader.Refusals // the records to be rejected

	// Since the last commit that the worker has asked for.
	chunks   int
	from, to int64 // offsets
	records  int64
	loaded   int64   // of the records, those that are rows
	starts   []int64 // of the rows of the last chunk
}

// begin makes a request that of the next pass.
func (s *isolation) begin(request *reader.Request) {
	s.committed()
	s.refused = slices.DeleteFunc(s.refused, func(r reader.Refusal) bool { return r.To <= request.Offset })
	request.BatchRows, request.Refused, request.Locate = s.rows, s.refused, true
}

// committed forgets what was not committed yet.
func (s *isolation) committed() { s.chunks, s.records, s.loaded, s.starts = 0, 0, 0, nil }

// pushing notes a chunk that the session is about to get.
func (s *isolation) pushing(chunk pusher.Chunk) {
	if s.chunks == 0 {
		s.from = chunk.Items[0].Origin.Before
	}
	s.chunks++
	s.starts = chunk.Starts
	for _, item := range chunk.Items {
		s.to = item.Origin.After
		s.records += item.Origin.Rows + item.Origin.Rejected
		s.loaded += item.Origin.Rows
	}
}

// pushed follows a chunk that the session has taken. It commits if it is time
// to.
func (s *isolation) pushed(ctx context.Context, w *worker, last bool) error {
	if s.chunks < s.stride {
		return nil
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	s.committed()
	if s.rows == 0 {
		s.stride *= 2 // what comes now may be good to the end
	} else if s.to >= s.until && !last {
		return errThrough
	}
	return nil
}

// next makes the next pass ready, after one that ended with err. It returns
// why there is none: err, or what else the file fails by.
func (s *isolation) next(err error) error {
	switch {
	case errors.Is(err, errThrough):
		s.rows, s.stride = 0, 1
	case s.stride == 0 || s.chunks > 1:
		s.rows, s.stride = 0, 1 // a commit of several chunks: one at a time
	case s.loaded == 0:
		return err // no row is to blame
	default:
		return s.narrow(err)
	}
	return nil
}

// narrow follows a chunk by itself that was refused.
func (s *isolation) narrow(err error) error {
	s.stride = 1
	if at, ok := s.named(err); ok {
		s.rows = 0
		if s.together() >= maxTogether {
			row, _ := errors.AsType[*target.RefusedRow](err)
			s.rows, s.until = int(row.Row)+1+s.together(), at+1
		}
		return s.refuse(reader.Refusal{From: at, To: at + 1}, err)
	}
	if s.records == 1 {
		s.rows = 0
		return s.refuse(reader.Refusal{From: s.from, To: s.to}, err)
	}
	s.rows, s.until = max(int(s.records)/narrowing, 1), s.to
	return nil
}

// named is where the record begins that the target says it has refused. ok is
// false if it names none, or one that was not pushed.
func (s *isolation) named(err error) (offset int64, ok bool) {
	row, ok := errors.AsType[*target.RefusedRow](err)
	if !ok || row.Origin.Before != s.from || row.Row < 0 || row.Row >= int64(len(s.starts)) || row.Origin.Rows == 0 {
		return 0, false
	}
	return s.starts[row.Row], true
}

// together is how many of the refused records are in the chunk.
func (s *isolation) together() (n int) {
	for _, r := range s.refused {
		if r.From >= s.from {
			n++
		}
	}
	return n
}

// refuse adds a record to those that are rejected.
func (s *isolation) refuse(r reader.Refusal, err error) error {
	if s.found++; s.found > maxRefused {
		return abstract.WithClass(abstract.FileOnly, fmt.Errorf(
			"the table refused more than %d records of the file in one go; does the file fit the table? %w", maxRefused, err))
	}
	r.Reason = "the table refuses it: " + refusal(err).Error()
	s.refused = append(s.refused, r)
	return nil
}

// refusal is what the target said of a row, without the place, which is told
// beside it.
func refusal(err error) error {
	if row, ok := errors.AsType[*target.RefusedRow](err); ok {
		return row.Err
	}
	if rollback, ok := errors.AsType[*target.RollbackError](err); ok {
		return rollback.Cause
	}
	return err
}

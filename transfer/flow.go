package transfer

import (
	"sync/atomic"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Flow is how [Loader.Follow] gets on. It may be asked for at any time.
type Flow struct {
	// InFlight is how many bytes are between the readers and their commit, of
	// at most InFlightLimit.
	InFlight, InFlightLimit int64
	// Throttled is how long readers have waited for room, all together.
	Throttled time.Duration
	// Pending counts the files that are known and not settled, Waiting those
	// of them that are to be tried again later, and Active those that are
	// being read or are on their way.
	Pending, Waiting, Active int64
	// Oldest is for how long the oldest pending file has been known, 0 if
	// there is none.
	Oldest time.Duration
	// Idle is how long ago anything moved: a chunk, a commit, a file's end.
	Idle time.Duration
	// Ready tells that the table is known and the target takes rows.
	Ready bool
	// Commits counts commits, Failures failed attempts by the error's class.
	Commits  int64
	Failures map[abstract.Class]int64
}

// flowStats counts for [Flow].
type flowStats struct {
	throttled, waiting, active, commits atomic.Int64
	reads                               atomic.Int64 // files read to their end
	last                                atomic.Int64 // when anything moved, in Unix nanoseconds
}

func (s *flowStats) moved() { s.last.Store(time.Now().UnixNano()) }

// pushed counts a push that took so long.
func (s *flowStats) pushed(took time.Duration) {
	s.throttled.Add(int64(took))
	s.moved()
}

// committedSome notes a commit: the target is well.
func (f *follow) committedSome() {
	f.flow.commits.Add(1)
	f.flow.moved()
	f.gate.passed()
}

// Flow tells how following gets on; it is zero before it begins.
func (l *Loader) Flow() Flow {
	f := l.load.following.Load()
	if f == nil {
		return Flow{}
	}
	return f.snapshot()
}

func (f *follow) snapshot() Flow {
	now := time.Now()
	flow := Flow{
		InFlightLimit: f.limit,
		Throttled:     time.Duration(f.flow.throttled.Load()),
		Pending:       int64(f.flying.len()),
		Waiting:       f.flow.waiting.Load(),
		Active:        f.flow.active.Load(),
		Idle:          now.Sub(time.Unix(0, f.flow.last.Load())),
		Ready:         f.gate.open(),
		Commits:       f.flow.commits.Load(),
		Failures:      map[abstract.Class]int64{},
	}
	for _, p := range f.pipes {
		_, bytes := p.pusher.InFlight()
		flow.InFlight += bytes
	}
	if since := f.flying.oldest(); !since.IsZero() {
		flow.Oldest = now.Sub(since)
	}
	for class := range f.stats.failures {
		flow.Failures[abstract.Class(class)] = f.stats.failures[class].Load()
	}
	return flow
}

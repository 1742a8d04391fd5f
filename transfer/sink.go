package transfer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// sink puts a session behind a queue. One goroutine owns the session; it
// pushes what comes and decides when to flush, and a chunk is answered when it
// is known to be durable: by the flush after it, or by a commit that the
// session made of its own accord.
//
// Commits are shared: one that is due takes with it all that came before, and
// while it lasts more comes. So commits are small where little comes, and
// grow with the load.
type sink struct {
	pipe    *pipe
	session target.Session
	cfg     FollowConfig
	most    int64       // bytes of room
	full    func() bool // the pipe has so much in it that readers may wait
	in      chan *delivery
	room    *semaphore.Weighted // for bytes that the session has not taken yet
	ended   sync.WaitGroup

	// Of the goroutine.
	held     map[*flight]bool // those with a part in what was not flushed yet
	bytes    int64            // of it, as are rows and since
	rows     int64
	chunks   int
	since    time.Time
	lastTook time.Duration // of the last flush

	mu      sync.Mutex
	waiting map[abstract.ObjectID][]*delivery // pushed and unanswered, in order
}

// delivery is a chunk in the sink.
type delivery struct {
	items  []abstract.ChangeItem
	flight *flight
	object abstract.ObjectID
	after  int64 // the offset after it
	last   bool
	size   int64      // its part of the sink's room
	answer chan error // with room for one
}

const (
	// sinkRoom is how many chunks wait for the session: those that come in
	// during a commit are the next one.
	sinkRoom = 1024
	// flushChunks flushes at the latest when so many chunks are unanswered:
	// the queue takes no more before.
	flushChunks = 1000
)

// newSink returns a sink that holds that many bytes which its session has not
// taken.
func newSink(p *pipe, cfg FollowConfig, room int64) *sink {
	return &sink{
		pipe: p, cfg: cfg, in: make(chan *delivery, sinkRoom), room: semaphore.NewWeighted(room), most: room,
		held: map[*flight]bool{}, waiting: map[abstract.ObjectID][]*delivery{},
	}
}

func (s *sink) start() { s.ended.Go(s.run) }

// AsyncPush implements [abstract.AsyncSink].
func (s *sink) AsyncPush(items []abstract.ChangeItem) <-chan error {
	origin := items[0].Origin
	d := &delivery{
		items: items, object: origin.Object, flight: s.pipe.flight(origin.Object.String()), answer: make(chan error, 1),
	}
	for _, item := range items {
		d.size += item.Size()
		d.after = max(d.after, item.Origin.After)
		d.last = d.last || item.Origin.Last
	}
	d.size = min(d.size, s.most)                     // a larger one is let in alone
	_ = s.room.Acquire(context.Background(), d.size) // the goroutine makes room until Close
	s.in <- d
	return d.answer
}

// Close implements [abstract.AsyncSink].
func (s *sink) Close() error {
	close(s.in)
	s.ended.Wait()
	return s.session.Close()
}

func (s *sink) run() {
	for {
		d, open := s.next()
		switch {
		case d != nil:
			s.push(d)
		case !open: // everything was answered
			return
		default:
			s.flush()
		}
	}
}

// next waits for a chunk. It returns none when it is time to flush.
func (s *sink) next() (d *delivery, open bool) {
	if len(s.held) == 0 {
		d, open = <-s.in
		return d, open
	}
	if s.due() {
		return nil, true
	}
	select {
	case d, open = <-s.in:
		return d, open
	default:
	}
	if s.full() {
		return nil, true
	}
	idle := time.NewTimer(s.linger())
	defer idle.Stop()
	select {
	case d, open = <-s.in:
		return d, open
	case <-idle.C:
		return nil, true
	}
}

// due tells whether what is not flushed is large or old enough. Old is
// relative: where commits are quick there may be many, so that a steady stream
// of small files spends a fifth of its time on them at most.
func (s *sink) due() bool {
	return s.bytes >= s.cfg.CommitBytes || s.rows >= s.cfg.CommitRows || s.chunks >= flushChunks ||
		time.Since(s.since) >= min(max(4*s.lastTook, 50*time.Millisecond), s.cfg.CommitAfter)
}

// linger is how long to wait for more when nothing comes: as long as a commit
// takes, so that waiting costs no more than it can save.
func (s *sink) linger() time.Duration {
	return min(max(s.lastTook, time.Millisecond), 50*time.Millisecond)
}

// push hands a chunk to the session, unless its attempt has failed meanwhile:
// it would not begin where the ledger stands, and undo what others push.
func (s *sink) push(d *delivery) {
	if cause := d.flight.failed(); cause != nil {
		abstract.ReleaseAll(d.items)
		s.room.Release(d.size)
		d.answer <- abstract.WithClass(abstract.FileOnly, cause)
		return
	}
	if s.mustPart(d.flight) {
		s.flush()
	}
	if len(s.held) == 0 {
		s.since = time.Now()
	}
	s.held[d.flight] = true
	s.chunks++
	for _, item := range d.items {
		s.bytes += item.Origin.Bytes
		s.rows += item.Origin.Rows
	}
	s.mu.Lock()
	s.waiting[d.object] = append(s.waiting[d.object], d)
	s.mu.Unlock()
	items := d.items
	d.items = nil
	err := s.session.Push(items)
	s.room.Release(d.size)
	if err != nil {
		s.lose(err)
	}
}

// mustPart tells whether a flight may not share a transaction with what the
// session holds.
func (s *sink) mustPart(fl *flight) bool {
	for other := range s.held {
		if other != fl && (other.solo || fl.solo) {
			return true
		}
	}
	return false
}

// flush makes durable what was pushed, and answers it.
func (s *sink) flush() {
	begun := time.Now()
	if err := s.session.Flush(); err != nil {
		s.lose(err)
		return
	}
	s.lastTook = time.Since(begun)
	for _, d := range s.take() {
		d.answer <- nil
	}
	s.forget()
}

// lose ends the attempts that had chunks in what was undone. If the target is
// in trouble it ends all: each is to begin anew, once the target is back.
func (s *sink) lose(err error) {
	failure := &pushFailure{err: err, sole: len(s.held) == 1}
	list := s.take()
	if abstract.ClassOf(err) == abstract.Transient {
		s.pipe.follow.gate.failed()
		s.pipe.failAll(failure)
	}
	s.pipe.follow.cfg.Logger.Warn("transaction rolled back", "files", len(s.held), "chunks", len(list), "cause", err)
	for _, d := range list {
		d.flight.fail(failure)
	}
	for _, d := range list {
		d.answer <- abstract.WithClass(abstract.FileOnly, failure)
	}
	s.forget()
}

// forget starts anew after a flush or its failure.
func (s *sink) forget() {
	clear(s.held)
	s.bytes, s.rows, s.chunks = 0, 0, 0
}

// take returns all that is unanswered.
func (s *sink) take() (list []*delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for object, queue := range s.waiting {
		list = append(list, queue...)
		delete(s.waiting, object)
	}
	return list
}

// committed answers the chunks that a commit of the session made durable. It
// may be called from any goroutine.
func (s *sink) committed(list []ledger.Progress) {
	s.pipe.follow.committed(list)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range list {
		queue := s.waiting[p.Object]
		for len(queue) > 0 && queue[0].after <= p.After && (p.Done || !queue[0].last) {
			queue[0].answer <- nil
			queue = queue[1:]
		}
		if len(queue) == 0 {
			delete(s.waiting, p.Object)
		} else {
			s.waiting[p.Object] = queue
		}
	}
	s.pipe.follow.committedSome()
}

var _ abstract.AsyncSink = (*sink)(nil)

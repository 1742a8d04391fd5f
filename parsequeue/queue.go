package parsequeue

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// ParseFunc turns a datum into the items to push. It runs on up to
// `parallelism` goroutines at a time, in any order, exactly once for every
// accepted datum. The items it returns belong to the queue, which hands them
// to the sink or releases them; with an error it returns none. ctx ends when
// the queue fails: what is parsed from then on is thrown away, so a long parse
// should watch it.
type ParseFunc[T any] func(ctx context.Context, data T) ([]abstract.ChangeItem, error)

// AckFunc receives the answer to a datum: nil once the sink has made it
// durable, else the reason why it may not be. pushStart is when the datum was
// handed to the sink, the zero time where it never was. Calls come one at a
// time, in the order of Add. Returning an error, of any class, ends the queue;
// once it has ended, the result is ignored.
type AckFunc[T any] func(data T, pushStart time.Time, err error) error

// The bounds on what the queue holds, per unit of parallelism.
const (
	unpushedPerWorker   = 2    // one being parsed, one waiting its turn
	unansweredPerWorker = 1024 // see the package comment
)

// ParseQueue is the queue. Its methods are safe for concurrent use.
type ParseQueue[T any] struct {
	logger *slog.Logger
	sink   abstract.AsyncSink
	parse  ParseFunc[T]
	ack    AckFunc[T]

	// A datum holds a slot of unpushed until the sink has taken it and one of
	// unanswered until its AckFunc returned. The channels of jobs are as wide
	// as the slots allow, so that sending to them never blocks.
	unpushed, unanswered   chan struct{}
	toParse, toPush, toAck chan *job[T]

	cancel       context.CancelFunc // ends the context of parse
	workers      sync.WaitGroup
	ackGoroutine atomic.Uint64 // the id of the goroutine that calls ack
	acking       atomic.Bool   // it is calling it

	done     chan struct{} // closed once the queue has ended
	closing  chan struct{} // closed once Close has begun
	joined   chan struct{} // closed once Close has finished
	closeErr error         // Close's result; read after joined

	mu struct {
		sync.Mutex
		closed          bool // no more Adds
		ended           bool // done is closed
		err             error
		added, answered uint64 // data, since New
		waiters         []waiter
	}
}

// job is a datum on its way. Each stage writes its own fields and passes the
// job on through a channel, or by closing parsed.
type job[T any] struct {
	data T

	parsed chan struct{} // closed by the parse stage
	items  []abstract.ChangeItem
	err    error // why there is nothing to push

	pushStart time.Time
	answer    <-chan error // nil if the items were not pushed
}

// New starts a queue with parallelism goroutines that parse (at least one)
// and one each for pushing and acknowledging. The queue owns the sink: Close
// closes it, and joins the goroutines. A nil logger discards; the other
// arguments must not be nil. The logger gets what no caller would see
// otherwise: the stacks of panics, and errors that came after the first.
func New[T any](
	logger *slog.Logger, parallelism int, sink abstract.AsyncSink, parse ParseFunc[T], ack AckFunc[T],
) *ParseQueue[T] {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	parallelism = max(parallelism, 1)
	ctx, cancel := context.WithCancel(context.Background())
	q := &ParseQueue[T]{
		logger: logger, sink: sink, parse: parse, ack: ack,
		unpushed:   make(chan struct{}, unpushedPerWorker*parallelism),
		unanswered: make(chan struct{}, unansweredPerWorker*parallelism),
		toParse:    make(chan *job[T], unpushedPerWorker*parallelism),
		toPush:     make(chan *job[T], unpushedPerWorker*parallelism),
		toAck:      make(chan *job[T], unansweredPerWorker*parallelism),
		cancel:     cancel,
		done:       make(chan struct{}),
		closing:    make(chan struct{}),
		joined:     make(chan struct{}),
	}
	for range parallelism {
		q.workers.Go(func() { q.parseLoop(ctx) })
	}
	q.workers.Go(q.pushLoop)
	q.workers.Go(q.ackLoop)
	return q
}

// Done is closed when the queue has ended: at once when it fails, else when
// Close has answered everything.
func (q *ParseQueue[T]) Done() <-chan struct{} { return q.done }

// Error is the error that ended the queue, nil while it works and after a
// Close without one. It never has class FileOnly: an AckFunc's error of that
// class is wrapped, since it does not concern one file any more.
func (q *ParseQueue[T]) Error() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.mu.err
}

// InAck reports whether the calling goroutine is the one that runs the
// AckFunc, which must not wait for anything that only a later ack can bring.
// It costs some microseconds while an AckFunc runs: ask before blocking, not on
// every call.
func (q *ParseQueue[T]) InAck() bool {
	if !q.acking.Load() {
		return false
	}
	id := goroutineID()
	return id != 0 && id == q.ackGoroutine.Load()
}

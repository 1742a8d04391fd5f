package transfer

import (
	"context"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/target"
)

// pipe is the way of chunks into one session of the target: pusher, queue,
// sink. All chunks of an attempt go through one pipe, in their order.
//
// The queue never fails: what happens to the session concerns the files that
// have a part in it, and the sink answers their chunks with errors of class
// FileOnly.
type pipe struct {
	follow *follow
	pusher *pusher.ParsequeuePusher
	queue  *parsequeue.ParseQueue[pusher.Chunk]
	sink   *sink
	cut    context.CancelFunc // ends the session's context

	mu      sync.Mutex
	flights map[string]*flight // by path
}

// newPipe opens a session, one of so many that share what is allowed. It outlives ctx, so that what was read can still be
// committed.
func (f *follow) newPipe(ctx context.Context, cfg FollowConfig, share int64) (*pipe, error) {
	p := &pipe{follow: f, flights: map[string]*flight{}}
	lasting, cut := context.WithCancel(context.WithoutCancel(ctx))
	p.cut = cut
	p.sink = newSink(p, cfg, max(cfg.Queued/share, 1))
	err := f.ask(ctx, func() (err error) {
		p.sink.session, err = f.cfg.Target.Session(lasting, target.SessionConfig{Committed: p.sink.committed})
		return err
	})
	if err != nil {
		p.cut()
		return nil, err
	}
	// The rows are decoded, so there is nothing to parse in parallel.
	p.queue = parsequeue.New(f.cfg.Logger, 1, p.sink, pusher.Items, p.ack)
	limit := max(cfg.InFlight/share, 1)
	p.pusher = pusher.NewParsequeuePusher(p.queue, f.cfg.Logger, limit)
	p.sink.full = func() bool { _, bytes := p.pusher.InFlight(); return bytes > limit/2 }
	p.sink.start()
	return p, nil
}

// close waits until everything in the pipe is answered, which the sink's
// flushes see to, and ends the session.
func (p *pipe) close() error {
	defer p.cut()
	return p.queue.Close()
}

// begin lets a flight use the pipe.
func (p *pipe) begin(fl *flight) {
	fl.pipe = p
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flights[fl.path()] = fl
}

// forget ends that.
func (p *pipe) forget(fl *flight) {
	p.pusher.Abandon(fl.path(), fl.number) // of one that is done nothing is known
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.flights, fl.path())
}

// flight is the one of that path. There is one as long as a chunk of it is
// unanswered.
func (p *pipe) flight(path string) *flight {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.flights[path]
}

// failAll ends all attempts that are under way here.
func (p *pipe) failAll(cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fl := range p.flights {
		fl.fail(cause)
	}
}

// ack is the queue's AckFunc. An error of the pusher would be a chunk that was
// answered twice, and ends everything.
func (p *pipe) ack(chunk pusher.Chunk, _ time.Time, err error) error {
	fl := p.flight(chunk.FilePath)
	var done bool
	var ackErr error
	if err == nil {
		done, ackErr = p.pusher.Ack(chunk)
	} else {
		ackErr = p.pusher.Nack(chunk)
	}
	if ackErr != nil {
		p.follow.stop(ackErr)
		return ackErr
	}
	fl.answered(done, err)
	return nil
}

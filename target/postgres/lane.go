package postgres

import (
	"context"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
)

// lane is a connection and the buffers of rows on their way to it. It has at
// most one transaction at a time. Each session has a lane of its own, so that
// it can always go on; the target has some more, for whichever session could
// use another one now.
type lane struct {
	conn *pgx.Conn    // nil before the first use, and once it was lost
	free chan *buffer // the buffers that are not in use; it has room for all
	home chan *lane   // where the lane is when it has no transaction
	// spare tells that the lane is one of the target's. The server need not
	// have room for it, and when it last refused is remembered.
	spare   bool
	refused time.Time
}

// A lane's buffers: few for a session's own, enough to hold a transaction for
// the target's, so that one can be sent while another is filled, and rows of
// another table are put aside.
const (
	ownBuffers   = 3
	spareBuffers = 8
)

// The target's lanes, by default: two for each core, since a server process
// waits for the write-ahead log about as long as it computes.
const (
	lanesPerCore = 2
	mostLanes    = 8
)

// refusal is for how long a lane is left alone that the server had no
// connection for.
const refusal = time.Minute

func newLane(home chan *lane, buffers int) *lane {
	l := &lane{free: make(chan *buffer, buffers), home: home}
	for range buffers {
		l.free <- &buffer{}
	}
	return l
}

// makeLanes makes the target's lanes. They connect when they are first used.
func (t *Target) makeLanes() {
	n := t.options.lanes()
	t.lanes = make(chan *lane, n)
	for range n {
		l := newLane(t.lanes, spareBuffers)
		l.spare = true
		t.lanes <- l
	}
}

// closeLanes closes the connections of the target's lanes, which no session
// has any more.
func (t *Target) closeLanes() {
	for range cap(t.lanes) {
		if l := <-t.lanes; l.conn != nil {
			t.discard(l.conn)
		}
	}
}

// takeLane returns one of the target's lanes, nil if there is none now.
func (t *Target) takeLane() *lane {
	for range cap(t.lanes) {
		select {
		case l := <-t.lanes:
			if time.Since(l.refused) >= refusal {
				return l
			}
			t.lanes <- l
		default:
			return nil
		}
	}
	return nil
}

// begin opens a transaction on the lane. A session's own lane looks for a
// server that is away; without one of the target's the session can do, so
// that there ok tells whether it was to be had.
func (l *lane) begin(ctx context.Context, t *Target) (ok bool, err error) {
	if !l.spare {
		l.conn, err = t.begin(ctx, l.conn)
		return true, err
	}
	lost := l.conn != nil
	l.conn, err = t.tryBegin(ctx, l.conn)
	if err != nil && lost {
		l.conn, err = t.tryBegin(ctx, nil)
	}
	if err != nil {
		l.refused = time.Now()
	}
	return err == nil, ctx.Err()
}

// lanes is how many lanes the target has.
func (o Options) lanes() int {
	switch {
	case o.Lanes < 0:
		return 0
	case o.Lanes > 0:
		return o.Lanes
	}
	return int(min(int64(lanesPerCore*runtime.GOMAXPROCS(0)), mostLanes, o.buffer()/2/int64(spareBuffers*o.copyBytes())))
}

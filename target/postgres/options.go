package postgres

import "time"

// Options bounds what a target uses. The zero value takes every default.
type Options struct {
	// Buffer is how many bytes of encoded rows the target may hold. Each
	// session takes three 32nds of it and at most 3 MiB, the lanes take no more
	// than half of it together; buffers grow where one row is larger. Default
	// 32 MiB.
	Buffer int64
	// Lanes is how many transactions the target may have open at once besides
	// one for each session, so that a session fills one while others are
	// stored. Negative for none. Default: two for each core, at most 8, and no
	// more than Buffer allows.
	Lanes int
	// Transaction is about how many bytes of encoded rows a transaction holds
	// when the session goes on with another, if a lane is to be had. Default:
	// half of what a lane's buffers hold, at most 4 MiB.
	Transaction int64
	// ReadOnly opens the database for looking only.
	ReadOnly bool
}

const (
	defaultBuffer = 32 << 20
	shares        = 32 // of Buffer, one for each of a session's own buffers
	mostCopy      = 1 << 20
	leastCopy     = 16 << 10
)

func (o Options) buffer() int64 {
	if o.Buffer <= 0 {
		return defaultBuffer
	}
	return o.Buffer
}

// copyBytes is about how many bytes go into one buffer.
func (o Options) copyBytes() int {
	return int(min(max(o.buffer()/shares, leastCopy), mostCopy))
}

// handOver is how many bytes a transaction holds when another lane goes on.
func (o Options) handOver() int64 {
	if o.Transaction > 0 {
		return o.Transaction
	}
	return int64(spareBuffers * o.copyBytes() / 2)
}

// timeouts bound every wait for the server.
type timeouts struct {
	// connect is for dialling and logging in.
	connect time.Duration
	// statement is for a statement that answers at once unless it waits for
	// a lock, which the server ends after lock. Rows get longer: see
	// patience.
	statement, lock time.Duration
	// alter is when a change of the user's table gives up waiting for its lock,
	// behind which everybody else waits. More than commitAfter.
	alter time.Duration
	// idle is when the server ends a transaction in which nothing happens:
	// that of a loader that was stopped, or cut off.
	idle time.Duration
	// reconnect is for how long a lost server is looked for.
	reconnect time.Duration
}

var defaultTimeouts = timeouts{
	connect:   10 * time.Second,
	statement: 60 * time.Second,
	lock:      30 * time.Second,
	alter:     3 * time.Second,
	idle:      60 * time.Second,
	reconnect: 60 * time.Second,
}

// slowest is how many bytes a second a server must take in.
const slowest = 32 << 10

// patience is how long sending that many bytes of rows may take.
func (t timeouts) patience(bytes int) time.Duration {
	return t.statement + time.Duration(bytes/slowest)*time.Second
}

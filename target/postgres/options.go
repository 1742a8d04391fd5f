package postgres

import "time"

// Options bounds what a target uses. The zero value takes every default.
type Options struct {
	// Buffer is how many bytes of encoded rows the target may hold. A
	// session takes a 16th of it and at most 2 MiB, in two buffers that grow
	// where one row is larger. Default 32 MiB.
	Buffer int64
	// ReadOnly opens the database for looking only.
	ReadOnly bool
}

const (
	defaultBuffer = 32 << 20
	shares        = 32 // of Buffer, one for each of a session's two buffers
	mostCopy      = 1 << 20
	leastCopy     = 16 << 10
)

// copyBytes is about how many bytes go into one COPY.
func (o Options) copyBytes() int {
	buffer := o.Buffer
	if buffer <= 0 {
		buffer = defaultBuffer
	}
	return int(min(max(buffer/shares, leastCopy), mostCopy))
}

// timeouts bound every wait for the server.
type timeouts struct {
	// connect is for dialling and logging in.
	connect time.Duration
	// statement is for a statement that answers at once unless it waits for
	// a lock, which the server ends after lock. Rows get longer: see
	// patience.
	statement, lock time.Duration
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
	idle:      60 * time.Second,
	reconnect: 60 * time.Second,
}

// slowest is how many bytes a second a server must take in.
const slowest = 32 << 10

// patience is how long sending that many bytes of rows may take.
func (t timeouts) patience(bytes int) time.Duration {
	return t.statement + time.Duration(bytes/slowest)*time.Second
}

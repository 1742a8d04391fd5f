package transfer

import (
	"sync"
	"time"
)

// gate holds attempts back while the target is down. Then one file at a time
// is tried, at growing intervals and without end; the first commit opens the
// gate for all.
type gate struct {
	changed chan struct{} // with room for one: something may be possible now

	mu      sync.Mutex
	ready   bool // the table is known
	down    bool
	probing *job // the file that is being tried
	until   time.Time
	wait    backoff
}

func (g *gate) init() { g.changed = make(chan struct{}, 1) }

// nudge wakes dispatch.
func (g *gate) nudge() {
	select {
	case g.changed <- struct{}{}:
	default:
	}
}

func (g *gate) setReady() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ready = true
}

// open tells whether there is a table and the target takes rows.
func (g *gate) open() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ready && !g.down
}

// failed closes the gate. Failures that come together count as one.
func (g *gate) failed() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := time.Now(); !g.down || !now.Before(g.until) {
		g.down = true
		g.until = now.Add(g.wait.next())
	}
	g.nudge()
}

// passed opens the gate: something was committed.
func (g *gate) passed() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down {
		g.down, g.wait, g.probing = false, backoff{}, nil
		g.nudge()
	}
}

// admits tells whether an attempt may begin now, and if not, for how long to
// wait; 0 is until the gate changes.
func (g *gate) admits() (ok bool, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch now := time.Now(); {
	case !g.down:
		return true, 0
	case g.probing != nil:
		return false, 0
	case now.Before(g.until):
		return false, g.until.Sub(now)
	}
	return true, 0
}

// take notes that an attempt is about to begin. With a closed gate it is the
// one to wait for.
func (g *gate) take(j *job) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.down {
		g.probing = j
	}
}

// drop undoes take: no reader was free.
func (g *gate) drop(j *job) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.probing == j {
		g.probing = nil
	}
}

// over notes that an attempt has ended.
func (g *gate) over(j *job) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.probing == j {
		g.probing = nil
		g.nudge()
	}
}

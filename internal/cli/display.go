package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// display shows how a load goes. Committed and Say may be called from several
// goroutines at once.
type display interface {
	// Committed is told of each commit that moved a file on.
	Committed(ledger.Progress)
	// Say prints a line of its own.
	Say(format string, args ...any)
	// Close shows the last state and ends the display.
	Close()
}

// gauge is where a display reads its numbers from.
type gauge struct {
	stats  func() transfer.Stats
	limits *reader.Limits
}

func (g gauge) files() string {
	s := g.stats()
	return fmt.Sprintf("%s/%s files", count(s.FilesLoaded+s.FilesFailed), count(s.FilesFound))
}

func (g gauge) bytes() string {
	s := g.stats()
	return fmt.Sprintf("%s / %s", bytesText(s.BytesRead), bytesText(s.BytesFound))
}

func (g gauge) rows() string {
	s := g.stats()
	return fmt.Sprintf("%s rows, %s rows/s", count(s.RowsLoaded), count(rate(s.RowsLoaded, s.Elapsed)))
}

// left estimates the time that remains from the bytes read so far.
func (g gauge) left() string {
	s := g.stats()
	if s.BytesRead <= 0 || s.BytesFound <= s.BytesRead {
		return "ETA --"
	}
	left := time.Duration(float64(s.Elapsed) * float64(s.BytesFound-s.BytesRead) / float64(s.BytesRead))
	return "ETA " + left.Round(time.Second).String()
}

func (g gauge) memory() string {
	return fmt.Sprintf("in flight %s of %s", bytesText(g.limits.InUse()), bytesText(g.limits.Limit()))
}

// plain is the display for logs: a line now and then.
type plain struct {
	app   *app
	gauge gauge
	stop  chan struct{}
	done  sync.WaitGroup

	mu       sync.Mutex
	lastPart time.Time
}

const (
	plainEvery = 5 * time.Second // between lines with totals
	partEvery  = time.Second     // between lines on parts of files
)

func newPlain(a *app, g gauge) *plain {
	p := &plain{app: a, gauge: g, stop: make(chan struct{})}
	p.done.Go(p.run)
	return p
}

func (p *plain) run() {
	ticker := time.NewTicker(plainEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.Say("%s · %s · %s · %s · %s", p.gauge.files(), p.gauge.bytes(), p.gauge.rows(), p.gauge.left(), p.gauge.memory())
		case <-p.stop:
			return
		}
	}
}

func (p *plain) Say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.app.Err, format+"\n", args...)
}

// partCommitted is how a line on a part of a file begins; the demo waits for it.
const partCommitted = "part committed: "

func (p *plain) Committed(progress ledger.Progress) {
	if progress.Done {
		return
	}
	p.mu.Lock()
	quiet := time.Since(p.lastPart) < partEvery
	if !quiet {
		p.lastPart = time.Now()
	}
	p.mu.Unlock()
	if !quiet {
		p.Say(partCommitted+"%s of %s, not yet its end", plural(progress.Rows, "row"), progress.Object)
	}
}

func (p *plain) Close() {
	close(p.stop)
	p.done.Wait()
}

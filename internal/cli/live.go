package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/seed-ede61cd5/sluice/ledger"
)

// live is the display for a terminal: a bar for the bytes, a line of numbers
// below it, and messages that scroll by above.
type live struct {
	bars  *mpb.Progress
	bytes *mpb.Bar
	line  *mpb.Bar
	stop  chan struct{}
	done  sync.WaitGroup
}

const liveEvery = 200 * time.Millisecond

func newLive(a *app, g gauge) *live {
	text := func(fn func() string) decor.Decorator {
		return decor.Any(func(decor.Statistics) string { return fn() })
	}
	l := &live{bars: mpb.New(mpb.WithOutput(a.Err), mpb.WithWidth(28), mpb.WithAutoRefresh()), stop: make(chan struct{})}
	l.bytes = l.bars.New(0, mpb.BarStyle().Lbound("[").Rbound("]").Filler("=").Tip(">").Padding(" "),
		mpb.PrependDecorators(text(g.files), decor.Name(" ")),
		mpb.AppendDecorators(text(func() string { return " " + g.bytes() + "  " + g.left() })))
	l.line = l.bars.New(0, mpb.NopStyle(), mpb.PrependDecorators(text(func() string { return g.rows() + "  " + g.memory() })))
	l.done.Go(func() { l.run(g) })
	return l
}

// run moves the bar on. The bar cannot do so itself while it is drawn.
func (l *live) run(g gauge) {
	ticker := time.NewTicker(liveEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			s := g.stats()
			l.bytes.SetTotal(s.BytesFound, false)
			l.bytes.SetCurrent(min(s.BytesRead, s.BytesFound))
		case <-l.stop:
			return
		}
	}
}

func (l *live) Say(format string, args ...any) {
	fmt.Fprintf(l.bars, format+"\n", args...)
}

func (l *live) Committed(ledger.Progress) {}

func (l *live) Close() {
	close(l.stop)
	l.done.Wait()
	l.bytes.Abort(true)
	l.line.Abort(true)
	l.bars.Wait()
}

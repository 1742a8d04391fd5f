package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/ops"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/after"
)

// completeAfter reads --after, and refuses what would lose rows.
func (f *loadFlags) completeAfter() error {
	var err error
	if f.after, err = after.Parse(f.afterText); err != nil {
		return fmt.Errorf("--after %w", err)
	}
	switch {
	case f.after.Does() && strings.HasPrefix(f.to, "stdout:"):
		return fmt.Errorf("--after %s needs a target that remembers what is loaded: stdout: does not", f.after.Kind)
	case f.after.Kind == after.Delete && f.bad == reader.SkipRow:
		return errors.New("--after delete with --on-bad-row skip would leave no trace of bad rows: use --on-bad-row quarantine, or --after move=PREFIX")
	}
	return nil
}

// afterwards is what is done with files once they are loaded. The zero value
// does nothing.
type afterwards struct {
	action after.Action
	source *after.Source // nil if there is nothing to do
}

// actAfter lets --after act on what is loaded from inner, and returns the source
// that does. failed is told of files that were left as they are. Close it when
// the engine has ended.
func actAfter(ctx context.Context, f *loadFlags, src *opened, inner source.Source, failed func(id abstract.ObjectID, err error)) (afterwards, source.Source) {
	if !f.after.Does() {
		return afterwards{}, inner
	}
	s := after.New(ctx, inner, after.Config{Action: f.after, Places: src.places, Grace: f.follow.grace, Failed: failed})
	return afterwards{f.after, s}, s
}

// close waits for what is under way.
func (a afterwards) close() {
	if a.source != nil {
		a.source.Close()
	}
}

func (a afterwards) stats() after.Stats {
	if a.source == nil {
		return after.Stats{}
	}
	return a.source.Stats()
}

// metrics are the numbers for those who watch.
func (a afterwards) metrics() []prometheus.Collector {
	if a.source == nil {
		return nil
	}
	return []prometheus.Collector{ops.After(a.source)}
}

// afterJSON is what --json tells of it.
type afterJSON struct {
	Action   string `json:"after"`
	Done     int64  `json:"after_done"`
	Failed   int64  `json:"after_failed"`
	Replaced int64  `json:"after_replaced"`
}

// json is nil if there was nothing to do.
func (a afterwards) json() *afterJSON {
	if a.source == nil {
		return nil
	}
	s := a.stats()
	return &afterJSON{a.action.String(), s.Acted, s.Failed, s.Replaced}
}

// text is the same for people: lines, or "".
func (a afterwards) text() string {
	var b strings.Builder
	s, done := a.stats(), a.action.Done()
	if s.Acted > 0 {
		fmt.Fprintf(&b, "%s %s\n", done, plural(s.Acted, "loaded file"))
	}
	if s.Replaced > 0 {
		fmt.Fprintf(&b, "%s not %s, as newer ones have their names\n", plural(s.Replaced, "loaded file"), done)
	}
	if s.Failed > 0 {
		fmt.Fprintf(&b, "%s not %s; the same command tries it again\n", plural(s.Failed, "loaded file"), done)
	}
	return b.String()
}

// afterLines tells of loaded files that were left as they are, the first few of
// them.
type afterLines struct {
	done string
	said atomic.Int64
}

func (l *afterLines) say(d display, id abstract.ObjectID, err error) {
	switch n := l.said.Add(1); {
	case n <= mostFailures:
		d.Say("loaded, but not %s: %s: %s", l.done, id, oneLine(err.Error()))
	case n == mostFailures+1:
		d.Say("loaded, but not %s: more files, which are counted at the end", l.done)
	}
}

package cli

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// halfWay is a load in its fifth second.
func halfWay() gauge {
	return gauge{
		stats: func() transfer.Stats {
			return transfer.Stats{FilesFound: 20, FilesLoaded: 3, FilesFailed: 1, RowsLoaded: 5_000_000,
				BytesFound: 400 << 20, BytesRead: 100 << 20, Elapsed: 5 * time.Second}
		},
		limits: reader.NewLimits(64<<20, 0),
	}
}

// buffer may be written and read by several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestGauge(t *testing.T) {
	g := halfWay()
	got := strings.Join([]string{g.files(), g.bytes(), g.rows(), g.left(), g.memory()}, " | ")
	want := "4/20 files | 100 MiB / 400 MiB | 5,000,000 rows, 1,000,000 rows/s | ETA 15s | in flight 0 B of 64 MiB"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	g.stats = func() transfer.Stats { return transfer.Stats{} }
	if got := g.left(); got != "ETA --" {
		t.Errorf("before anything was read, the time left is %q", got)
	}
}

// TestPlainIsQuiet prints a line in five seconds, and one on parts in one.
func TestPlainIsQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		p := newPlain(&app{Streams: Streams{Err: &out}}, halfWay())
		part := ledger.Progress{Object: abstract.ObjectID{Bucket: abstract.LocalBucket, Key: "/a\nb.csv"}, Rows: 7}
		for range 9 {
			p.Committed(part)
			<-time.After(500 * time.Millisecond)
		}
		part.Done = true
		p.Committed(part)
		<-time.After(time.Second)
		p.Close()
		if n := strings.Count(out.String(), partCommitted+`7 rows of "/a\nb.csv", not yet its end`+"\n"); n != 5 {
			t.Errorf("%d lines on parts, want 5:\n%s", n, out.String())
		}
		total := "4/20 files · 100 MiB / 400 MiB · 5,000,000 rows, 1,000,000 rows/s · ETA 15s · in flight 0 B of 64 MiB\n"
		if n := strings.Count(out.String(), total); n != 1 || strings.Count(out.String(), "\n") != 6 {
			t.Errorf("%d lines with totals, want 1:\n%s", n, out.String())
		}
	})
}

// TestLiveShowsTheNumbers draws, says a line above, and ends. What is no
// terminal is narrow, so that the lines are cut.
func TestLiveShowsTheNumbers(t *testing.T) {
	var out buffer
	l := newLive(&app{Streams: Streams{Err: &out}}, halfWay())
	l.Say("a line")
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for strings.Count(out.String(), "5,000,000 rows") < 3 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("the display shows\n%q", out.String())
		}
	}
	l.Close()
	for _, want := range []string{"a line\n4/20 files  100 MiB / 400", "\n5,000,000 rows, 1,000"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the display lacks %q:\n%q", want, out.String())
		}
	}
}

// lines is a display that keeps what is said.
type lines struct{ said []string }

func (*lines) Committed(ledger.Progress) {}
func (l *lines) Say(f string, _ ...any)  { l.said = append(l.said, f) }
func (*lines) Close()                    {}

// TestFailuresDoNotBuryTheLog tells some of very many failures, if the ledger
// has them all.
func TestFailuresDoNotBuryTheLog(t *testing.T) {
	for hasLedger, want := range map[bool]int{true: mostFailures + 1, false: 100} {
		f, d := &failureLines{ledger: hasLedger}, &lines{}
		for range 100 {
			f.say(d, transfer.Outcome{Err: errors.New("bad")})
			f.say(d, transfer.Outcome{})
		}
		if len(d.said) != want {
			t.Errorf("with a ledger %t, %d lines are said, want %d", hasLedger, len(d.said), want)
		}
	}
}

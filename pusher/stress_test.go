package pusher_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-ede61cd5/sluice/parsequeue"
	"github.com/seed-ede61cd5/sluice/pusher"
)

func TestK13ConcurrentPushersStayUnderTheLimit(t *testing.T) {
	for range 50 {
		bubble(t, 100, func(t *testing.T, r *rig) {
			var pushed atomic.Int64
			for i := range 64 {
				go func() {
					if r.Push(t.Context(), chunk(i, 100)) == nil {
						pushed.Add(1)
					}
				}()
			}
			for n := range int64(64) {
				synctest.Wait()
				_, bytes := r.InFlight()
				want(t, "bytes in flight", bytes, 100)
				want(t, "pushed", pushed.Load(), n+1)
				r.ack(chunk(nil, 100), false)
			}
		})
	}
}

// K-13, K-25, K-26: many files at once, acked by the queue as they come. What
// the test itself knows to be in flight never exceeds the limit by more than
// one oversize chunk, every file is done once, and nothing is left. Run under
// -race.
func TestK26NothingIsLeftAfterADrain(t *testing.T) {
	const limit, biggest, files, chunks = 1000, 1500, 8, 200
	var known, dones atomic.Int64
	var p *pusher.ParsequeuePusher
	queue := parsequeue.New(nil, 4, durable{}, pusher.Items, func(c pusher.Chunk, _ time.Time, _ error) error {
		known.Add(-c.Size)
		done, err := p.Ack(c)
		if done {
			dones.Add(1)
		}
		return err
	})
	var log lockedBuffer
	p = pusher.NewParsequeuePusher(queue, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), limit)
	var readers sync.WaitGroup
	for file := range files {
		readers.Go(func() {
			for i := range chunks {
				c := pusher.Chunk{FilePath: fmt.Sprint(file), Offset: i, Size: rand.Int64N(limit / 2), Completed: i == chunks-1}
				if rand.IntN(20) == 0 {
					c.Size = biggest
				}
				if err := p.Push(t.Context(), c); err != nil {
					t.Error(err)
				}
				// Counted late and uncounted early, so it is a lower bound.
				if n := known.Add(c.Size); n > limit+biggest {
					t.Errorf("%d bytes in flight", n)
				}
				if n, bytes := p.InFlight(); bytes > max(limit, biggest) || n < 0 || bytes < 0 {
					t.Errorf("gauges: %d chunks, %d bytes", n, bytes)
				}
				p.Snapshot()
			}
		})
	}
	readers.Wait()
	wantErr(t, "WaitEmpty", p.WaitEmpty(t.Context()), nil)
	n, bytes := p.InFlight()
	want(t, "chunks", n, 0)
	want(t, "bytes", bytes, 0)
	want(t, "files in the state", len(p.Snapshot()), 0)
	wantErr(t, "Close", queue.Close(), nil) // after which no AckFunc runs
	want(t, "files done", dones.Load(), files)
	if !strings.Contains(log.String(), "chunks_in_flight=") {
		t.Error("nobody was throttled")
	}
}

// lockedBuffer is a bytes.Buffer for concurrent use.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// K-24, K-25: everything at once against everything, ended by a failure.
// Nothing hangs, panics or is left running. Run under -race.
func TestK24NoGoroutineIsLeftAfterAFailure(t *testing.T) {
	for range 20 {
		synctest.Test(t, func(t *testing.T) {
			var p *pusher.ParsequeuePusher
			acks := 0
			queue := parsequeue.New(nil, 2, durable{}, pusher.Items, func(c pusher.Chunk, _ time.Time, err error) error {
				if acks++; acks == 100 {
					return errSession
				}
				if err != nil || rand.IntN(10) == 0 {
					return p.Nack(c)
				}
				_, err = p.Ack(c)
				return err
			})
			p = pusher.NewParsequeuePusher(queue, nil, 10)
			ctx, cancel := context.WithCancel(t.Context())
			for file := range 8 {
				go func() {
					for n := 0; ctx.Err() == nil; n++ {
						c := pusher.Chunk{FilePath: fmt.Sprint(file % 4), Attempt: n / 20, Size: rand.Int64N(12), Completed: n%7 == 0}
						err := p.Push(ctx, c)
						if err == errSession {
							return
						}
					}
				}()
				go func() {
					for p.WaitEmpty(ctx) == nil {
						p.Snapshot()
						p.Abandon(fmt.Sprint(file), 0)
					}
				}()
			}
			<-queue.Done()
			wantErr(t, "Close", queue.Close(), errSession)
			synctest.Wait()
			cancel()
		})
	}
}

func TestK23MemoryPerChunkIsBounded(t *testing.T) {
	const chunks = 100_000 // BenchmarkPushAck has a million
	bubble(t, 0, func(t *testing.T, r *rig) {
		queue := parsequeue.New(nil, 1, durable{}, pusher.Items, func(pusher.Chunk, time.Time, error) error { return nil })
		defer queue.Close()
		p := pusher.NewParsequeuePusher(queue, nil, chunks)
		before := heap()
		for range chunks {
			if err := p.Push(t.Context(), pusher.Chunk{FilePath: "f", Size: 1}); err != nil {
				t.Fatal(err)
			}
		}
		wantErr(t, "the queue keeps up", queue.Wait(t.Context()), nil)
		if perChunk := (heap() - before) / chunks; perChunk > 400 {
			t.Errorf("%d bytes per chunk in flight", perChunk)
		}
		for range chunks {
			if _, err := p.Ack(pusher.Chunk{FilePath: "f", Size: 1}); err != nil {
				t.Fatal(err)
			}
		}
		p.Abandon("f", 0)
		if left := heap() - before; left > 1<<20 {
			t.Errorf("%d bytes left after the drain", left)
		}
		runtime.KeepAlive(p)
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// K-27: in a bubble, time moves only when nothing else can. Whoever polls is
// still asleep when everyone else has come to rest, and has moved the clock
// when it is not.
func TestK27ThrottledPushesDoNotPoll(t *testing.T) {
	bubble(t, 1, func(t *testing.T, r *rig) {
		began := time.Now()
		r.push(chunk(0, 1))
		var waiting []<-chan error
		for i := range 10 {
			waiting = append(waiting, r.start(t.Context(), chunk(i+1, 1)))
		}
		empty := r.waitEmpty(t.Context())
		for _, push := range waiting {
			r.ack(chunk(nil, 1), false)
			synctest.Wait()
			want(t, "still waits", pending(push), false)
		}
		r.ack(chunk(nil, 1), false)
		synctest.Wait()
		want(t, "WaitEmpty still waits", pending(empty), false)
		want(t, "time passed", time.Since(began), 0)
	})
}

func TestK27NoTimersInTheSource(t *testing.T) {
	timers := map[string]bool{
		"Sleep": true, "After": true, "AfterFunc": true, "Tick": true, "NewTimer": true, "NewTicker": true,
	}
	files, err := filepath.Glob("../p*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		dir := filepath.Base(filepath.Dir(name))
		if dir != "pusher" && dir != "parsequeue" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && fmt.Sprint(s.X) == "time" && timers[s.Sel.Name] {
				t.Errorf("%s uses time.%s", name, s.Sel.Name)
			}
			return true
		})
	}
}

package reader

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// DefaultMemory is the budget of a Limits that was not given one, in bytes.
const DefaultMemory = 64 << 20

// DefaultMaxRatio is the MaxRatio of a Limits that was not given one. Gzip cannot
// reach it (1,032), logs and tables do not; bombs in bzip2, xz and zstd do.
const DefaultMaxRatio = 2000

// FreeUnpacked is how many bytes a file may unpack to however small it is.
const FreeUnpacked = 64 << 20

// Limits bounds what all files that are read at the same time use together:
// the memory of blocks between the store and emit, and the number of blocks
// decoded at once. Its methods may be called concurrently.
//
// The budget counts a block from before it is fetched until its emit has
// returned: its bytes in the file and the decoded rows. Beyond the budget, a
// file that is being read holds a partial record (at most [Limits.MaxRecord]),
// its decompressor's window, and spare buffers for less than a fifth of the
// budget.
//
// # No file waits for another
//
// Invariant 6: memory is reserved before it is used, in the order of the
// file, and a file that holds nothing never waits.
//
// Emit may block file A until file B has moved on, because the consumer
// throttles or commits files in an order of its own. If A's read-ahead could
// take the whole budget, B would wait for memory that A frees only after B.
// So a file that holds no memory never waits: its next block is admitted at
// once, even beyond the budget. A file that does hold memory has a block that
// was admitted earlier, and that block needs nothing of the budget any more:
// it is fetched, decoded (decode slots are held only while a decoder
// computes, never while anything waits) and emitted. Therefore whoever waits
// for memory has work that proceeds without it, and no cycle of waits can
// pass through the budget.
//
// To keep the promise without exceeding the budget, a block that is not its
// file's first leaves room for one block of every open file that holds none.
// The use is then at most the budget, plus a block (and what a file keeps
// between its blocks, see [Share.Keep]) for each file opened when the budget
// was already full, plus what single records need that are larger than a
// block.
type Limits struct {
	// Allocator provides the buffers of batches; nil means Go memory. It must
	// be set before the first read and be safe for concurrent use.
	Allocator memory.Allocator
	// MaxRatio is how many times its size a compressed text file, or all blocks
	// of an Avro file, may unpack to, 0 for as often as it likes. Whatever the ratio, [FreeUnpacked] bytes are
	// allowed. It must be set before the first read.
	MaxRatio int64
	// Bounds are those of the files' parts. They must be set before the first read.
	Bounds Bounds

	memory int64
	window int64         // 0 for what memory allows
	slots  chan struct{} // holds a token per running decoder

	mu struct {
		sync.Mutex
		inUse   int64
		idle    int64     // what open files that hold nothing are to find free
		waiters []*waiter // first come, first served
	}
}

// waiter is a file that waits for memory.
type waiter struct {
	share    *Share
	n        int64
	admitted chan struct{} // closed under mu when n has been taken
}

// NewLimits returns a budget of that many bytes, and that many blocks decoded
// at once. A value that is not positive means the default: [DefaultMemory],
// GOMAXPROCS.
func NewLimits(memory int64, parallelism int) *Limits {
	if memory <= 0 {
		memory = DefaultMemory
	}
	if parallelism <= 0 {
		parallelism = runtime.GOMAXPROCS(0)
	}
	return &Limits{MaxRatio: DefaultMaxRatio, memory: memory, slots: make(chan struct{}, parallelism)}
}

// SampleLimits is a budget to sample a file with.
func SampleLimits(hints Hints) *Limits {
	l := NewLimits(max(DefaultMemory, 4*hints.Bounds.Record), 1)
	l.window, l.Bounds = hints.MaxWindow, hints.Bounds
	return l
}

// Limit is the budget in bytes.
func (l *Limits) Limit() int64 { return l.memory }

// InUse is how much of the budget is reserved now.
func (l *Limits) InUse() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mu.inUse
}

// Parallelism is the number of blocks decoded at once.
func (l *Limits) Parallelism() int { return cap(l.slots) }

// Obey makes a sample accept what reading does with those limits, and no more.
func (h *Hints) Obey(l *Limits) {
	h.MaxWindow, h.Bounds = l.MaxWindow(), l.Bounds
	h.Bounds.Record = l.MaxRecord()
}

// MaxRecord is the most bytes that a record of a text file may have: what [Bounds] say,
// or a quarter of the budget where that is less.
func (l *Limits) MaxRecord() int64 {
	return min(cmp.Or(l.Bounds.Record, DefaultMaxRecord), max(l.memory/4, 1))
}

// MaxPage is the most bytes that a page of a binary format may have, decompressed: what
// [Bounds] say, or the budget where that is less, which counts as 16 MiB at least.
func (l *Limits) MaxPage() int64 {
	return min(cmp.Or(l.Bounds.Page, DefaultMaxPage), max(l.memory, 16<<20))
}

// MaxWindow is the largest window of zstd and dictionary of xz that is accepted,
// in bytes: a quarter of the budget, but at least the 8 MiB that every decoder is
// to support and at most the 128 MiB that the zstd tool accepts unasked. It is held
// outside the budget, once per file.
func (l *Limits) MaxWindow() int64 {
	if l.window > 0 {
		return l.window
	}
	return min(max(l.memory/4, 8<<20), 128<<20)
}

// MostUnpacked is how many bytes an object of that size may unpack to, 0 for any
// number.
func (l *Limits) MostUnpacked(size int64) int64 {
	if l.MaxRatio <= 0 || size > math.MaxInt64/l.MaxRatio {
		return 0
	}
	return max(size*l.MaxRatio, FreeUnpacked)
}

// mostBlockCost is what a block costs at most. Larger ones gain nothing: the
// bytes of a block leave the caches before they are decoded, and more memory is
// fresh.
const mostBlockCost = 24 << 20

// BlockCost is what a block may cost, so that one file alone has a block for
// each decoder and some in fetch and emit.
func (l *Limits) BlockCost() int64 {
	return max(min(l.memory/int64(cap(l.slots)+4), mostBlockCost), 1)
}

func (l *Limits) allocator() memory.Allocator {
	if l.Allocator == nil {
		return memory.DefaultAllocator
	}
	return l.Allocator
}

// Slot waits for the right to decode; the caller gives it back with Free. It
// is held only while something is computed, never while anything waits.
func (l *Limits) Slot(ctx context.Context) error {
	select {
	case l.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Free gives a slot back.
func (l *Limits) Free() { <-l.slots }

// Share is one open file's part of the budget. Its methods may be called
// concurrently, Acquire by one goroutine at a time.
type Share struct {
	limits     *Limits
	block      int64 // the cost of a usual block
	held, kept int64 // guarded by limits.mu
}

// Open registers a file whose blocks usually cost that much.
func (l *Limits) Open(block int64) *Share {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.idle += block
	return &Share{limits: l, block: block}
}

// Acquire takes n bytes. It waits only while the share holds something.
func (s *Share) Acquire(ctx context.Context, n int64) error {
	l := s.limits
	l.mu.Lock()
	if s.held == 0 || len(l.mu.waiters) == 0 && l.fitsLocked(n) {
		l.takeLocked(s, n)
		l.mu.Unlock()
		return nil
	}
	w := &waiter{share: s, n: n, admitted: make(chan struct{})}
	l.mu.waiters = append(l.mu.waiters, w)
	l.mu.Unlock()

	select {
	case <-w.admitted:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, other := range l.mu.waiters {
		if other == w {
			l.mu.waiters = append(l.mu.waiters[:i], l.mu.waiters[i+1:]...)
			l.admitLocked() // those behind may fit
			return ctx.Err()
		}
	}
	return nil // admitted meanwhile: the caller holds n and sees ctx itself
}

// Resize changes a part that is held from one size to another, without
// waiting: growth is for records that turned out larger than a block.
func (s *Share) Resize(from, to int64) {
	l := s.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	l.takeLocked(s, to-from)
	l.admitLocked()
}

// Keep adds n bytes, which may be negative, to what the file holds between its
// blocks, such as an open row group. It does not wait, and nobody waits for
// it: a file that keeps something and holds nothing else is still one that
// holds nothing, so that it is admitted at once and can go on.
func (s *Share) Keep(n int64) {
	l := s.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	s.kept += n
	l.mu.inUse += n
	l.admitLocked()
}

// Close gives everything back. The share must not be used afterwards.
func (s *Share) Close() {
	l := s.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	l.takeLocked(s, -s.held)
	l.mu.inUse -= s.kept
	s.kept = 0
	l.mu.idle -= s.block
	l.admitLocked()
}

// takeLocked moves n bytes, which may be negative, into the share.
func (l *Limits) takeLocked(s *Share, n int64) {
	if s.held == 0 {
		l.mu.idle -= s.block
	}
	s.held += n
	l.mu.inUse += n
	if s.held == 0 {
		l.mu.idle += s.block
	}
}

// fitsLocked tells whether n more bytes leave room for every idle file.
func (l *Limits) fitsLocked(n int64) bool {
	return l.mu.inUse+l.mu.idle+n <= l.memory
}

// admitLocked serves the waiters in their order for as long as they fit. One
// whose share has run empty meanwhile is served out of turn: it must not wait.
func (l *Limits) admitLocked() {
	waiting := l.mu.waiters[:0]
	for _, w := range l.mu.waiters {
		if w.share.held == 0 || len(waiting) == 0 && l.fitsLocked(w.n) {
			l.takeLocked(w.share, w.n)
			close(w.admitted)
		} else {
			waiting = append(waiting, w)
		}
	}
	clear(l.mu.waiters[len(waiting):])
	l.mu.waiters = waiting
}

//go:build cgo

package duckdb

import (
	"runtime"
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// pinned allocates Go memory that C may point at until it is freed. DuckDB
// gives a batch back as soon as it has read it, long before the INSERT ends, so
// of all that is copied for an INSERT only what is being read stays alive.
// It implements [memory.Allocator] and may be used concurrently. The zero value
// is ready.
type pinned struct {
	mu   sync.Mutex
	pins map[*byte]*runtime.Pinner // by the first byte
}

var _ memory.Allocator = (*pinned)(nil)

// Allocate implements [memory.Allocator].
func (p *pinned) Allocate(size int) []byte {
	b := memory.DefaultAllocator.Allocate(size)
	if cap(b) == 0 {
		return b
	}
	pin := new(runtime.Pinner)
	pin.Pin(&b[:1][0])
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pins == nil {
		p.pins = map[*byte]*runtime.Pinner{}
	}
	p.pins[&b[:1][0]] = pin
	return b
}

// Reallocate implements [memory.Allocator].
func (p *pinned) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		return b[:size]
	}
	grown := p.Allocate(size)
	copy(grown, b)
	p.Free(b)
	return grown
}

// Free implements [memory.Allocator].
func (p *pinned) Free(b []byte) {
	if cap(b) == 0 {
		return
	}
	first := &b[:1][0]
	p.mu.Lock()
	defer p.mu.Unlock()
	if pin := p.pins[first]; pin != nil {
		pin.Unpin()
		delete(p.pins, first)
	}
}

// lend is the same array, in memory that stays pinned until the result is
// released, as Go's rules for cgo ask of what C memory points at; the export to
// C does not see to it. Arrays of arrays are not in the batches.
func lend(a arrow.Array) arrow.Array {
	data := a.Data()
	buffers := slices.Clone(data.Buffers())
	for i, buffer := range buffers {
		if buffer == nil {
			continue
		}
		buffer.Retain()
		if buffer.Len() > 0 {
			loan := &loan{buffer: buffer}
			loan.pin.Pin(&buffer.Bytes()[0])
			buffers[i] = memory.NewBufferWithAllocator(buffer.Bytes(), loan)
		}
	}
	lent := array.NewData(data.DataType(), data.Len(), buffers, data.Children(), data.NullN(), data.Offset())
	defer lent.Release()
	for _, buffer := range buffers {
		if buffer != nil {
			buffer.Release() // NewData has its own
		}
	}
	return array.MakeFromData(lent)
}

// loan is the memory of a buffer that was lent. It is only ever freed.
type loan struct {
	memory.Allocator
	buffer *memory.Buffer
	pin    runtime.Pinner
}

// Free implements [memory.Allocator].
func (l *loan) Free([]byte) {
	l.pin.Unpin()
	l.buffer.Release()
}

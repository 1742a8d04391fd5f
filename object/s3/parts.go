package s3

import (
	"context"

	"github.com/seed-ede61cd5/sluice/object"
)

const (
	// partSize is how much one GET asks for of a large object.
	partSize = 4 << 20
	// partsAhead is how many parts one reader fetches at the same time, ahead
	// of what it streams.
	partsAhead = 4
	// partsInAll is how many of them there may be in a bucket: 24 MiB.
	partsInAll = 6
)

// parts are the buffers of a bucket. A nil one is yet to be made.
type parts chan []byte

func newParts() parts {
	p := make(parts, partsInAll)
	for range partsInAll {
		p <- nil
	}
	return p
}

// take returns a buffer, if there is one. It never waits: a reader that gets
// none streams.
func (p parts) take() (buf []byte, ok bool) {
	select {
	case buf := <-p:
		if buf == nil {
			buf = make([]byte, partSize)
		}
		return buf, true
	default:
		return nil, false
	}
}

func (p parts) give(buf []byte) { p <- buf[:partSize] }

// part is a stretch of an object that is being fetched into memory.
type part struct {
	buf  []byte        // the bytes that are left to be read, once done
	pool []byte        // what buf was cut from
	done chan struct{} // closed when buf is filled, or err is set
	err  error
}

// fetch starts to fetch the bytes from next to end into a buffer of the pool.
// The goroutine ends with ctx at the latest.
func (b *Bucket) fetch(ctx context.Context, info object.Info, next, end int64, buf []byte) *part {
	p := &part{buf: buf[:end-next], pool: buf, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		from := &body{bucket: b, ctx: ctx, info: info, next: next, end: end, begun: true}
		defer from.Close()
		p.err = from.fill(p.buf)
	}()
	return p
}

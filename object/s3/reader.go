package s3

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// aheadAfter is how many bytes are read of an object before more than the next
// ones are fetched: who only looks at a beginning is not to pay for parts.
const aheadAfter = 4 << 20

// errClosed is the answer of a reader that was closed.
var errClosed = errors.New("the reader is closed")

// Open implements [object.Bucket]. It asks nothing of the store; the first
// read does.
func (b *Bucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	toEnd := length < 0
	if toEnd {
		length = info.Size - offset
	}
	if offset < 0 || length < 0 || length > info.Size-offset {
		return nil, abstract.WithClass(abstract.FileOnly, fmt.Errorf("open %q: bytes from %d on, %d of them, of %d: %w",
			info.Key, offset, length, info.Size, io.ErrUnexpectedEOF))
	}
	if etagOf(info.Generation) == "" {
		return nil, abstract.WithClass(abstract.FileOnly, fmt.Errorf(
			"open %q: the store gives it no ETag, so that nobody can tell whether it changes", info.Key))
	}
	r := &reader{
		bucket: b, info: info, next: offset, end: offset + length,
		headed: info.Size <= headSize || toEnd && offset < headSize,
		verify: toEnd,
	}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r, nil
}

// reader reads a range of one generation: from the object's beginning if that
// is kept, then from a stream, then from parts that were fetched meanwhile.
//
// No read returns the last byte before the answer that it came in was seen to
// be whole, so whoever counts is as safe as who waits for the end (Invariant
// 2). It is for one goroutine.
type reader struct {
	ctx    context.Context
	cancel context.CancelFunc
	bucket *Bucket
	info   object.Info

	next, end int64
	headed    bool // the beginning comes from heads
	verify    bool // the end of the object is asked for, and not verified yet
	taken     int64

	stream *body   // nil if there is none
	ahead  []*part // what follows the stream, or next, without a gap
	far    int64   // the end of the last part, if there is one
	err    error   // what ended the reads, for good
}

// Read reads from where the last one ended.
func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if err := r.ctx.Err(); err != nil {
		r.err = err
		return 0, err
	}
	if len(p) == 0 && r.next < r.end {
		return 0, nil
	}
	n, err := r.read(p[:min(int64(len(p)), r.end-r.next)])
	r.next += int64(n)
	r.taken += int64(n)
	r.err = err
	return n, err
}

func (r *reader) read(p []byte) (int, error) {
	switch {
	case r.headed && r.next < headSize && (r.next < r.end || r.info.Size == 0):
		return r.readHead(p)
	case r.next == r.end:
		return 0, r.finish()
	case r.stream == nil && len(r.ahead) == 0:
		r.stream = &body{bucket: r.bucket, ctx: r.ctx, info: r.info, next: r.next, end: r.streamEnd(), begun: r.next > 0 && r.taken > 0}
	}
	r.verify = false // every answer from here on is of this generation
	r.lookAhead()
	if r.stream == nil {
		return r.readPart(p)
	}
	n, err := r.stream.Read(p)
	if err == nil && r.stream.next == r.stream.end {
		r.stream = nil
	}
	return n, err
}

// readHead reads from the object's beginning. That of an empty object is its
// end as well.
func (r *reader) readHead(p []byte) (int, error) {
	content, err := r.bucket.heads.get(r.ctx, r.bucket, r.info)
	if err != nil {
		return 0, err
	}
	r.verify = false
	if len(content) == 0 {
		return 0, io.EOF
	}
	return copy(p, content[r.next:]), nil
}

// streamEnd is how far the next stream goes: to the end if the rest is small,
// else for one part, so that parts can take over as soon as there are buffers.
func (r *reader) streamEnd() int64 {
	if r.end-r.next <= 2*partSize {
		return r.end
	}
	return r.next + partSize
}

// lookAhead starts to fetch what follows, as far as there are buffers.
func (r *reader) lookAhead() {
	if r.taken < aheadAfter {
		return
	}
	for len(r.ahead) < partsAhead {
		from := r.next
		switch {
		case len(r.ahead) > 0:
			from = r.far
		case r.stream != nil:
			from = r.stream.end
		}
		if from == r.end {
			return
		}
		buf, ok := r.bucket.parts.take()
		if !ok {
			return
		}
		r.far = min(from+partSize, r.end)
		r.ahead = append(r.ahead, r.bucket.fetch(r.ctx, r.info, from, r.far, buf))
	}
}

// readPart reads from the part that comes next, once that is whole.
func (r *reader) readPart(p []byte) (int, error) {
	first := r.ahead[0]
	select {
	case <-first.done:
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
	if first.err != nil {
		return 0, first.err
	}
	n := copy(p, first.buf)
	if first.buf = first.buf[n:]; len(first.buf) == 0 {
		r.bucket.parts.give(first.pool)
		r.ahead = r.ahead[1:]
	}
	return n, nil
}

// finish answers io.EOF. If nothing had to be fetched on the way to the end of
// the object, it asks whether that still is the end.
func (r *reader) finish() error {
	if r.verify {
		in := &s3.HeadObjectInput{Bucket: &r.bucket.name, Key: &r.info.Key, IfMatch: aws.String(etagOf(r.info.Generation)), RequestPayer: r.bucket.payer}
		if _, err := r.bucket.head(r.ctx, in); err != nil {
			return err
		}
		r.verify = false
	}
	return io.EOF
}

// Close ends the reads, and waits for what was fetched ahead to end.
func (r *reader) Close() error {
	r.cancel()
	if r.stream != nil {
		r.stream.Close()
	}
	for _, p := range r.ahead {
		<-p.done
		r.bucket.parts.give(p.pool)
	}
	r.stream, r.ahead, r.err = nil, nil, errClosed
	return nil
}

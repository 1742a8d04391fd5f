package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/object"
)

// body streams the bytes from next to end of one generation, which are not
// none. When the store's body breaks, ends early or stalls, it is continued by
// another GET. It is for one goroutine.
type body struct {
	bucket    *Bucket
	ctx       context.Context
	info      object.Info
	next, end int64
	begun     bool // bytes of the object were read, here or elsewhere

	from   io.ReadCloser // nil when another GET is due
	cause  error         // why it is due, nil for the first
	budget attempts
	paid   int64 // where the budget was last renewed
}

// progress renews the budget: what goes on breaking after fewer bytes is given
// up.
const progress = 1 << 20

// Read reads on. It answers io.EOF never: whoever reads counts.
func (b *body) Read(p []byte) (int, error) {
	for {
		if err := b.ctx.Err(); err != nil {
			return 0, err
		}
		if b.from == nil {
			if err := b.open(); err != nil {
				return 0, err
			}
		}
		n, err := b.from.Read(p[:min(int64(len(p)), b.end-b.next)])
		b.advance(n)
		switch {
		case b.next == b.end:
			if err := b.finish(err); err != nil {
				return 0, err // with bytes beside it, io.ReadFull would not look at it
			}
			return n, nil
		case err == nil:
			return n, nil
		case err == io.EOF:
			err = io.ErrUnexpectedEOF // S-08: it came too early
		}
		b.Close()
		b.cause = fmt.Errorf("at byte %d: %w", b.next, err)
		if n > 0 {
			return n, nil
		}
	}
}

func (b *body) advance(n int) {
	b.next += int64(n)
	b.begun = b.begun || n > 0
	if b.next-b.paid >= progress {
		b.paid = b.next
		b.budget.moved()
	}
}

// open sends the GET that is due, until one is answered as it should be.
func (b *body) open() error {
	what := request{doing: "read", key: b.info.Key, begun: b.begun}
	for {
		if b.cause != nil {
			if err := b.budget.again(b.ctx, b.bucket, what, b.cause); err != nil {
				return err
			}
		}
		out, err := b.bucket.get(b.ctx, b.info, b.next, b.end)
		if err == nil {
			b.from, b.cause = out, nil
			return nil
		}
		if b.cause = err; awsclient.StatusOf(err) == http.StatusForbidden && b.info.Version != "" {
			// Reading a version takes a permission of its own. If-Match is as
			// good.
			b.info.Version, b.cause = "", nil
		}
	}
}

// finish ends a body whose bytes are all there. For a whole object with a
// checksum, the SDK compares it when it comes to the end.
func (b *body) finish(err error) error {
	if err == nil {
		var more [1]byte
		var n int
		if n, err = io.ReadFull(b.from, more[:]); n > 0 {
			err = errors.New("the store sends more bytes than it was asked for")
		}
	}
	b.Close()
	switch {
	case err == io.EOF:
		return nil
	case b.ctx.Err() != nil:
		return b.ctx.Err()
	case strings.Contains(err.Error(), "checksum did not match"): // its type is internal to the SDK
		return abstract.WithClass(abstract.FileOnly, fmt.Errorf("read %q: its bytes are not those that the store has a checksum of: %w", b.info.Key, err))
	}
	return b.bucket.explain(request{doing: "read", key: b.info.Key, begun: true}, err)
}

// Close drops the connection, if there is one.
func (b *body) Close() {
	if b.from != nil {
		b.from.Close() // nothing is lost that is not counted
		b.from = nil
	}
}

// get sends one GET for the bytes from next to end. The answer is exactly
// these bytes of that generation, or an error.
func (b *Bucket) get(ctx context.Context, info object.Info, next, end int64) (io.ReadCloser, error) {
	in := &s3.GetObjectInput{Bucket: &b.name, Key: &info.Key, IfMatch: aws.String(etagOf(info.Generation)), RequestPayer: b.payer}
	if info.Version != "" {
		in.VersionId = &info.Version
	}
	if next == 0 && end == info.Size {
		in.ChecksumMode = types.ChecksumModeEnabled // which there is of whole objects only (S-18)
	} else {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", next, end-1))
	}
	out, err := b.client.GetObject(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := check(out, in, info, end-next); err != nil {
		out.Body.Close() // the error says it all
		return nil, err
	}
	return out.Body, nil
}

// answerError is an answer that does not fit what was asked for.
type answerError struct{ text string }

func (e *answerError) Error() string { return e.text }

// check compares an answer with what was asked for: some stores, and caches
// before them, ignore If-Match or Range (S-11, S-13).
func check(out *s3.GetObjectOutput, in *s3.GetObjectInput, info object.Info, length int64) error {
	if etag := aws.ToString(out.ETag); Generation(etag, info.Size) != info.Generation {
		return fmt.Errorf("%w: its ETag is %s, was %s", object.ErrChanged, etag, *in.IfMatch)
	}
	if in.Range == nil {
		if out.ContentLength != nil && *out.ContentLength != length {
			return fmt.Errorf("%w: it has %d bytes, was %d", object.ErrChanged, *out.ContentLength, info.Size)
		}
		return nil
	}
	want := fmt.Sprintf("bytes %s/%d", strings.TrimPrefix(*in.Range, "bytes="), info.Size)
	switch got := aws.ToString(out.ContentRange); {
	case got == "":
		return &answerError{fmt.Sprintf("the store was asked for %s and sends the whole object: it does not support ranges", *in.Range)}
	case got != want:
		return &answerError{fmt.Sprintf("the store was asked for %s and sends %q", want, got)}
	case out.ContentLength != nil && *out.ContentLength != length:
		return &answerError{fmt.Sprintf("the store was asked for %d bytes and sends %d", length, *out.ContentLength)}
	}
	return nil
}

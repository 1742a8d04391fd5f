package reader

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Body is the bytes of a file from an offset on. It counts them and remembers how
// they ended. It is for one goroutine, which closes it.
type Body struct {
	io.ReadCloser
	offset, size int64
	err          error
}

// OpenBody opens a file at an offset in bytes, for reading up to its end.
func OpenBody(ctx context.Context, file File, offset int64) (*Body, error) {
	if offset > 0 && offset == file.Info.Size {
		// Nothing is left to ask for, and a store may refuse an empty range.
		return &Body{ReadCloser: io.NopCloser(nil), offset: offset, size: offset, err: io.EOF}, nil
	}
	r, err := file.Bucket.Open(ctx, file.Info, offset, -1)
	if err != nil {
		return nil, fmt.Errorf("open at byte %d: %w", offset, err)
	}
	return &Body{ReadCloser: r, offset: offset, size: file.Info.Size}, nil
}

// Read reads on. An error is final; one that says the object was cut is
// classified here if the driver did not.
func (b *Body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.ReadCloser.Read(p)
	b.offset += int64(n)
	if err == nil || err == io.EOF {
		b.err = err
		return n, err
	}
	err = fmt.Errorf("read at byte %d: %w", b.offset, err)
	if errors.Is(err, io.ErrUnexpectedEOF) && abstract.ClassOf(err) == abstract.Permanent {
		err = abstract.WithClass(abstract.FileOnly, err)
	}
	b.err = err
	return n, err
}

// VerifyEnd checks, once Read has answered an error, that this was the end of
// the file: the store has said so, after as many bytes as were listed (Invariant 2).
func (b *Body) VerifyEnd() error {
	if b.err != io.EOF {
		return b.err
	}
	if b.offset != b.size {
		return abstract.WithClass(abstract.FileOnly, fmt.Errorf("the object ended at byte %d of %d: %w",
			b.offset, b.size, io.ErrUnexpectedEOF))
	}
	return nil
}

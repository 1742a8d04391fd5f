package transfer

import (
	"context"
	"io"
	"sync/atomic"

	"github.com/seed-ede61cd5/sluice/object"
)

// countingBucket counts the stored bytes that are fetched through it, for the
// progress display.
type countingBucket struct {
	object.Bucket
	all  *atomic.Int64 // of the whole load
	file *atomic.Int64 // of this file, whatever the number of tries
}

// Open implements [object.Bucket].
func (b *countingBucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	body, err := b.Bucket.Open(ctx, info, offset, length)
	if err != nil {
		return nil, err
	}
	return &countingBody{ReadCloser: body, bucket: b}, nil
}

// settle makes a file that was read to its end count for its size, however
// many of its bytes had to be fetched: fewer when it was resumed, more when
// parts were fetched again.
func (b *countingBucket) settle(size int64) {
	b.all.Add(size - b.file.Swap(size))
}

type countingBody struct {
	io.ReadCloser
	bucket *countingBucket
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bucket.all.Add(int64(n))
	b.bucket.file.Add(int64(n))
	return n, err
}

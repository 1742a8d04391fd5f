package transfer

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// wholeFile is up to which size an object is fetched at once, and kept while it
// is being loaded.
const wholeFile = 64 << 10

// wholeBucket fetches a small object once, for the sample and the reading: with
// such objects, requests are what costs. It is for one object.
type wholeBucket struct {
	object.Bucket

	mu   sync.Mutex
	data []byte // nil if it was not fetched
}

// Open implements [object.Bucket]. What it serves was read to its verified end.
func (b *wholeBucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	if offset < 0 || offset > info.Size || length > info.Size-offset {
		return b.Bucket.Open(ctx, info, offset, length)
	}
	data, err := b.fetch(ctx, info)
	if err != nil {
		return nil, err
	}
	data = data[offset:]
	if length >= 0 {
		data = data[:length]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (b *wholeBucket) fetch(ctx context.Context, info object.Info) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.data != nil {
		return b.data, nil
	}
	body, err := b.Bucket.Open(ctx, info, 0, -1)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data := make([]byte, info.Size)
	if _, err := io.ReadFull(body, data); err != nil && (err != io.EOF || info.Size > 0) {
		return nil, err
	}
	// The driver verifies the end before it answers that it is one.
	if _, err := io.Copy(tooLong{}, body); err != nil {
		return nil, err
	}
	b.data = data
	return data, nil
}

// tooLong takes nothing: an object that is longer than it was listed is not the
// one that was listed.
type tooLong struct{}

func (tooLong) Write([]byte) (int, error) {
	return 0, abstract.WithClass(abstract.FileOnly, object.ErrChanged)
}

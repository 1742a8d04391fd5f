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

// gather lets the file, if it is small, be fetched at once and kept until
// [job.scatter]. It returns nil if it is not, or is kept already.
func (j *job) gather() *wholeBucket {
	if j.whole != nil || j.file.Info.Size > wholeFile {
		return nil
	}
	j.whole = &wholeBucket{Bucket: j.file.Bucket}
	j.file.Bucket = j.whole
	return j.whole
}

// scatter drops what gather has kept.
func (j *job) scatter() {
	if j.whole != nil {
		j.file.Bucket, j.whole = j.whole.Bucket, nil
	}
}

// wholeBucket fetches a small object once, for the sample and the reading: with
// such objects, requests are what costs. It is for one object.
type wholeBucket struct {
	object.Bucket

	coming chan struct{} // closed once it was fetched ahead, nil if it is not to be

	mu   sync.Mutex
	data []byte // nil if it was not fetched
	err  error  // why fetching it ahead failed, until that is told
}

// Open implements [object.Bucket]. What it serves was read to its verified end.
func (b *wholeBucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	if offset < 0 || offset > info.Size || length > info.Size-offset {
		return b.Bucket.Open(ctx, info, offset, length)
	}
	data, err := b.get(ctx, info)
	if err != nil {
		return nil, err
	}
	data = data[offset:]
	if length >= 0 {
		data = data[:length]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// ahead returns what fetches the object before it is opened; who opens it waits
// for that. If it fails the next Open says so, and the one after it tries again.
func (b *wholeBucket) ahead(ctx context.Context, info object.Info) (fetch func()) {
	b.coming = make(chan struct{})
	return func() {
		defer close(b.coming)
		b.data, b.err = b.fetch(ctx, info)
	}
}

func (b *wholeBucket) get(ctx context.Context, info object.Info) (data []byte, err error) {
	if b.coming != nil {
		select {
		case <-b.coming:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err, b.err = b.err, nil; err != nil {
		return nil, err
	}
	if b.data == nil {
		b.data, err = b.fetch(ctx, info)
	}
	return b.data, err
}

func (b *wholeBucket) fetch(ctx context.Context, info object.Info) ([]byte, error) {
	body, err := b.Bucket.Open(ctx, info, 0, -1)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data := make([]byte, info.Size)
	if _, err := io.ReadFull(body, data); err != nil && (err != io.EOF || info.Size > 0) {
		return nil, err
	}
	// The driver verifies the end before it answers that it is one. An object
	// that is longer than it was listed is not the one that was listed.
	var more [1]byte
	switch n, err := io.ReadFull(body, more[:]); {
	case n > 0:
		return nil, abstract.WithClass(abstract.FileOnly, object.ErrChanged)
	case err != io.EOF:
		return nil, err
	}
	return data, nil
}

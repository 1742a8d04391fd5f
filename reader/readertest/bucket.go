package readertest

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Bucket is an [object.Bucket] in memory that misbehaves as told. Its fields
// must be set before use; then its methods may be called concurrently.
type Bucket struct {
	// Files are the objects by key.
	Files map[string][]byte
	// ReadSize is the most bytes that one Read returns, 0 for as many as fit.
	ReadSize int
	// OpenError fails every Open, unless it is nil.
	OpenError error
	// StopAt is the offset at which bodies end with StopError, unless that is
	// nil. The size that Info tells stays what it is.
	StopAt    int64
	StopError error
	// BeforeRead is called with the offset of each Read, unless it is nil.
	BeforeRead func(offset int64)
	// Panic makes every Read panic from StopAt on.
	Panic bool
}

// Name is the bucket's name.
func (b *Bucket) Name() string { return "mem://test" }

// List calls page once with all matching objects.
func (b *Bucket) List(_ context.Context, prefix string, page func([]object.Info) error) error {
	var infos []object.Info
	for _, key := range slices.Sorted(maps.Keys(b.Files)) {
		if strings.HasPrefix(key, prefix) {
			infos = append(infos, b.Info(key))
		}
	}
	return page(infos)
}

// Info describes an object that is there.
func (b *Bucket) Info(key string) object.Info {
	return object.Info{Key: key, Generation: "1", Size: int64(len(b.Files[key]))}
}

// Stat describes an object.
func (b *Bucket) Stat(_ context.Context, key string) (object.Info, error) {
	if _, ok := b.Files[key]; !ok {
		return object.Info{}, abstract.WithClass(abstract.NotFound, fmt.Errorf("no object %q", key))
	}
	return b.Info(key), nil
}

// Open reads an object.
func (b *Bucket) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	if b.OpenError != nil {
		return nil, b.OpenError
	}
	data := b.Files[info.Key]
	if offset > int64(len(data)) {
		return nil, abstract.WithClass(abstract.FileOnly, fmt.Errorf("range begins at %d of %d", offset, len(data)))
	}
	if length >= 0 {
		data = data[:min(offset+length, int64(len(data)))]
	}
	return &body{ctx: ctx, bucket: b, data: data, at: offset}, nil
}

// Close does nothing.
func (b *Bucket) Close() error { return nil }

// body is an open object.
type body struct {
	ctx    context.Context
	bucket *Bucket
	data   []byte
	at     int64
}

func (r *body) Read(p []byte) (int, error) {
	if r.bucket.BeforeRead != nil {
		r.bucket.BeforeRead(r.at)
	}
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	end := int64(len(r.data))
	stops := r.bucket.StopError != nil || r.bucket.Panic
	if stops {
		end = min(end, r.bucket.StopAt)
	}
	if r.at >= end {
		switch {
		case stops && r.bucket.Panic:
			panic("the store panics")
		case stops:
			return 0, r.bucket.StopError
		}
		return 0, io.EOF
	}
	if n := r.bucket.ReadSize; n > 0 && len(p) > n {
		p = p[:n]
	}
	n := copy(p, r.data[r.at:end])
	r.at += int64(n)
	return n, nil
}

func (r *body) Close() error { return nil }

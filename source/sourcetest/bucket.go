package sourcetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Bucket is a store in memory for tests of sources that list: it holds keys
// without content, and lists them in order, 1,000 for a request. Its methods
// may be called concurrently. Make it with [NewBucket].
type Bucket struct {
	object.Bucket // nothing can be opened
	// Request, if not nil, is called before the nth request for a page is
	// answered, from 1 on; an error is the answer.
	Request func(n int) error

	name string

	mu       sync.Mutex
	keys     map[string]bool
	sorted   []string // the keys; nil if they have changed
	requests int
}

// NewBucket returns an empty bucket of that name.
func NewBucket(name string) *Bucket { return &Bucket{name: name, keys: map[string]bool{}} }

// Name implements [object.Bucket].
func (b *Bucket) Name() string { return b.name }

// Put adds keys.
func (b *Bucket) Put(keys ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, key := range keys {
		b.keys[key] = true
	}
	b.sorted = nil
}

// Delete removes the keys for which gone is true.
func (b *Bucket) Delete(gone func(key string) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.keys, func(key string, _ bool) bool { return gone(key) })
	b.sorted = nil
}

// Requests is how many pages were asked for.
func (b *Bucket) Requests() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests
}

// Stat implements [object.Bucket].
func (b *Bucket) Stat(ctx context.Context, key string) (object.Info, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.keys[key] {
		return object.Info{}, abstract.WithClass(abstract.NotFound, errors.New("no such key"))
	}
	return object.Info{Key: key, Generation: "1"}, ctx.Err()
}

// List implements [object.Bucket].
func (b *Bucket) List(ctx context.Context, prefix string, page func([]object.Info) error) error {
	return b.ListAfter(ctx, prefix, "", page)
}

// ListAfter implements [object.Ordered].
func (b *Bucket) ListAfter(ctx context.Context, prefix, after string, page func([]object.Info) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.mu.Lock()
		b.requests++
		n := b.requests
		b.mu.Unlock()
		if b.Request != nil {
			if err := b.Request(n); err != nil {
				return err
			}
		}
		infos, more := b.listing(prefix, after)
		if len(infos) > 0 {
			after = infos[len(infos)-1].Key
			if err := page(infos); err != nil {
				return err
			}
		}
		if !more {
			return ctx.Err()
		}
	}
}

// listing is one page.
func (b *Bucket) listing(prefix, after string) (infos []object.Info, more bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sorted == nil {
		b.sorted = slices.Sorted(maps.Keys(b.keys))
	}
	from, _ := slices.BinarySearch(b.sorted, max(prefix, after+"\x00"))
	for _, key := range b.sorted[from:] {
		switch {
		case !strings.HasPrefix(key, prefix):
			return infos, false
		case len(infos) == 1000:
			return infos, true
		}
		infos = append(infos, object.Info{Key: key, Generation: "1"})
	}
	return infos, false
}

package s3

import (
	"context"
	"io"
	"slices"
	"sync"

	"github.com/seed-ede61cd5/sluice/object"
)

const (
	// headSize is how many bytes of an object are fetched and kept as its
	// beginning. An object that has no more is fetched by one GET, once.
	headSize = 1 << 20
	// headsKept is how many beginnings are kept: of the ten files that decide
	// a table's columns, and of those being read.
	headsKept = 16
)

// heads keeps the beginnings of the objects that were opened last. Formats
// look at a beginning to recognise it, to sample it, and to read it; without
// this each look would be a GET. What is kept is of exactly one generation,
// and is as good as bytes that were read before the object changed.
type heads struct {
	mu   sync.Mutex
	kept []*head // the one used last is the last
}

// head is the beginning of one generation.
type head struct {
	key, generation string

	done    chan struct{} // closed when the rest is set
	content []byte
	err     error
}

// get returns the beginning of an object, which it fetches unless it is kept
// or somebody else is at it. The bytes are not the caller's to change.
func (h *heads) get(ctx context.Context, b *Bucket, info object.Info) ([]byte, error) {
	for {
		entry, isMine := h.claim(info)
		if isMine {
			return h.fetch(ctx, b, info, entry)
		}
		select {
		case <-entry.done:
			if entry.err == nil {
				return entry.content, nil
			}
			// It was somebody else's failure, or his context: try again.
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// claim finds the entry of an object, or makes one for the caller to fill.
func (h *heads) claim(info object.Info) (entry *head, isMine bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, e := range h.kept {
		if e.key == info.Key && e.generation == info.Generation {
			h.kept = append(slices.Delete(h.kept, i, i+1), e)
			return e, false
		}
	}
	if len(h.kept) == headsKept {
		h.kept = slices.Delete(h.kept, 0, 1)
	}
	entry = &head{key: info.Key, generation: info.Generation, done: make(chan struct{})}
	h.kept = append(h.kept, entry)
	return entry, true
}

func (h *heads) fetch(ctx context.Context, b *Bucket, info object.Info, entry *head) ([]byte, error) {
	defer close(entry.done)
	from := &body{bucket: b, ctx: ctx, info: info, end: min(info.Size, headSize)}
	defer from.Close()
	content := make([]byte, from.end)
	if entry.err = from.fill(content); entry.err != nil {
		h.mu.Lock()
		h.kept = slices.DeleteFunc(h.kept, func(e *head) bool { return e == entry })
		h.mu.Unlock()
		return nil, entry.err
	}
	entry.content = content
	return content, nil
}

// fill reads a body to its end into buf, which is as long as it.
func (b *body) fill(buf []byte) error {
	if len(buf) == 0 { // there still is an end to be seen
		_, err := b.Read(nil)
		return err
	}
	_, err := io.ReadFull(b, buf)
	return err
}

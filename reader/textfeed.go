package reader

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// DecodeFunc makes rows of a block, with buffers of that allocator. It is
// called concurrently, for different blocks and in any order, and must do
// nothing but compute. After an error or a panic it holds no buffers.
type DecodeFunc func(mem memory.Allocator, block Block) (Decoded, error)

// Run reads the file from where the next block begins to its end; see [Run].
// decode need not set the result's After and Covers: the block tells them.
func (b *Blocks) Run(ctx context.Context, req Request, decode DecodeFunc, emit Emit) error {
	return Run(ctx, req, &textFeed{blocks: b, before: req.Offset, decode: decode}, emit)
}

// textFeed is the [Feed] of a text file.
type textFeed struct {
	blocks *Blocks
	before int64 // where the last block ended
	decode DecodeFunc
}

// Next returns the next block.
func (f *textFeed) Next(ctx context.Context) (Stretch, error) {
	block, err := f.blocks.Next(ctx, f.blocks.rows)
	if err != nil {
		return nil, err
	}
	s := &textStretch{feed: f, block: block, before: f.before, after: block.Offset + int64(block.length)}
	f.before = s.after
	return s, nil
}

// End is where the last record ends.
func (f *textFeed) End() int64 { return f.blocks.end }

// textStretch is a block on its way to rows.
type textStretch struct {
	feed  *textFeed
	block Block
	// before is where the block before ended. That is not where this one
	// begins after a header that is left out.
	before, after int64
}

// Decode decodes the block. From then on only the rows are reserved.
func (s *textStretch) Decode(ctx context.Context, mem memory.Allocator) (d Decoded, err error) {
	b := s.feed.blocks
	defer func() {
		b.keep(&s.block)
		b.reserve(&s.block, d.Bytes)
	}()
	if err := b.limits.Slot(ctx); err != nil {
		return Decoded{}, err
	}
	defer b.limits.Free()
	d, err = s.feed.decode(mem, s.block)
	d.After = s.after
	switch {
	case d.Stop > 0:
		d.After = d.Stop
	case d.Bad != nil:
		d.After = d.Bad.Offset
	case d.New != nil: // before the first record
		d.After = s.before
	}
	d.Covers = d.After - s.before
	return d, err
}

// Free returns what is reserved for the rows.
func (s *textStretch) Free() { s.feed.blocks.Recycle(&s.block) }

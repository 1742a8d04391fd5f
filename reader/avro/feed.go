package avro

import (
	"context"
	"errors"
	"io"
	"math"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/seed-ede61cd5/sluice/reader"
)

// read is one call of Read: the [reader.Feed] of a file.
type read struct {
	request reader.Request
	source  *source
	head    *header
	columns []part
	target  []int // the place in the schema of each of the columns, or what [reader.Request.Match] says in place of it
	rescue  int   // the place in the schema for what does not fit, -1 for none
	arrow   *arrow.Schema
	share   *reader.Share

	budget   int64 // that a stretch may cost
	usual    int64 // that one costs at most, going by the size of the file
	rows     int64 // of a batch
	rowBytes int64
	maxBlock int64 // bytes, packed or unpacked

	next int64 // number of the record that the next block begins with
	skip int64 // records of the file to be passed over
	err  error // why there are no more blocks

	// Of all blocks that were unpacked: bytes, and how many records and nested
	// values there were beyond one for each byte; and their limits, 0 for none.
	packed, unpacked, empty atomic.Int64
	mostUnpacked, mostEmpty int64

	text     []atomic.Int64 // of each column, average bytes of data in a row of the last batch
	decoders sync.Pool      // of *decoder
}

// block is a block of the file, packed.
type block struct {
	data     []byte
	records  int64
	first    int64 // number of its first record
	from, to int64 // where it is in the file
}

// freeEmpty is how many records and nested values may take no bytes however small
// a file is.
const freeEmpty = 1 << 20

// perBlock is the memory that a block takes besides its bytes.
const perBlock = 128

// Next makes the next stretch: some blocks.
func (r *read) Next(ctx context.Context) (reader.Stretch, error) {
	if r.err != nil {
		return nil, r.err
	}
	if err := r.share.Acquire(ctx, r.usual); err != nil {
		return nil, err
	}
	s := &stretch{read: r, reserved: r.usual}
	size, want := int64(0), r.wanted()
	for size < want && s.left < r.rows && r.err == nil {
		b, err := r.nextBlock(ctx)
		if r.err = err; err != nil {
			break
		}
		s.blocks = append(s.blocks, b)
		s.left += b.records
		size += int64(len(b.data)) + perBlock
	}
	if len(s.blocks) == 0 {
		s.Free()
		return nil, r.err
	}
	s.begin(size)
	return s, nil
}

// wanted is how many packed bytes a stretch is to have: what it costs with the
// text that becomes of them is half of the budget, and its rows the other.
func (r *read) wanted() int64 {
	want := float64(r.budget) / 2 / (1 + textFactor*r.ratio())
	if n := r.request.BatchBytes; n > 0 {
		want = min(want, float64(n))
	}
	return max(int64(want), 1)
}

// textFactor is what a byte may cost as text in a column, which grows by halves.
const textFactor = 1.5

// ratio is how many bytes one of a block unpacks to, by those before.
func (r *read) ratio() float64 {
	if packed := r.packed.Load(); packed > 0 {
		return max(float64(r.unpacked.Load())/float64(packed), 1)
	}
	if r.head.codec == codecNull {
		return 1
	}
	return 4
}

var (
	errCounts = errors.New("a block has a negative number of records or bytes")
	errSync   = errors.New("a block does not end with the sync marker of the header")
)

// nextBlock reads the next block with records that are asked for, or the verified
// end of the file.
func (r *read) nextBlock(ctx context.Context) (b block, err error) {
	src := r.source
	for {
		if err := ctx.Err(); err != nil {
			return b, err
		}
		ended, err := src.ended()
		if err != nil {
			return b, err
		}
		if ended && r.next < r.skip {
			return b, reader.FileOnly("resume at record %d: the file has only %d", r.skip, r.next)
		}
		if ended {
			return b, io.EOF
		}
		if b, err = r.blockHead(); err != nil {
			return b, err
		}
		size := b.to - src.at - syncBytes
		if skipped := b.first < r.skip && b.first+b.records <= r.skip; skipped {
			err = src.skip(size)
		} else {
			b.data, err = src.take(size)
		}
		if err != nil {
			return b, err
		}
		var sync [syncBytes]byte
		if err := src.fill(sync[:]); err != nil {
			return b, err
		}
		if sync != r.head.sync {
			return b, src.damaged(errSync)
		}
		r.next += b.records
		if b.data != nil {
			return b, nil
		}
	}
}

// blockHead reads what a block begins with: the numbers of its records and bytes.
func (r *read) blockHead() (b block, err error) {
	src := r.source
	b.from, b.first = src.at, r.next
	if b.records, err = src.long(); err != nil {
		return b, err
	}
	size, err := src.long()
	if err != nil {
		return b, err
	}
	switch {
	case b.records < 0 || size < 0:
		return b, src.damaged(errCounts)
	case size > r.maxBlock:
		return b, reader.FileOnly("at byte %d: a block of %d bytes, more than %d are not read", b.from, size, r.maxBlock)
	case size > src.left()-syncBytes:
		return b, reader.FileOnly("at byte %d: a block of %d bytes, of which the file has only %d: it is cut short or damaged", b.from, size, src.left())
	case b.records > math.MaxInt64-b.first || r.mostUnpacked > 0 && b.records > r.mostUnpacked:
		return b, reader.FileOnly("at byte %d: a block of %d records in %d bytes, which cannot be", b.from, b.records, size)
	case len(r.columns) == 0 && b.records > 0:
		return b, reader.FileOnly("the records of the file have no fields")
	}
	b.to = src.at + size + syncBytes
	return b, nil
}

// End is the number of records.
func (r *read) End() int64 { return r.next }

func (r *read) close() {
	r.share.Close()
	r.source.close()
}

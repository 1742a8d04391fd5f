package reader

import (
	"context"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// DefaultBatchRows is the largest number of rows of a batch where a request
// does not say: the rows of one DuckDB row group.
const DefaultBatchRows = 122_880

// Pad is how many bytes of a block's backing array follow its data. Decoders
// may read and overwrite them, so that their loops need no end of data.
const Pad = 32

// Block is a stretch of a file that holds whole records and begins where a
// record does.
type Block struct {
	// Data is the bytes; cap(Data) is at least len(Data)+[Pad]. They belong to
	// the decoder until it returns, and are overwritten afterwards.
	Data []byte
	// Offset is where the block begins, in the text of the file: decompressed, and in UTF-8.
	Offset int64
	// Records is at least the number of records in the block.
	Records int

	length   int    // of Data, which does not outlive the decoding
	buffer   []byte // what Data is cut from, for reuse
	reserved int64  // bytes of the budget
}

// SplitFunc finds the end of a stretch of whole records. data begins at a
// record's start, at that offset of the decompressed stream. Split returns the
// end of the last record that ends in data, but of no more than most records,
// and an upper bound of their number, from 1 to most. It returns 0, 0 where no
// record ends in data. At the end of the file every record ends, whether or
// not a line end follows. It is called by one goroutine at a time, again with
// more data if it returned 0, and must not keep data.
type SplitFunc func(data []byte, offset int64, most int, atEOF bool) (end, records int)

// Frame is what a [FrameFunc] found: data[Skip:End] is whole records, no more
// than that many. Without records Skip and End are the same.
type Frame struct{ Skip, End, Records int }

// FrameFunc is a [SplitFunc] for records that lie inside something else. Besides
// finding their ends it tells how much of data belongs to none, and is left out
// for good; it is the one to see that all of that is as it should be. An error
// ends the file, before the record that data begins with. It may keep its place
// between calls, each of which begins where the last one ended. At the end of
// the file it is asked until there is no data left, and once more then.
type FrameFunc func(data []byte, offset int64, most int, atEOF bool) (Frame, error)

// Shape is what the pipeline has to know about a format and its rows to
// reserve memory before it decodes.
type Shape struct {
	// Split finds record ends. Frame, if it is set, is asked in its place.
	Split SplitFunc
	Frame FrameFunc
	// Encoding is what the user or the [Dialect] says that the text is encoded in,
	// empty for UTF-8 or what a byte order mark says.
	Encoding string
	// Binary tells that the file is no text. Its compression is found all the same.
	Binary bool
	// TooLong is what to ask about a record beyond [Limits.MaxRecord].
	TooLong string
	// RowBytes is the most memory that a row takes in a batch besides its
	// bytes in the file.
	RowBytes int64
	// BatchRows and BatchBytes bound a block further; see [Request].
	BatchRows  int
	BatchBytes int64
}

// textFactor bounds the memory for a block's bytes: the bytes as they are in
// the file, and as much and a half for the variable part of its rows, whose
// buffers grow by halves.
const textFactor = 2.5

// minBlock keeps blocks large enough to be worth a goroutine, as long as the
// budget and the request allow.
const minBlock = 64 << 10

// Blocks reads a text file block by block: fetched, decompressed and cut
// between records. It is for one goroutine, but for Recycle. [Blocks.Run] is
// the parallel way to read it, [Blocks.Next] the serial one.
type Blocks struct {
	stream *stream
	limits *Limits
	share  *Share
	shape  Shape

	cost      int64 // of a usual block
	size      int   // bytes of a usual block at most
	rows      int   // records of a block at most
	maxRecord int

	want   int // bytes to read for the next block
	carry  []byte
	offset int64 // of carry
	end    int64 // of the last record, or where reading began
	eof    bool
	spare  chan []byte // buffers to use again
}

// OpenBlocks opens a file at its beginning and recognises its compression and,
// by a byte order mark, its encoding. It refuses what cannot be text, unless the shape
// says that it is none. The caller closes it.
func OpenBlocks(ctx context.Context, file File, limits *Limits, shape Shape) (b *Blocks, err error) {
	defer recovered("decompress", &err)
	s, err := openStream(ctx, file, limits, shape.Encoding, shape.Binary)
	if err != nil {
		return nil, err
	}
	b = &Blocks{
		stream: s, limits: limits, shape: shape,
		cost:      limits.BlockCost(),
		maxRecord: int(limits.MaxRecord()),
		spare:     make(chan []byte, limits.Parallelism()+2),
	}
	b.measure()
	b.share = limits.Open(b.cost)
	return b, nil
}

// measure splits the cost of a block between its bytes and its rows. What the
// file or the format does not need of it is not asked for.
func (b *Blocks) measure() {
	size, rows := int64(float64(b.cost)/2/textFactor), b.cost/2/max(b.shape.RowBytes, 1)
	if b.shape.BatchBytes > 0 {
		size = min(size, b.shape.BatchBytes)
	}
	if b.stream.asStored() {
		size = min(size, b.stream.file.Info.Size+1)
	}
	most := b.shape.BatchRows
	if most <= 0 {
		most = DefaultBatchRows
	}
	b.size = int(max(min(size, int64(b.maxRecord)), 1))
	b.rows = int(max(min(rows, int64(most)), 1))
	b.cost = min(b.cost, b.costOf(b.size, b.rows))
	b.want = min(b.size, 4*minBlock)
}

// Describe sets in a dialect what was recognised: compression and encoding.
func (b *Blocks) Describe(d *Dialect) {
	d.Compression, d.Encoding = b.stream.compression, b.stream.encoding
}

// Check refuses a file that is compressed or encoded in another way than its
// dialect says: it is not the file that was begun.
func (b *Blocks) Check(d Dialect) error {
	if got := b.stream.compression; got != d.Compression {
		return FileOnly("the file has compression %q, its dialect says %q", got, d.Compression)
	}
	if got := b.stream.encoding; got != d.Encoding {
		return FileOnly("the file has encoding %q, its dialect says %q", got, d.Encoding)
	}
	return nil
}

// Offset is where the next block begins, in the decompressed stream.
func (b *Blocks) Offset() int64 { return b.offset }

// costOf is the memory reserved for that many bytes and records.
func (b *Blocks) costOf(size, records int) int64 {
	return int64(textFactor*float64(size)) + int64(records)*b.shape.RowBytes
}

// Next returns the next block, of at most that many records, or io.EOF after
// the verified end. It waits for memory, which [Blocks.Recycle] gives back,
// only while an earlier block holds some. A record that is too long is a
// [BadRecord].
func (b *Blocks) Next(ctx context.Context, most int) (block Block, err error) {
	if b.eof && len(b.carry) == 0 && b.shape.Frame == nil {
		return Block{}, io.EOF
	}
	most = min(most, b.rows)
	if err := b.share.Acquire(ctx, b.cost); err != nil {
		return Block{}, err
	}
	block = Block{reserved: b.cost}
	if err := b.fill(ctx, &block, most); err != nil {
		b.Recycle(&block)
		return Block{}, err
	}
	b.plan(&block, most)
	return block, nil
}

// fill reads until at least one record is complete.
func (b *Blocks) fill(ctx context.Context, block *Block, most int) (err error) {
	defer recovered("decompress", &err)
	b.want = max(b.want, len(b.carry))
	block.buffer = append(b.buffer(b.want), b.carry...)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.read(block, b.want); err != nil {
			return err
		}
		data := block.buffer
		frame, err := b.frame(data, most)
		if err != nil {
			return err
		}
		if frame.Records > 0 {
			b.cut(block, frame)
			return nil
		}
		if b.eof && len(data) == frame.Skip {
			b.carry = b.carry[:0]
			b.offset += int64(frame.Skip)
			return io.EOF
		}
		if frame.Skip > 0 {
			block.buffer = append(data[:0], data[frame.Skip:]...)
			b.offset += int64(frame.Skip)
			continue
		}
		if len(data) > b.maxRecord {
			return abstract.WithClass(abstract.FileOnly, &BadRecord{Offset: b.offset, Reason: fmt.Sprintf(
				"it is longer than %d bytes, the most a record may have (--max-record, and --memory): %s", b.maxRecord, b.shape.TooLong)})
		}
		b.want = min(2*b.want, b.maxRecord+1)
		b.reserve(block, max(block.reserved, b.costOf(b.want, 1)))
	}
}

// frame asks the format for the records that data begins with.
func (b *Blocks) frame(data []byte, most int) (Frame, error) {
	if b.shape.Frame != nil {
		return b.shape.Frame(data, b.offset, most, b.eof)
	}
	end, records := b.shape.Split(data, b.offset, most, b.eof)
	return Frame{End: end, Records: records}, nil
}

// read fills the block's buffer up to want bytes, or to the end.
func (b *Blocks) read(block *Block, want int) error {
	buf := block.buffer
	if cap(buf) < want+Pad {
		grown := make([]byte, len(buf), want+Pad)
		copy(grown, buf)
		buf = grown
	}
	for len(buf) < want && !b.eof {
		n, err := b.stream.Read(buf[len(buf):want])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			b.eof = true
		} else if err != nil {
			block.buffer = buf
			return err
		}
	}
	block.buffer = buf
	return nil
}

// cut ends the block and keeps the rest for the next one. The block's buffer
// goes to a decoder, so the rest is copied out of it.
func (b *Blocks) cut(block *Block, f Frame) {
	block.Data, block.Records, block.length = block.buffer[f.Skip:f.End], f.Records, f.End-f.Skip
	block.Offset = b.offset + int64(f.Skip)
	b.carry = append(b.carry[:0], block.buffer[f.End:]...)
	b.offset += int64(f.End)
	b.end = b.offset
	b.reserve(block, b.costOf(f.End, f.Records))
}

// plan chooses how much to read for the next block: as much as the records of
// a block need, going by this one's, so that little has to be carried over.
func (b *Blocks) plan(block *Block, most int) {
	if most == b.rows { // not when a header was read on its own
		want := int64(len(block.Data)) * int64(most) / int64(block.Records)
		b.want = int(min(want+want/8+minBlock, int64(b.size)))
	}
	b.want = min(b.want, b.size)
}

// reserve changes what is reserved for the block.
func (b *Blocks) reserve(block *Block, cost int64) {
	b.share.Resize(block.reserved, cost)
	block.reserved = cost
}

// buffer returns an empty buffer for want bytes.
func (b *Blocks) buffer(want int) []byte {
	select {
	case buf := <-b.spare:
		if cap(buf) >= want+Pad {
			return buf[:0]
		}
	default:
	}
	return make([]byte, 0, want+Pad)
}

// Recycle takes a block's buffer back and returns its reservation. It may be
// called concurrently. Buffers beyond a usual block's size are left to the
// garbage collector.
func (b *Blocks) Recycle(block *Block) {
	b.keep(block)
	b.reserve(block, 0)
}

// keep takes a block's buffer back.
func (b *Blocks) keep(block *Block) {
	buf := block.buffer
	block.buffer, block.Data = nil, nil
	if cap(buf) == 0 || cap(buf) > 2*(b.size+Pad) {
		return
	}
	select {
	case b.spare <- buf:
	default:
	}
}

// Seek makes the next block begin at that decompressed offset.
func (b *Blocks) Seek(ctx context.Context, offset int64) (err error) {
	defer recovered("decompress", &err)
	if held := offset - b.offset; held >= 0 && held <= int64(len(b.carry)) {
		b.carry = append(b.carry[:0], b.carry[held:]...)
	} else {
		if err := b.stream.seek(ctx, offset); err != nil {
			return err
		}
		b.carry, b.eof = b.carry[:0], false
	}
	b.offset, b.end = offset, offset
	return nil
}

// Close frees the stream and the share. No block may be in use any more.
func (b *Blocks) Close() {
	b.stream.Close()
	b.share.Close()
}

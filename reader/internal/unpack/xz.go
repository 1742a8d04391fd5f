package unpack

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xzMagic is what a stream begins with.
const xzMagic = "\xfd7zXZ\x00"

// xzReader reads all streams of an xz file: see The .xz File Format 1.2.1. The
// library undoes the LZMA2 in it. Its reader for whole files is not used: it
// takes a file that was cut in the header of a block for one that ends there,
// and allocates whatever dictionary the header of a block declares. Here it sees
// one chunk at a time, and its dictionary is used for all blocks.
type xzReader struct {
	from    *bufio.Reader
	maxDict int64
	enough  bool // a dictionary of maxDict is enough, whatever is declared

	next  func() error // reads what stands where the next chunk might begin
	chunk xzChunk
	lzma  *lzma.Reader2
	dict  int64 // of lzma

	flags   byte // of the stream: which checksum its blocks have
	index   hash.Hash
	records uint64
	block   xzBlock
}

// xzBlock is a block that is being read. Sizes that are not declared are
// negative.
type xzBlock struct {
	header, packed, size             int64
	declaredPacked, declaredUnpacked int64
	check                            hash.Hash
	begun                            bool
}

// xzChunk is a chunk of LZMA2 for the library: its bytes, header included.
type xzChunk struct {
	from           *bufio.Reader
	packed, unpack int64 // bytes left
}

func (c *xzChunk) Read(p []byte) (int, error) {
	if c.packed == 0 {
		return 0, errors.New("a chunk goes on beyond its end")
	}
	n, err := c.from.Read(p[:min(int64(len(p)), c.packed)])
	c.packed -= int64(n)
	return n, cut(err)
}

func newXZ(from *bufio.Reader, maxDict int64) io.ReadCloser {
	x := &xzReader{from: from, maxDict: maxDict}
	x.next = x.stream
	return x
}

// NewShortXZ is [New] for an xz file of whose output no more than most bytes, and
// one, are going to be read. No dictionary beyond those is needed, so none that is
// declared is too large. What follows them may be an error.
func NewShortXZ(from *bufio.Reader, most int64) io.Reader {
	// Twice as much, since the library decodes ahead until its dictionary is full.
	x := &xzReader{from: from, maxDict: max(2*most, lzma.MinDictCap), enough: true}
	x.next = x.stream
	return x
}

// Close frees nothing: the library has nothing to close.
func (x *xzReader) Close() error { return nil }

func (x *xzReader) Read(p []byte) (int, error) {
	for x.chunk.unpack == 0 {
		if err := x.next(); err != nil {
			return 0, err
		}
	}
	if x.lzma == nil {
		var err error
		if x.lzma, err = (lzma.Reader2Config{DictCap: int(x.dict)}).NewReader2(&x.chunk); err != nil {
			return 0, cut(err)
		}
	}
	n, err := x.lzma.Read(p[:min(int64(len(p)), x.chunk.unpack)])
	x.chunk.unpack -= int64(n)
	x.block.size += int64(n)
	x.block.check.Write(p[:n])
	if err == nil && x.chunk.unpack == 0 && x.chunk.packed > 0 {
		err = fmt.Errorf("a chunk has %d bytes too many", x.chunk.packed)
	}
	return n, cut(err)
}

// take returns the next n bytes, until the next read.
func (x *xzReader) take(n int) ([]byte, error) {
	b, err := peek(x.from, n)
	if err == nil {
		_, err = x.from.Discard(n)
	}
	return b, err
}

// stream reads the header of a stream, or padding between two. Here a file may
// end.
func (x *xzReader) stream() error {
	if _, err := x.from.Peek(1); err != nil {
		return err
	}
	if pad, err := peek(x.from, 4); err != nil || string(pad) == "\x00\x00\x00\x00" {
		_, _ = x.from.Discard(len(pad))
		return err
	}
	head, err := x.take(12)
	switch {
	case err != nil:
		return err
	case string(head[:6]) != xzMagic:
		return errors.New("what follows a stream is neither padding nor a stream")
	case crc32.ChecksumIEEE(head[6:8]) != binary.LittleEndian.Uint32(head[8:]):
		return errors.New("the checksum of a stream's header is wrong")
	case head[6] != 0:
		return fmt.Errorf("stream flags %x are not known", head[6:8])
	}
	x.flags, x.index, x.records = head[7], sha256.New(), 0
	x.next = x.blockHeader
	_, err = newCheck(x.flags)
	return err
}

// newCheck makes the checksum of a kind, which is its value's bytes in reverse,
// but for SHA-256.
func newCheck(kind byte) (hash.Hash, error) {
	switch kind {
	case 0:
		return noCheck{crc32.NewIEEE()}, nil
	case 1:
		return crc32.NewIEEE(), nil
	case 4:
		return crc64.New(crc64.MakeTable(crc64.ECMA)), nil
	case 10:
		return sha256.New(), nil
	}
	return nil, fmt.Errorf("checksums of kind %d are not known", kind)
}

// noCheck is the checksum of no bytes.
type noCheck struct{ hash.Hash }

func (noCheck) Write(p []byte) (int, error) { return len(p), nil }
func (noCheck) Sum(b []byte) []byte         { return b }
func (noCheck) Size() int                   { return 0 }

// blockHeader reads the header of a block, or what follows the last one.
func (x *xzReader) blockHeader() error {
	size, err := peek(x.from, 1)
	if err != nil {
		return err
	}
	if size[0] == 0 {
		return x.end()
	}
	head, err := x.take(4 * (int(size[0]) + 1))
	if err != nil {
		return err
	}
	body, sum := head[:len(head)-4], head[len(head)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return errors.New("the checksum of a block's header is wrong")
	}
	b := xzBlock{header: int64(len(head)), declaredPacked: -1, declaredUnpacked: -1}
	fields := bytes.NewReader(body[2:])
	if body[1]&0x40 != 0 {
		if b.declaredPacked, err = xzSize(fields); err != nil {
			return err
		}
	}
	if body[1]&0x80 != 0 {
		if b.declaredUnpacked, err = xzSize(fields); err != nil {
			return err
		}
	}
	dict, err := xzDict(body[1], fields)
	if err != nil {
		return err
	}
	if b.declaredUnpacked >= 0 {
		dict = min(dict, b.declaredUnpacked) // nothing lies farther back
	}
	if x.enough {
		dict = min(dict, x.maxDict)
	}
	if dict > x.maxDict {
		return fmt.Errorf("a dictionary of %d bytes is needed, and %d are allowed: give more --memory, or compress with a smaller one", dict, x.maxDict)
	}
	if dict = max(dict, lzma.MinDictCap); x.dict < dict {
		x.dict, x.lzma = dict, nil
	}
	if b.check, err = newCheck(x.flags); err != nil {
		return err
	}
	x.block, x.next = b, x.chunkHeader
	return nil
}

// xzDict reads the filters of a block and returns the size of the dictionary.
func xzDict(flags byte, fields *bytes.Reader) (int64, error) {
	var filter [3]byte
	_, _ = io.ReadFull(fields, filter[:])
	switch d := filter[2]; {
	case flags&0x3c != 0:
		return 0, fmt.Errorf("block flags %x are not known", flags)
	case flags&3 != 0 || filter[0] != 0x21:
		return 0, errors.New("there are filters besides LZMA2, which are not undone: compress without --x86, --delta and the like")
	case filter[1] != 1 || d > 40:
		return 0, errors.New("the size of the dictionary is not known")
	case d == 40:
		return 1<<32 - 1, nil
	default:
		return int64(2|d&1) << (d/2 + 11), nil
	}
}

// xzSize reads an integer of up to 63 bits.
func xzSize(from io.ByteReader) (int64, error) {
	n, err := binary.ReadUvarint(from)
	if err == nil && n>>63 != 0 {
		err = errors.New("a size has 64 bits")
	}
	return int64(n), cut(err)
}

// chunkHeader makes the next chunk ready, or ends the block.
func (x *xzReader) chunkHeader() error {
	head, err := peek(x.from, 1)
	if err != nil {
		return err
	}
	control, c := head[0], xzChunk{from: x.from}
	if control == 0 {
		return x.endBlock()
	}
	if !x.block.begun && control != 1 && control < 0xe0 {
		return errors.New("a block begins in the middle of a dictionary")
	}
	x.block.begun = true
	if head, err = peek(x.from, 5); err != nil {
		return err // the end mark and more follow even the shortest chunk
	}
	c.unpack = int64(binary.BigEndian.Uint16(head[1:])) + 1
	switch {
	case control <= 2:
		c.packed = 3 + c.unpack
	case control >= 0x80:
		c.unpack += int64(control&0x1f) << 16
		c.packed = 5 + int64(binary.BigEndian.Uint16(head[3:])) + 1
		if control >= 0xc0 {
			c.packed++ // properties
		}
	default:
		return fmt.Errorf("chunks of kind %d are not known", control)
	}
	x.block.packed += c.packed
	x.chunk = c
	return nil
}

// endBlock verifies that a block is what its header and its checksum say.
func (x *xzReader) endBlock() error {
	b := &x.block
	b.packed++ // the end mark
	if b.declaredPacked >= 0 && b.declaredPacked != b.packed || b.declaredUnpacked >= 0 && b.declaredUnpacked != b.size {
		return errors.New("a block is not as long as its header says")
	}
	padding := int(-b.packed & 3)
	rest, err := x.take(1 + padding + b.check.Size())
	if err != nil {
		return err
	}
	sum := b.check.Sum(nil)
	if x.flags != 10 { // little-endian, which Sum is not
		for i, j := 0, len(sum)-1; i < j; i, j = i+1, j-1 {
			sum[i], sum[j] = sum[j], sum[i]
		}
	}
	if !bytes.Equal(rest[1:], append(make([]byte, padding), sum...)) {
		return errors.New("the checksum of a block is wrong")
	}
	x.records++
	x.index.Write(record(b.header+b.packed+int64(b.check.Size()), b.size))
	x.next = x.blockHeader
	return nil
}

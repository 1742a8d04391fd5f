package avro

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/unpack"
)

// codec is how blocks are compressed.
type codec string

const (
	codecNull    codec = "null"
	codecDeflate codec = "deflate"
	codecSnappy  codec = "snappy"
	codecZstd    codec = "zstandard"
	codecBzip2   codec = "bzip2"
	codecXZ      codec = "xz"
)

func codecOf(name string) (codec, error) {
	known := []codec{codecNull, codecDeflate, codecSnappy, codecZstd, codecBzip2, codecXZ}
	if c := codec(name); slices.Contains(known, c) {
		return c, nil
	}
	return "", reader.FileOnly("its blocks are compressed with codec %s, which is not read: write the file again with zstandard or snappy", reader.Quote([]byte(name)))
}

// Sizes that are allocated at once: as many times the compressed size. What a
// snappy block declares cannot be more than 22 times; what else there is grows as
// there is data for it.
const (
	maxSnappyRatio = 32
	usualRatio     = 8
)

// errTooLarge is how undo says that there is more than it may unpack.
var errTooLarge = errors.New("it unpacks to more than it may")

// decompressor undoes one codec. It is for one goroutine.
type decompressor struct {
	codec codec
	buf   []byte
	src   bytes.Reader
	zstd  *zstd.Decoder
	flate io.ReadCloser
}

// undo unpacks a block to at most that many bytes. They are valid until the next
// call, those of a block that is not compressed as long as the block.
func (d *decompressor) undo(packed []byte, most int64) (plain []byte, err error) {
	switch d.codec {
	case codecNull:
		return packed, nil
	case codecSnappy:
		err = d.snappy(packed, most)
	case codecZstd:
		err = d.growing(packed, most, d.undoZstd)
	case codecXZ:
		err = d.growing(packed, most, d.undoXZ)
	default:
		err = d.readAll(packed, most)
	}
	if err != nil && err != errTooLarge {
		return nil, fmt.Errorf("decompress %s: %w", d.codec, err)
	}
	return d.buf, err
}

// snappy undoes what is followed by its checksum.
func (d *decompressor) snappy(packed []byte, most int64) error {
	if len(packed) < 4 {
		return io.ErrUnexpectedEOF
	}
	packed, sum := packed[:len(packed)-4], binary.BigEndian.Uint32(packed[len(packed)-4:])
	n, err := s2.DecodedLen(packed)
	if err != nil {
		return err
	}
	if n > maxSnappyRatio*len(packed) {
		return fmt.Errorf("%d bytes cannot be the %d that they declare", len(packed), n)
	}
	if int64(n) > most {
		return errTooLarge
	}
	d.room(n)
	if d.buf, err = s2.Decode(d.buf[:n], packed); err != nil {
		return err
	}
	if crc32.ChecksumIEEE(d.buf) != sum {
		return errors.New("the checksum is wrong")
	}
	return nil
}

// growing gives undo buffers of growing size until the data fits. What a codec
// keeps of its output is bounded by them, too.
func (d *decompressor) growing(packed []byte, most int64, undo func(packed []byte, most int64) error) error {
	for d.room(int(min(usualRatio*int64(len(packed)), most))); ; d.room(int(min(4*int64(cap(d.buf)), most))) {
		limit := min(int64(cap(d.buf)), most)
		if err := undo(packed, limit); err != errTooLarge || limit == most {
			return err
		}
	}
}

func (d *decompressor) undoZstd(packed []byte, most int64) (err error) {
	if d.zstd == nil {
		// Without goroutines: a panic in one could not be recovered.
		d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return err
		}
	}
	out, err := d.zstd.DecodeAll(packed, d.buf[:0:most])
	if err == zstd.ErrDecoderSizeExceeded {
		return errTooLarge
	}
	d.buf = d.buf[:len(out)]
	return err
}

func (d *decompressor) undoXZ(packed []byte, most int64) error {
	d.src.Reset(packed)
	return d.fill(unpack.NewShortXZ(bufio.NewReader(&d.src), most), most)
}

// readAll undoes what is read as a stream.
func (d *decompressor) readAll(packed []byte, most int64) error {
	d.src.Reset(packed)
	d.room(min(usualRatio*len(packed), 64<<10))
	switch {
	case d.codec == codecBzip2:
		return d.fill(bzip2.NewReader(&d.src), most)
	case d.flate == nil:
		d.flate = flate.NewReader(&d.src)
	default:
		if err := d.flate.(flate.Resetter).Reset(&d.src, nil); err != nil {
			return err
		}
	}
	// Python's library leaves a part of zlib's checksum behind the data: what
	// follows it is not looked at.
	return d.fill(d.flate, most)
}

// fill reads all that there is.
func (d *decompressor) fill(from io.Reader, most int64) error {
	d.buf = d.buf[:0]
	for {
		if len(d.buf) == cap(d.buf) {
			d.buf = slices.Grow(d.buf, len(d.buf))
		}
		n, err := from.Read(d.buf[len(d.buf):min(int64(cap(d.buf)), most+1)])
		d.buf = d.buf[:len(d.buf)+n]
		switch {
		case int64(len(d.buf)) > most:
			return errTooLarge
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// room makes the buffer at least n bytes large, and not less than 512, as
// readers want some room.
func (d *decompressor) room(n int) {
	if n = max(n, 512); cap(d.buf) < n {
		d.buf = make([]byte, 0, n)
	}
}

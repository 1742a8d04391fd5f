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
	codec  codec
	window int64 // the largest dictionary of xz
	buf    []byte
	src    bytes.Reader
	zstd   *zstd.Decoder
	flate  io.ReadCloser
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
		err = d.undoZstd(packed, most)
	default:
		d.src.Reset(packed)
		var from io.Reader
		if from, err = d.open(); err == nil {
			err = d.readAll(from, len(packed), most)
		}
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

// undoZstd gives the library buffers of growing size until the data fits.
func (d *decompressor) undoZstd(packed []byte, most int64) (err error) {
	if d.zstd == nil {
		// Without goroutines: a panic in one could not be recovered.
		d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return err
		}
	}
	for d.room(usualRatio * len(packed)); ; d.room(4 * cap(d.buf)) {
		limit := int(min(int64(cap(d.buf)), most))
		out, err := d.zstd.DecodeAll(packed, d.buf[:0:limit])
		if err == nil {
			d.buf = out[:len(out):cap(d.buf)]
			return nil
		}
		if err != zstd.ErrDecoderSizeExceeded {
			return err
		}
		if int64(limit) == most {
			return errTooLarge
		}
	}
}

// open returns a reader of what the source unpacks to.
func (d *decompressor) open() (io.Reader, error) {
	switch d.codec {
	case codecBzip2:
		return bzip2.NewReader(&d.src), nil
	case codecXZ:
		return unpack.New(unpack.XZ, bufio.NewReader(&d.src), d.window)
	}
	// Python's library leaves a part of zlib's checksum behind the data: what
	// follows it is not looked at.
	if d.flate == nil {
		d.flate = flate.NewReader(&d.src)
		return d.flate, nil
	}
	return d.flate, d.flate.(flate.Resetter).Reset(&d.src, nil)
}

// readAll fills the buffer with all that there is.
func (d *decompressor) readAll(from io.Reader, packed int, most int64) error {
	d.room(min(usualRatio*packed, 64<<10))
	d.buf = d.buf[:0]
	for {
		if len(d.buf) == cap(d.buf) {
			d.buf = slices.Grow(d.buf, len(d.buf))
		}
		n, err := from.Read(d.buf[len(d.buf):cap(d.buf)])
		d.buf = d.buf[:len(d.buf)+n]
		if int64(len(d.buf)) > most {
			return errTooLarge
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// room makes the buffer at least n bytes large, and not less than 4 KiB.
func (d *decompressor) room(n int) {
	if n = max(n, 4<<10); cap(d.buf) < n {
		d.buf = make([]byte, 0, n)
	}
}

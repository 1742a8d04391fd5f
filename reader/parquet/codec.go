package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/seed-ede61cd5/sluice/reader"
)

// codec is how pages are compressed.
type codec int32

const (
	codecNone codec = iota
	codecSnappy
	codecGzip
	codecLZO
	codecBrotli
	codecLZ4 // framed the way Hadoop does; deprecated
	codecZstd
	codecLZ4Raw
)

func (c codec) String() string {
	names := []string{"none", "snappy", "gzip", "LZO", "brotli", "LZ4 (Hadoop)", "zstd", "LZ4"}
	if c < 0 || int(c) >= len(names) {
		return fmt.Sprintf("number %d", int32(c))
	}
	return names[c]
}

// check refuses codecs that are not undone.
func (c codec) check() error {
	if c == codecLZO || c < 0 || c > codecLZ4Raw {
		return reader.FileOnly("its pages are compressed with codec %v, which is not read: write the file again with zstd or snappy", c)
	}
	return nil
}

// Most that a byte can become in formats that bound it by construction: a
// snappy copy is 64 bytes for 3, an LZ4 length byte stands for 255.
const (
	maxSnappyRatio = 32
	maxLZ4Ratio    = 256
)

// trusted is the ratio up to which a declared size is allocated at once. Beyond
// it the buffer grows as there is data for it.
const trusted = 64

// decompressor undoes one codec. It is for one goroutine. It allocates for the
// declared size of a page only what the compressed bytes make credible.
type decompressor struct {
	codec  codec
	zstd   *zstd.Decoder
	gzip   *gzip.Reader
	brotli *brotli.Reader
}

// undo decompresses src, which must give exactly size bytes, into buf or a
// larger buffer, which it returns.
func (d *decompressor) undo(buf, src []byte, size int) ([]byte, error) {
	if size == 0 && len(src) == 0 {
		return buf[:0], nil
	}
	var err error
	switch d.codec {
	case codecSnappy:
		n, lenErr := s2.DecodedLen(src)
		if lenErr != nil || n != size || n > maxSnappyRatio*len(src) {
			return buf, fmt.Errorf("%v: %d bytes cannot be the %d of the page", d.codec, len(src), size)
		}
		buf, err = s2.Decode(sized(buf, size), src)
	case codecLZ4Raw:
		buf, err = d.lz4(sized(buf, min(size, maxLZ4Ratio*len(src)+64)), src, size)
	case codecLZ4:
		buf, err = d.hadoop(buf, src, size)
	case codecZstd:
		buf, err = d.undoZstd(buf, src, size)
	case codecGzip:
		buf, err = d.grow(buf, src, size, d.undoGzip)
	case codecBrotli:
		buf, err = d.grow(buf, src, size, d.undoBrotli)
	default:
		err = d.codec.check()
	}
	if err != nil {
		return buf, fmt.Errorf("decompress %v: %w", d.codec, err)
	}
	if len(buf) != size {
		return buf, fmt.Errorf("decompress %v: %d bytes, the page header says %d", d.codec, len(buf), size)
	}
	return buf, nil
}

// sized is buf or a new buffer, n bytes long.
func sized(buf []byte, n int) []byte {
	if cap(buf) < n {
		return make([]byte, n)
	}
	return buf[:n]
}

// grow lets undo fill buffers of growing size until the data fits. undo
// returns how much there was, and whether that was all.
func (d *decompressor) grow(buf, src []byte, size int, undo func(dst, src []byte) (n int, whole bool, err error)) ([]byte, error) {
	room := min(size, trusted*len(src)+4096)
	for {
		buf = sized(buf, room)
		n, whole, err := undo(buf, src)
		if err != nil {
			return buf, err
		}
		if whole {
			return buf[:n], nil
		}
		if room == size {
			return buf, fmt.Errorf("more than the %d bytes of the page header", size)
		}
		room = min(size, 4*room)
	}
}

// undoZstd makes room for all of the page at once: the library does not say of every
// frame that it would need more.
func (d *decompressor) undoZstd(buf, src []byte, size int) ([]byte, error) {
	if most := zstdMost(src); most < size {
		return buf, fmt.Errorf("%d bytes cannot be the %d of the page", len(src), size)
	}
	if d.zstd == nil {
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return buf, err
		}
		d.zstd = z
	}
	buf = sized(buf, size)
	out, err := d.zstd.DecodeAll(src, buf[:0:size])
	if err == zstd.ErrDecoderSizeExceeded {
		err = fmt.Errorf("more than the %d bytes of the page header", size)
	}
	return out, err
}

func (d *decompressor) undoGzip(dst, src []byte) (int, bool, error) {
	if d.gzip == nil {
		d.gzip = new(gzip.Reader)
	}
	if err := d.gzip.Reset(bytes.NewReader(src)); err != nil {
		return 0, false, err
	}
	return fill(d.gzip, dst)
}

func (d *decompressor) undoBrotli(dst, src []byte) (int, bool, error) {
	if d.brotli == nil {
		d.brotli = brotli.NewReader(nil)
	}
	if err := d.brotli.Reset(bytes.NewReader(src)); err != nil {
		return 0, false, err
	}
	return fill(d.brotli, dst)
}

// fill reads r into dst and tells whether that was all of it.
func fill(r io.Reader, dst []byte) (n int, whole bool, err error) {
	n, err = io.ReadFull(r, dst)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		// A short stream is noticed by its length; a damaged one says so here
		// with the same error, which is why it is compared by the caller.
		return n, true, nil
	}
	if err != nil {
		return n, false, err
	}
	var one [1]byte
	if more, err := io.ReadFull(r, one[:]); more > 0 || err != io.EOF {
		if more > 0 {
			return n, false, nil
		}
		return n, false, err
	}
	return n, true, nil
}

func (d *decompressor) lz4(dst, src []byte, size int) ([]byte, error) {
	if len(dst) < size {
		return dst, fmt.Errorf("%d bytes cannot be the %d of the page", len(src), size)
	}
	n, err := lz4Block(src, dst)
	return dst[:max(n, 0)], err
}

// lz4Block undoes one block. The library takes a nil slice for one with room, and
// writes to address 0.
func lz4Block(src, dst []byte) (int, error) {
	if dst == nil {
		dst = []byte{}
	}
	return lz4.UncompressBlock(src, dst)
}

// hadoop reads what Hadoop's codec writes: blocks, each behind its two sizes as
// big-endian numbers. Other writers left the framing out, under the same name.
func (d *decompressor) hadoop(buf, src []byte, size int) ([]byte, error) {
	if size > maxLZ4Ratio*len(src)+64 {
		return buf, fmt.Errorf("%d bytes cannot be the %d of the page", len(src), size)
	}
	buf = sized(buf, size)
	if done, ok := hadoopBlocks(buf, src); ok {
		return buf[:done], nil
	}
	return d.lz4(buf, src, size)
}

func hadoopBlocks(dst, src []byte) (done int, ok bool) {
	for len(src) > 0 {
		if len(src) < 8 {
			return 0, false
		}
		raw, packed := uint64(binary.BigEndian.Uint32(src)), uint64(binary.BigEndian.Uint32(src[4:]))
		src = src[8:]
		if packed > uint64(len(src)) || raw > uint64(len(dst)-done) {
			return 0, false
		}
		n, err := lz4Block(src[:packed], dst[done:done+int(raw)])
		if err != nil || n != int(raw) {
			return 0, false
		}
		done += n
		src = src[packed:]
	}
	return done, done == len(dst)
}

// close frees what the decoder keeps.
func (d *decompressor) close() {
	if d.zstd != nil {
		d.zstd.Close()
	}
}

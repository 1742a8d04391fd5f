package unpack

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"fmt"
	"io"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// The names of the compressions.
const (
	Gzip   = "gzip"
	Zstd   = "zstd"
	Bzip2  = "bzip2"
	LZ4    = "lz4"
	Snappy = "snappy"
	XZ     = "xz"
)

// magics are what compressed files begin with.
func magics() []struct{ magic, name string } {
	return []struct{ magic, name string }{
		{"\x1f\x8b\x08", Gzip},
		{"\x28\xb5\x2f\xfd", Zstd},
		{"\x04\x22\x4d\x18", LZ4},
		{"\xff\x06\x00\x00sNaPpY", Snappy},
		{xzMagic, XZ},
	}
}

// Recognize names a compression by the first bytes of a file, of which 10 are
// enough. It is empty for bytes that are not compressed.
func Recognize(head []byte) string {
	for _, c := range magics() {
		if bytes.HasPrefix(head, []byte(c.magic)) {
			return c.name
		}
	}
	switch {
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		return Zstd // a skippable frame; LZ4 has them too, but begins with its own
	case isBzip2(head):
		return Bzip2
	}
	return ""
}

// Beginning names the compression of a file that was cut within what it would
// be recognised by. It is empty for a whole file that may as well be text: (, B,
// BZ and BZh are.
func Beginning(whole []byte) string {
	for _, c := range magics() {
		if n := len(whole); n > 0 && n < len(c.magic) && string(whole) == c.magic[:n] && string(whole) != "(" {
			return c.name
		}
	}
	if n := len(whole); n > 3 && n < 10 && string(whole[:3]) == "BZh" && (string(whole[4:]) == "1AY&SY"[:n-4] || string(whole[4:]) == "\x17\x72\x45\x38\x50\x90"[:n-4]) {
		return Bzip2
	}
	return ""
}

// isBzip2 recognises bzip2. BZh are letters that a text may begin with. What
// follows them is a digit and the magic bytes of a block, or those of the end
// of an empty stream.
func isBzip2(head []byte) bool {
	return len(head) >= 10 && string(head[:3]) == "BZh" &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// New returns a reader of what a file unpacks to. maxWindow is how many bytes
// of earlier output it may keep because a header says so; it must be 8 MiB at
// least, which every window, dictionary or block that is not variable fits in.
// The reader reads ahead in from no further than the end, and is to be closed.
func New(name string, from *bufio.Reader, maxWindow int64) (io.ReadCloser, error) {
	switch name {
	case Gzip:
		return newGzip(from)
	case Zstd:
		return newZstd(from, maxWindow)
	case Bzip2:
		// The library reads all streams, checks blocks and streams against their
		// checksums, and takes at most 4 bytes for each of a block's 900,000.
		return io.NopCloser(bzip2.NewReader(from)), nil
	case LZ4:
		return newLZ4(from), nil
	case Snappy:
		// A chunk of the format holds 64 KiB at most, each with its checksum. It
		// has no end mark: a file may end after any chunk.
		return io.NopCloser(s2.NewReader(from, s2.ReaderMaxBlockSize(64<<10))), nil
	case XZ:
		return newXZ(from, maxWindow), nil
	}
	return nil, fmt.Errorf("compression %q is not known", name)
}

// newZstd reads every frame of a zstd file, in the calling goroutine: a panic
// in a goroutine of the library's own could not be recovered.
func newZstd(from io.Reader, maxWindow int64) (io.ReadCloser, error) {
	d, err := zstd.NewReader(from,
		zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(maxWindow)),
		zstd.WithDecoderMaxMemory(uint64(maxWindow)))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// cut is the error for a file that ends where the format does not let it end.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// peek looks at the next n bytes, all of which must be there.
func peek(from *bufio.Reader, n int) ([]byte, error) {
	b, err := from.Peek(n)
	return b, cut(err)
}

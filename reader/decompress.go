package reader

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// gzipReader reads every member of a gzip file. The library can do that too,
// but takes a file that ends inside the header of a later member for one that
// ends before it.
type gzipReader struct {
	from   *bufio.Reader
	member *gzip.Reader
}

func newGzip(from *bufio.Reader) (io.ReadCloser, error) {
	member, err := gzip.NewReader(from)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gzipReader{from: from, member: member}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.member.Read(p)
		if err != io.EOF {
			return n, err
		}
		// The member is complete and its checksum right. Whatever follows has to
		// be a member too.
		if _, end := g.from.Peek(1); end != nil {
			return n, end
		}
		if err := g.member.Reset(g.from); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
		g.member.Multistream(false)
		if n > 0 {
			return n, nil
		}
	}
}

func (g *gzipReader) Close() error { return g.member.Close() }

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

// maxWindow is the largest zstd window that is accepted: a quarter of the
// budget, but at least the 8 MiB that every decoder is to support and at most
// the 128 MiB that the zstd tool accepts unasked. It is held outside the
// budget, once per file.
func (l *Limits) maxWindow() int64 {
	return min(max(l.memory/4, 8<<20), 128<<20)
}

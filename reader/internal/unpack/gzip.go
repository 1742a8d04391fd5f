package unpack

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
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
			return n, cut(err)
		}
		g.member.Multistream(false)
		if n > 0 {
			return n, nil
		}
	}
}

func (g *gzipReader) Close() error { return g.member.Close() }

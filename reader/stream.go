package reader

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// stream reads the decompressed bytes of a file. It answers io.EOF only after
// the true end: the decompressor is content and every byte of the object was
// read. It is for one goroutine.
type stream struct {
	file        File
	compression string
	body        *body
	from        io.Reader // decompressed
	undo        io.Closer // the decompressor, nil if there is none
	offset      int64     // of the next byte, decompressed
}

// rawBuffer is how many bytes of an object are buffered, outside the budget: all
// of it where that is less.
const rawBuffer = 256 << 10

// openStream opens a file at its beginning and recognises its compression. It
// refuses what cannot be a text file.
func openStream(ctx context.Context, file File, maxWindow int64) (*stream, error) {
	b, err := openBody(ctx, file, 0)
	if err != nil {
		return nil, err
	}
	s := &stream{file: file, body: b}
	started := false
	defer func() {
		if !started { // after an error, or a panic of the decompressor
			s.Close()
		}
	}()
	if err := s.start(maxWindow); err != nil {
		return nil, err
	}
	started = true
	return s, nil
}

// start recognises what the body begins with and sets the decompressor.
func (s *stream) start(maxWindow int64) error {
	raw := bufio.NewReaderSize(s.body, int(min(max(s.file.Info.Size+1, magicLen), rawBuffer)))
	head, err := peek(raw)
	if err != nil {
		return err
	}
	s.compression = compressionOf(head)
	if s.compression == "" {
		s.from = raw
		return refuse(head, "the file is %s")
	}
	var undo io.ReadCloser
	if s.compression == Gzip {
		undo, err = newGzip(raw)
	} else {
		undo, err = newZstd(raw, maxWindow)
	}
	if err != nil {
		return s.failed(err)
	}
	s.undo = undo
	inner := bufio.NewReaderSize(undo, 2*magicLen)
	s.from = inner
	if head, err = peek(inner); err != nil {
		return s.failed(err)
	}
	if again := compressionOf(head); again != "" {
		return FileOnly("the file is compressed twice, with %s and inside with %s: undo one", s.compression, again)
	}
	return refuse(head, "inside "+s.compression+" the file is %s")
}

// peek returns what magic bytes may be found in, less at the end of a file.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(magicLen)
	if err == io.EOF {
		err = nil
	}
	return head, err
}

func refuse(head []byte, sentence string) error {
	if isParquet(head) {
		return FileOnly(sentence+": use --format parquet", "a Parquet file")
	}
	if what := foreign(head); what != "" {
		return FileOnly(sentence+", which is not read: convert it to UTF-8 text, plain or in gzip or zstd", what)
	}
	return nil
}

// Read reads decompressed bytes. At the end it verifies that this is the end.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.offset += int64(n)
	switch err {
	case nil:
		return n, nil
	case io.EOF:
		if err := s.verifyEnd(); err != nil {
			return n, err
		}
		return n, io.EOF
	}
	return n, s.failed(err)
}

// verifyEnd checks at the end of the decompressed bytes that the object ends
// there too. A decompressor may take an error of the body for its end (zstd
// does so between two frames), hence the body is asked, not the decompressor.
func (s *stream) verifyEnd() error {
	if s.body.err == nil {
		var one [1]byte
		if n, _ := io.ReadFull(s.body, one[:]); n > 0 {
			return FileOnly("%s: bytes follow the end of the compressed data", s.compression)
		}
	}
	if s.body.err != io.EOF {
		return s.body.err
	}
	if s.body.offset != s.file.Info.Size {
		return abstract.WithClass(abstract.FileOnly, fmt.Errorf("the object ended at byte %d of %d: %w",
			s.body.offset, s.file.Info.Size, io.ErrUnexpectedEOF))
	}
	return nil
}

// failed says whose error it is: the body's, which is classified, or the
// decompressor's, which means that the file is damaged.
func (s *stream) failed(err error) error {
	if s.body.err != nil && s.body.err != io.EOF {
		return s.body.err
	}
	if s.undo == nil && s.compression == "" {
		return err
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return abstract.WithClass(abstract.FileOnly, fmt.Errorf("decompress %s, after byte %d of the object: %w", s.compression, s.body.offset, err))
}

// seek moves on to a decompressed offset. What is not compressed is opened
// there; what is compressed is read up to there.
func (s *stream) seek(ctx context.Context, offset int64) error {
	if offset == s.offset {
		return nil
	}
	if s.compression == "" {
		return s.reopen(ctx, offset)
	}
	if offset < s.offset {
		return FileOnly("resume at byte %d: it lies inside the header", offset)
	}
	buf := make([]byte, rawBuffer)
	for s.offset < offset {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, err := s.Read(buf[:min(int64(len(buf)), offset-s.offset)])
		if err == io.EOF && s.offset < offset {
			return FileOnly("resume at byte %d: the file has only %d", offset, s.offset)
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

func (s *stream) reopen(ctx context.Context, offset int64) error {
	if size := s.file.Info.Size; offset > size {
		return FileOnly("resume at byte %d: the file has only %d", offset, size)
	}
	b, err := openBody(ctx, s.file, offset)
	if err != nil {
		return err
	}
	s.body.Close()
	s.body, s.from, s.offset = b, b, offset
	return nil
}

// Close frees the decompressor and the body.
func (s *stream) Close() {
	if s.undo != nil {
		s.undo.Close()
	}
	s.body.Close()
}

// body counts the bytes of an object and remembers how they ended.
type body struct {
	io.ReadCloser
	offset int64
	err    error
}

func openBody(ctx context.Context, file File, offset int64) (*body, error) {
	if offset > 0 && offset == file.Info.Size {
		// Nothing is left to ask for, and a store may refuse an empty range.
		return &body{ReadCloser: io.NopCloser(nil), offset: offset, err: io.EOF}, nil
	}
	r, err := file.Bucket.Open(ctx, file.Info, offset, -1)
	if err != nil {
		return nil, fmt.Errorf("open at byte %d: %w", offset, err)
	}
	return &body{ReadCloser: r, offset: offset}, nil
}

// Read reads on. An error is final; one that says the object was cut is
// classified here if the driver did not.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.ReadCloser.Read(p)
	b.offset += int64(n)
	if err == nil || err == io.EOF {
		b.err = err
		return n, err
	}
	err = fmt.Errorf("read at byte %d: %w", b.offset, err)
	if errors.Is(err, io.ErrUnexpectedEOF) && abstract.ClassOf(err) == abstract.Permanent {
		err = abstract.WithClass(abstract.FileOnly, err)
	}
	b.err = err
	return n, err
}

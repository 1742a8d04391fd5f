package reader

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/charset"
	"github.com/seed-ede61cd5/sluice/reader/internal/unpack"
)

// stream reads the text of a file: decompressed, and in UTF-8. It answers io.EOF
// only after the true end: the decompressor is content and every byte of the
// object was read. It is for one goroutine.
type stream struct {
	file        File
	compression string
	encoding    string // what UTF-8 is made of, empty if it is that already
	most        int64  // bytes of text, 0 for no limit
	body        *Body
	from        io.Reader // the text
	undo        io.Closer // the decompressor, nil if there is none
	offset      int64     // of the next byte of the text
}

// rawBuffer is how many bytes of an object are buffered, outside the budget: all
// of it where that is less.
const rawBuffer = 256 << 10

// openStream opens a file at its beginning and recognises its compression and,
// if that is not declared, its encoding. It refuses what cannot be a text file.
func openStream(ctx context.Context, file File, limits *Limits, encoding string) (*stream, error) {
	b, err := OpenBody(ctx, file, 0)
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
	if err := s.start(limits, encoding); err != nil {
		return nil, err
	}
	started = true
	return s, nil
}

// start recognises what the body begins with and sets what undoes it.
func (s *stream) start(limits *Limits, encoding string) error {
	text := bufio.NewReaderSize(s.body, int(min(max(s.file.Info.Size+1, magicLen), rawBuffer)))
	head, err := peek(text)
	if err != nil {
		return err
	}
	where := ""
	if s.compression = unpack.Recognize(head); s.compression != "" {
		undo, err := unpack.New(s.compression, text, limits.MaxWindow())
		if err != nil {
			return s.failed(err)
		}
		where = "inside " + s.compression + " "
		s.undo, s.most = undo, limits.MostUnpacked(s.file.Info.Size)
		text = bufio.NewReaderSize(undo, 2*magicLen)
		if head, err = peek(text); err != nil {
			return s.failed(err)
		}
		if again := unpack.Recognize(head); again != "" {
			return FileOnly("the file is compressed twice, with %s and inside with %s: undo one", s.compression, again)
		}
	}
	if what := unpack.Beginning(head); what != "" {
		return FileOnly("%sthe file ends within the first bytes of %s", where, what)
	}
	if what := foreign(head); what != "" {
		return FileOnly("%sthe file is %s", where, what)
	}
	name, mark, err := charset.Find(encoding, head)
	if err != nil {
		return FileOnly("%sthe file cannot be read as text: %w", where, err)
	}
	s.from = text
	if name != charset.UTF8 {
		_, _ = text.Discard(mark)
		s.encoding, s.from = name, charset.NewReader(name, text)
	}
	return nil
}

// peek returns what magic bytes may be found in, less at the end of a file.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(magicLen)
	if err == io.EOF {
		err = nil
	}
	return head, err
}

// Read reads text. At the end it verifies that this is the end.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.offset += int64(n)
	if s.most > 0 && s.offset > s.most {
		return n, FileOnly("decompress %s: an object of %d bytes has unpacked to more than %d: if that is what it is, raise --max-ratio",
			s.compression, s.file.Info.Size, s.most)
	}
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
	return s.body.VerifyEnd()
}

// failed says whose error it is: the body's, which is classified, or the
// decompressor's, which means that the file is damaged.
func (s *stream) failed(err error) error {
	if s.body.err != nil && s.body.err != io.EOF {
		return s.body.err
	}
	if cut, ok := errors.AsType[*charset.CutError](err); ok {
		return abstract.WithClass(abstract.FileOnly, cut)
	}
	if s.compression == "" {
		return err
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return abstract.WithClass(abstract.FileOnly, fmt.Errorf("decompress %s, after byte %d of the object: %w", s.compression, s.body.offset, err))
}

// seek moves on to an offset of the text. What is as it is in the object is
// opened there; what is compressed or in another encoding is read up to there.
func (s *stream) seek(ctx context.Context, offset int64) error {
	if offset == s.offset {
		return nil
	}
	if s.asStored() {
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

// asStored tells that the text is the bytes of the object.
func (s *stream) asStored() bool { return s.compression == "" && s.encoding == "" }

func (s *stream) reopen(ctx context.Context, offset int64) error {
	if size := s.file.Info.Size; offset > size {
		return FileOnly("resume at byte %d: the file has only %d", offset, size)
	}
	b, err := OpenBody(ctx, s.file, offset)
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

package avro

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/seed-ede61cd5/sluice/reader"
)

// readAhead is how many bytes of a file are buffered, outside the budget: all of
// it where that is less.
const readAhead = 256 << 10

// source is the bytes of a file, from its beginning. It is for one goroutine.
type source struct {
	body *reader.Body
	buf  *bufio.Reader
	at   int64 // of the next byte
	size int64
}

func openSource(ctx context.Context, file reader.File, ahead int64) (*source, error) {
	body, err := reader.OpenBody(ctx, file, 0)
	if err != nil {
		return nil, err
	}
	size := file.Info.Size
	return &source{body: body, buf: bufio.NewReaderSize(body, int(min(max(size, 16), ahead))), size: size}, nil
}

// left is how many bytes there are still to be, by the size that was listed.
func (s *source) left() int64 { return s.size - s.at }

// ended tells whether this is the verified end of the file.
func (s *source) ended() (bool, error) {
	_, err := s.buf.Peek(1)
	if err == nil {
		return false, nil
	}
	if err != io.EOF {
		return false, err
	}
	return true, s.body.VerifyEnd()
}

// failed says what it means that a read has ended too early.
func (s *source) failed(err error) error {
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if err := s.body.VerifyEnd(); err != nil {
		return err
	}
	return reader.FileOnly("the file is cut short: it ends at byte %d, before what it has begun", s.size)
}

var errVarint = errors.New("a number is longer than 64 bits")

// long reads a number of variable length.
func (s *source) long() (int64, error) {
	var v uint64
	for shift := 0; ; shift += 7 {
		c, err := s.buf.ReadByte()
		if err != nil {
			return 0, s.failed(err)
		}
		s.at++
		if shift == 63 && c > 1 {
			return 0, s.damaged(errVarint)
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return int64(v>>1) ^ -int64(v&1), nil
		}
	}
}

// damaged is the error for what the next bytes cannot be.
func (s *source) damaged(err error) error { return reader.FileOnly("at byte %d: %w", s.at, err) }

// take reads that many bytes, which the caller has compared with what is left.
func (s *source) take(n int64) ([]byte, error) {
	b := make([]byte, n)
	return b, s.fill(b)
}

func (s *source) fill(b []byte) error {
	n, err := io.ReadFull(s.buf, b)
	s.at += int64(n)
	if err != nil {
		return s.failed(err)
	}
	return nil
}

// skip passes over that many bytes.
func (s *source) skip(n int64) error {
	for n > 0 {
		k, err := s.buf.Discard(int(min(n, 1<<30)))
		s.at += int64(k)
		n -= int64(k)
		if err != nil {
			return s.failed(err)
		}
	}
	return nil
}

func (s *source) close() { s.body.Close() }

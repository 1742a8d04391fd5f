package parquet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Requests. A store is asked as seldom as memory allows.
const (
	wholeFile  = 4 << 20  // a file up to that size is read in one request
	footerTail = 64 << 10 // read first of a larger one: most footers fit
	maxFooter  = 64 << 20 // the longest footer that is read
	maxGap     = 64 << 10 // unused bytes read along to save a request
	maxRequest = 8 << 20  // the most that one request asks for
	minWindow  = 64 << 10 // the least that a page stream asks for
	maxWindow  = 1 << 20  // the most, unless a page is larger
)

const (
	magic          = "PAR1"
	magicEncrypted = "PARE"
)

var errEncrypted = reader.FileOnly("the file is encrypted, which is not read: decrypt it first")

// storage reads ranges of one generation of a file. Every range is a request
// of its own that is read to its verified end, so whatever is returned was
// part of the generation that was listed (see [object.Bucket]). Its methods
// may be called concurrently.
type storage struct {
	file reader.File
	// tail is the end of the file, from tailAt on, held in memory.
	tail   []byte
	tailAt int64
}

// read returns n bytes from an offset on. They are the storage's own, and must
// not be changed. The caller has made sure that they lie within the file.
func (s *storage) read(ctx context.Context, offset, n int64) ([]byte, error) {
	if offset >= s.tailAt && s.tail != nil {
		return s.tail[offset-s.tailAt:][:n:n], nil
	}
	buf := make([]byte, n)
	return buf, s.readInto(ctx, buf, offset)
}

// readInto fills buf from an offset on.
func (s *storage) readInto(ctx context.Context, buf []byte, offset int64) error {
	body, err := s.file.Bucket.Open(ctx, s.file.Info, offset, int64(len(buf)))
	if err != nil {
		return fmt.Errorf("open at byte %d: %w", offset, err)
	}
	defer body.Close()
	n, err := io.ReadFull(body, buf)
	if err == nil {
		// The end of the range is where the store verifies the generation.
		var one [1]byte
		var more int
		if more, err = io.ReadFull(body, one[:]); more > 0 {
			return fmt.Errorf("read at byte %d: the store sent more than was asked for", offset)
		}
		if err == io.EOF {
			return nil
		}
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	err = fmt.Errorf("read at byte %d: %w", offset+int64(n), err)
	if errors.Is(err, io.ErrUnexpectedEOF) && abstract.ClassOf(err) == abstract.Permanent {
		err = abstract.WithClass(abstract.FileOnly, err)
	}
	return err
}

// open reads the end of the file and returns its metadata. A file of up to
// whole bytes is read as a whole.
func open(ctx context.Context, file reader.File, whole int64) (*storage, *metadata, error) {
	s := &storage{file: file}
	size := file.Info.Size
	if size < 12 {
		return nil, nil, reader.FileOnly("the file is not Parquet, or cut short: it has only %d bytes", size)
	}
	n := size
	if n > whole {
		n = min(size, footerTail)
	}
	if err := s.readTail(ctx, n); err != nil {
		return nil, nil, err
	}
	if s.tailAt == 0 {
		if err := checkBegin(s.tail); err != nil {
			return nil, nil, err
		}
	}
	length, err := s.footerLength()
	if err == errNoMagic && s.tailAt > 0 {
		// What the file is instead shows at its beginning.
		head := make([]byte, 4)
		if err := s.readInto(ctx, head, 0); err != nil {
			return nil, nil, err
		}
		if err := checkBegin(head); err != nil {
			return nil, nil, err
		}
	}
	if err != nil {
		return nil, nil, err
	}
	if need := length + 8; need > int64(len(s.tail)) {
		if err := s.readTail(ctx, need); err != nil {
			return nil, nil, err
		}
	}
	m, err := parseMetadata(s.tail[int64(len(s.tail))-8-length : len(s.tail)-8])
	return s, m, err
}

func (s *storage) readTail(ctx context.Context, n int64) error {
	at := s.file.Info.Size - n
	s.tail = nil
	buf := make([]byte, n)
	if err := s.readInto(ctx, buf, at); err != nil {
		return err
	}
	s.tail, s.tailAt = buf, at
	return nil
}

// checkBegin looks at the magic bytes at the beginning, four at least.
func checkBegin(head []byte) error {
	switch {
	case head[0] == 0x1f && head[1] == 0x8b, string(head[:4]) == "\x28\xb5\x2f\xfd":
		return errPacked
	case string(head[:4]) != magic && string(head[:4]) != magicEncrypted:
		return reader.FileOnly("the file is not Parquet: it does not begin with %s", magic)
	}
	return nil
}

var errPacked = reader.FileOnly("the file is compressed as a whole, and Parquet cannot be read that way: unpack it first (its pages are compressed already)")

var errNoMagic = reader.FileOnly("the file is cut short: it does not end with %s", magic)

// footerLength reads the last eight bytes.
func (s *storage) footerLength() (int64, error) {
	size := s.file.Info.Size
	end := s.tail[len(s.tail)-8:]
	switch string(end[4:]) {
	case magic:
	case magicEncrypted:
		return 0, errEncrypted
	default:
		return 0, errNoMagic
	}
	length := int64(binary.LittleEndian.Uint32(end))
	if length > size-12 {
		return 0, reader.FileOnly("the footer is said to be %d bytes long, in a file of %d", length, size)
	}
	if length > maxFooter {
		return 0, reader.FileOnly("the footer is %d bytes long: more than %d are not read", length, maxFooter)
	}
	return length, nil
}

// span is a range of the file.
type span struct{ start, end int64 }

// merge joins ranges, which are in any order, into requests: across small
// gaps, and up to the most that a request asks for, unless one range alone is
// longer.
func merge(sorted []span) []span {
	var out []span
	for _, r := range sorted {
		if n := len(out); n > 0 {
			last := &out[n-1]
			if r.start-last.end <= maxGap && max(r.end, last.end)-last.start <= maxRequest {
				last.end = max(r.end, last.end)
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// stream reads a chunk's bytes in order: from memory, or by a window that
// moves over the file. It is for one goroutine.
type stream struct {
	storage *storage
	data    []byte // at hand, from pos on
	pos     int
	next    int64 // in the file, after data
	end     int64 // of the chunk
	window  int64
	// idle is called around requests, to give the decode slot away.
	idle func(wait func() error) error
	// grow reserves memory for a window that is larger than usual.
	grow func(int64)
}

// left is how many bytes of the chunk are not taken yet.
func (s *stream) left() int64 { return s.end - s.next + int64(len(s.data)-s.pos) }

// need makes sure that n bytes are at hand, of which the chunk must have that
// many.
func (s *stream) need(ctx context.Context, n int64) error {
	have := int64(len(s.data) - s.pos)
	if have >= n {
		return nil
	}
	size := min(max(n, s.window), s.left())
	if size > s.window {
		s.grow(size - s.window)
		s.window = size
	}
	return s.idle(func() error {
		buf := make([]byte, size)
		copy(buf, s.data[s.pos:])
		if err := s.storage.readInto(ctx, buf[have:], s.next); err != nil {
			return err
		}
		s.next += size - have
		s.data, s.pos = buf, 0
		return nil
	})
}

// take returns the next n bytes, which stay valid.
func (s *stream) take(ctx context.Context, n int64) ([]byte, error) {
	if n < 0 || n > s.left() {
		return nil, reader.FileOnly("a page of %d bytes, the column has only %d left in its row group", n, s.left())
	}
	if err := s.need(ctx, n); err != nil {
		return nil, err
	}
	s.pos += int(n)
	return s.data[s.pos-int(n) : s.pos : s.pos], nil
}

// skip passes over n bytes, without a request for those that are not at hand.
func (s *stream) skip(n int64) error {
	if n < 0 || n > s.left() {
		return reader.FileOnly("a page of %d bytes, the column has only %d left in its row group", n, s.left())
	}
	if have := int64(len(s.data) - s.pos); n > have {
		s.next += n - have
		s.data, s.pos = nil, 0
		return nil
	}
	s.pos += int(n)
	return nil
}

package avro

import (
	"errors"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
)

const (
	magic     = "Obj\x01"
	maxHeader = 16 << 20 // the longest header that is read
	syncBytes = 16
)

// header is what a file begins with.
type header struct {
	root  *node
	codec codec
	sync  [syncBytes]byte // what ends every block
}

var errNotAvro = reader.FileOnly("the file is not an Avro object container: it does not begin with Obj and the byte 1")

// readHeader reads the header, after which the first block begins.
func readHeader(s *source) (*header, error) {
	if err := checkMagic(s); err != nil {
		return nil, err
	}
	h := &header{}
	schema, name := []byte(nil), "null"
	for {
		count, err := s.long()
		if err != nil {
			return nil, err
		}
		if count == 0 {
			break
		}
		if count < 0 {
			if _, err := s.long(); err != nil { // the bytes of this part of the map
				return nil, err
			}
			count = -count
		}
		for ; count != 0; count-- {
			key, value, err := readEntry(s)
			if err != nil {
				return nil, err
			}
			switch string(key) {
			case "avro.schema":
				schema = value
			case "avro.codec":
				name = string(value)
			}
		}
	}
	if err := s.fill(h.sync[:]); err != nil {
		return nil, err
	}
	if schema == nil {
		return nil, reader.FileOnly("the header has no schema (avro.schema)")
	}
	var err error
	if h.codec, err = codecOf(name); err != nil {
		return nil, err
	}
	h.root, err = parseSchema(schema)
	return h, err
}

// checkMagic reads the first four bytes.
func checkMagic(s *source) error {
	head, err := s.buf.Peek(len(magic))
	switch {
	case string(head) == magic:
		return s.skip(int64(len(magic)))
	case strings.HasPrefix(string(head), "\x1f\x8b"), string(head) == "\x28\xb5\x2f\xfd":
		return reader.FileOnly("the file is compressed as a whole, and Avro cannot be read that way: unpack it first (its blocks may be compressed)")
	case err != nil && strings.HasPrefix(magic, string(head)):
		return s.failed(err)
	case err != nil && s.body.VerifyEnd() != nil: // the store failed: that is the reason
		return s.body.VerifyEnd()
	}
	return errNotAvro
}

var errHeader = errors.New("the header is longer than 16 MiB")

// readEntry reads a key of the metadata and its value.
func readEntry(s *source) (key, value []byte, err error) {
	var parts [2][]byte
	for i := range parts {
		n, err := s.long()
		if err != nil {
			return nil, nil, err
		}
		switch {
		case n < 0:
			return nil, nil, s.damaged(errNegative)
		case s.at+n > maxHeader || n > maxHeader:
			return nil, nil, s.damaged(errHeader)
		case n > s.left():
			return nil, nil, reader.FileOnly("the header has a value of %d bytes, of which the file has only %d: it is cut short or damaged", n, s.left())
		}
		if parts[i], err = s.take(n); err != nil {
			return nil, nil, err
		}
	}
	return parts[0], parts[1], nil
}

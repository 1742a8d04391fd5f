package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

// encoding is how the values of a page are written.
// https://github.com/apache/parquet-format/blob/master/Encodings.md
type encoding int32

const (
	encodingPlain           encoding = 0
	encodingPlainDictionary encoding = 2 // the old name of 8
	encodingRLE             encoding = 3
	encodingBitPacked       encoding = 4
	encodingDelta           encoding = 5
	encodingDeltaLength     encoding = 6
	encodingDeltaBytes      encoding = 7
	encodingDictionary      encoding = 8
	encodingSplit           encoding = 9
)

// value is what the values of a page are in memory: INT32 and FLOAT as int32,
// INT64 and DOUBLE as int64, the rest as bytes of the page.
type value interface{ typed.Value }

// source reads the values of a page, those of NULLs left out. It reads whole
// slices, or fails; what it reads stays valid until the page is closed, but
// what it had to put together only until the next read.
type source[T value] interface {
	read(dst []T) error
}

// layout is what a source has to know of a page.
type layout struct {
	physical physical
	length   int // of a fixed-length value
	values   int // of the page at most, NULLs included
}

// width is the length of a value in bytes, 0 for one of any length.
func (l layout) width() int {
	switch l.physical {
	case typeInt32, typeFloat:
		return 4
	case typeInt64, typeDouble:
		return 8
	case typeInt96:
		return 12
	case typeFixed:
		return l.length
	}
	return 0
}

// newSource returns the reader for the values of a page that has no
// dictionary. T is the type that goes with the physical type.
func newSource[T value](l layout, e encoding, data []byte) (source[T], error) {
	var s any
	var err error
	switch l.physical {
	case typeBoolean:
		s, err = newBools(e, data)
	case typeInt32, typeFloat:
		s, err = newNumbers[int32](l, e, data)
	case typeInt64, typeDouble:
		s, err = newNumbers[int64](l, e, data)
	default:
		s, err = newBytes(l, e, data)
	}
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, unknownEncoding(e)
	}
	return s.(source[T]), nil
}

func unknownEncoding(e encoding) error {
	return reader.FileOnly("encoding %d is not read for its type: write the file again with plain or dictionary encoding", e)
}

func newBools(e encoding, data []byte) (any, error) {
	switch e {
	case encodingPlain:
		return &plainBools{data: data}, nil
	case encodingRLE:
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return nil, errShort
		}
		return &rleBools{hybrid: hybrid{data: data[4 : 4+binary.LittleEndian.Uint32(data)], width: 1}}, nil
	}
	return nil, nil
}

func newNumbers[T int32 | int64](l layout, e encoding, data []byte) (any, error) {
	switch e {
	case encodingPlain:
		return &plainNumbers[T]{data: data}, nil
	case encodingDelta:
		if l.physical == typeInt32 || l.physical == typeInt64 {
			d, err := newDelta(data, l.values)
			return &deltaNumbers[T]{delta: d}, err
		}
	case encodingSplit:
		return newSplit[T](l, data)
	}
	return nil, nil
}

func newBytes(l layout, e encoding, data []byte) (any, error) {
	width := l.width()
	switch {
	case e == encodingPlain && width == 0:
		return &plainBytes{data: data}, nil
	case e == encodingPlain:
		return &plainFixed{data: data, width: width}, nil
	case e == encodingDeltaLength && width == 0:
		return newDeltaLengths(data, l.values)
	case e == encodingDeltaBytes && l.physical != typeInt96:
		return newDeltaBytes(data, l.values, width)
	case e == encodingSplit && l.physical == typeFixed:
		return newSplit[[]byte](l, data)
	}
	return nil, nil
}

type plainBools struct {
	data []byte
	bit  int
}

func (s *plainBools) read(dst []bool) error {
	if s.bit+len(dst) > 8*len(s.data) {
		return errShort
	}
	for i := range dst {
		dst[i] = s.data[s.bit>>3]>>(s.bit&7)&1 == 1
		s.bit++
	}
	return nil
}

type rleBools struct{ hybrid }

func (s *rleBools) read(dst []bool) error {
	var buf [256]uint8
	for len(dst) > 0 {
		n := min(len(dst), len(buf))
		if err := fillHybrid(&s.hybrid, buf[:n]); err != nil {
			return err
		}
		for i, v := range buf[:n] {
			dst[i] = v == 1
		}
		dst = dst[n:]
	}
	return nil
}

type plainNumbers[T int32 | int64] struct{ data []byte }

func (s *plainNumbers[T]) read(dst []T) error {
	switch dst := any(dst).(type) {
	case []int32:
		if len(s.data) < 4*len(dst) {
			return errShort
		}
		for i := range dst {
			dst[i] = int32(binary.LittleEndian.Uint32(s.data[4*i:]))
		}
		s.data = s.data[4*len(dst):]
	case []int64:
		if len(s.data) < 8*len(dst) {
			return errShort
		}
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint64(s.data[8*i:]))
		}
		s.data = s.data[8*len(dst):]
	}
	return nil
}

type plainBytes struct{ data []byte }

func (s *plainBytes) read(dst [][]byte) error {
	data := s.data
	for i := range dst {
		if len(data) < 4 {
			return errShort
		}
		n := uint(binary.LittleEndian.Uint32(data))
		if n > uint(len(data)-4) {
			return errShort
		}
		dst[i] = data[4 : 4+n : 4+n]
		data = data[4+n:]
	}
	s.data = data
	return nil
}

type plainFixed struct {
	data  []byte
	width int
}

func (s *plainFixed) read(dst [][]byte) error {
	if len(s.data)/s.width < len(dst) {
		return errShort
	}
	for i := range dst {
		dst[i] = s.data[i*s.width : (i+1)*s.width : (i+1)*s.width]
	}
	s.data = s.data[len(dst)*s.width:]
	return nil
}

// splitBytes reads BYTE_STREAM_SPLIT: all first bytes, then all second ones.
type splitBytes[T int32 | int64 | []byte] struct {
	data  []byte
	n, at int // values in the page, the next one
	width int
	arena []byte
}

func newSplit[T int32 | int64 | []byte](l layout, data []byte) (any, error) {
	if len(data)%l.width() != 0 {
		return nil, errors.New("the page is not a whole number of values long")
	}
	return &splitBytes[T]{data: data, n: len(data) / l.width(), width: l.width()}, nil
}

func (s *splitBytes[T]) read(dst []T) error {
	if s.n-s.at < len(dst) {
		return errShort
	}
	switch dst := any(dst).(type) {
	case []int32:
		for i := range dst {
			dst[i] = int32(s.number(s.at + i))
		}
	case []int64:
		for i := range dst {
			dst[i] = int64(s.number(s.at + i))
		}
	case [][]byte:
		s.arena = sized(s.arena, len(dst)*s.width)
		for i := range dst {
			v := s.arena[i*s.width : (i+1)*s.width : (i+1)*s.width]
			for b := range v {
				v[b] = s.data[b*s.n+s.at+i]
			}
			dst[i] = v
		}
	}
	s.at += len(dst)
	return nil
}

func (s *splitBytes[T]) number(i int) (v uint64) {
	for b := range s.width {
		v |= uint64(s.data[b*s.n+i]) << (8 * b)
	}
	return v
}

// indices reads the places of values in a dictionary.
type indices struct {
	hybrid
	size uint32 // of the dictionary
}

func newIndices(data []byte, size int) (*indices, error) {
	if len(data) == 0 {
		// A page of NULLs: with a width, a value that is asked for all the same is
		// missed.
		return &indices{hybrid: hybrid{width: 1}, size: uint32(size)}, nil
	}
	if data[0] > 32 {
		return nil, fmt.Errorf("indices of %d bits", data[0])
	}
	return &indices{hybrid: hybrid{data: data[1:], width: uint(data[0])}, size: uint32(size)}, nil
}

func (s *indices) read(dst []uint32) error {
	if err := fillHybrid(&s.hybrid, dst); err != nil {
		return err
	}
	most := uint32(0)
	for _, v := range dst {
		most = max(most, v)
	}
	if len(dst) > 0 && most >= s.size {
		return fmt.Errorf("index %d in a dictionary of %d", most, s.size)
	}
	return nil
}

package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// delta reads DELTA_BINARY_PACKED, block by block.
// https://github.com/apache/parquet-format/blob/master/Encodings.md#DELTAENC
type delta struct {
	data  []byte // from the next block on
	block int    // values of a block
	minis int    // miniblocks of a block
	total int    // values in all
	left  int    // values not read yet
	first bool   // the next value is the first, which the header holds
	value int64  // read last, or the first

	min    int64
	widths []byte // of the miniblocks to come
	mini   []byte // the current miniblock
	bit    uint
	width  uint
	inMini int // values left of it
}

// newDelta reads the header. A page has at most that many values.
func newDelta(data []byte, most int) (delta, error) {
	d := delta{first: true}
	var n [3]uint64
	for i := range n {
		v, size := binary.Uvarint(data)
		if size <= 0 {
			return d, errShort
		}
		n[i], data = v, data[size:]
	}
	if n[2] < 2 { // no block will be read, and some writers say nothing sensible of them
		n[0], n[1] = 8, 1
	}
	if n[0] == 0 || n[0] > 1<<20 || n[1] == 0 || n[1] > n[0] || n[0]%n[1] != 0 || n[0]/n[1]%8 != 0 {
		return d, fmt.Errorf("delta blocks of %d values in %d parts", n[0], n[1])
	}
	if n[2] > uint64(most) {
		return d, fmt.Errorf("%d delta values in a page of %d", n[2], most)
	}
	v, size := binary.Varint(data)
	if size <= 0 {
		return d, errShort
	}
	d.data, d.value = data[size:], v
	d.block, d.minis, d.total, d.left = int(n[0]), int(n[1]), int(n[2]), int(n[2])
	return d, nil
}

// nextMini moves to the next miniblock.
func (d *delta) nextMini() error {
	if len(d.widths) == 0 {
		v, size := binary.Varint(d.data)
		if size <= 0 || len(d.data)-size < d.minis {
			return errShort
		}
		d.min = v
		d.widths = d.data[size : size+d.minis]
		d.data = d.data[size+d.minis:]
	}
	d.width = uint(d.widths[0])
	d.widths = d.widths[1:]
	if d.width > 64 {
		return fmt.Errorf("deltas of %d bits", d.width)
	}
	d.inMini = d.block / d.minis
	size := min(d.inMini*int(d.width)/8, len(d.data)) // the last one may be cut
	d.mini, d.data, d.bit = d.data[:size], d.data[size:], 0
	return nil
}

// fillDelta reads len(dst) values. Sums wrap, as the format has it.
func fillDelta[T int32 | int64](d *delta, dst []T) error {
	if len(dst) > d.left {
		return errShort
	}
	d.left -= len(dst)
	if d.first && len(dst) > 0 {
		dst[0] = T(d.value)
		dst, d.first = dst[1:], false
	}
	for len(dst) > 0 {
		if d.inMini == 0 {
			if err := d.nextMini(); err != nil {
				return err
			}
		}
		n := min(len(dst), d.inMini)
		if d.bit+uint(n)*d.width > 8*uint(len(d.mini)) {
			return errShort
		}
		value, mask := d.value, ^uint64(0)>>(64-d.width)
		for i := range dst[:n] {
			value += d.min + int64(d.raw()&mask)
			dst[i] = T(value)
			d.bit += d.width
		}
		d.value = value
		d.inMini -= n
		dst = dst[n:]
	}
	return nil
}

// raw is the 64 bits at the current bit.
func (d *delta) raw() uint64 {
	at, shift := d.bit>>3, d.bit&7
	if at+9 <= uint(len(d.mini)) {
		low := binary.LittleEndian.Uint64(d.mini[at:]) >> shift
		return low | uint64(d.mini[at+8])<<(64-shift)
	}
	low := tail(d.mini, at) >> shift
	return low | tail(d.mini, at+8)<<(64-shift)
}

// end passes over all values and returns what follows them.
func (d delta) end() ([]byte, error) {
	for left := d.total - 1; left > 0; {
		if len(d.widths) == 0 {
			d.inMini = 0
		}
		if err := d.nextMini(); err != nil {
			return nil, err
		}
		if len(d.mini) < d.inMini*int(d.width)/8 {
			return nil, errShort
		}
		left -= d.inMini
	}
	return d.data, nil
}

type deltaNumbers[T int32 | int64] struct{ delta }

func (s *deltaNumbers[T]) read(dst []T) error { return fillDelta(&s.delta, dst) }

// deltaLengths reads DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
type deltaLengths struct {
	lengths delta
	data    []byte
}

func newDeltaLengths(data []byte, most int) (*deltaLengths, error) {
	lengths, err := newDelta(data, most)
	if err != nil {
		return nil, err
	}
	rest, err := lengths.end()
	return &deltaLengths{lengths: lengths, data: rest}, err
}

func (s *deltaLengths) read(dst [][]byte) error {
	var buf [256]int32
	for len(dst) > 0 {
		n := min(len(dst), len(buf))
		if err := fillDelta(&s.lengths, buf[:n]); err != nil {
			return err
		}
		for i, size := range buf[:n] {
			if size < 0 || int(size) > len(s.data) {
				return errShort
			}
			dst[i] = s.data[:size:size]
			s.data = s.data[size:]
		}
		dst = dst[n:]
	}
	return nil
}

// maxArena is the most bytes that the prefixes of one read may expand to.
const maxArena = 64 << 20

// deltaBytes reads DELTA_BYTE_ARRAY: how much of the value before is repeated,
// and what follows that.
type deltaBytes struct {
	prefixes delta
	suffixes *deltaLengths
	width    int // of every value, 0 for any
	last     []byte
}

func newDeltaBytes(data []byte, most, width int) (*deltaBytes, error) {
	prefixes, err := newDelta(data, most)
	if err != nil {
		return nil, err
	}
	rest, err := prefixes.end()
	if err != nil {
		return nil, err
	}
	suffixes, err := newDeltaLengths(rest, most)
	return &deltaBytes{prefixes: prefixes, suffixes: suffixes, width: width}, err
}

func (s *deltaBytes) read(dst [][]byte) error {
	if len(dst) == 0 {
		return nil
	}
	if err := s.suffixes.read(dst); err != nil {
		return err
	}
	prefixes := make([]int32, len(dst))
	if err := fillDelta(&s.prefixes, prefixes); err != nil {
		return err
	}
	size := len(s.last)
	for i, p := range prefixes {
		if p < 0 {
			return errShort
		}
		if size += int(p) + len(dst[i]); size > maxArena {
			return fmt.Errorf("%d values with their prefixes take more than %d bytes", len(dst), maxArena)
		}
	}
	arena := append(make([]byte, 0, size), s.last...)
	last := arena
	for i, p := range prefixes {
		if int(p) > len(last) {
			return errors.New("a prefix is longer than the value before")
		}
		start := len(arena)
		arena = append(append(arena, last[:p]...), dst[i]...)
		last = arena[start:len(arena):len(arena)]
		if s.width > 0 && len(last) != s.width {
			return fmt.Errorf("a value of %d bytes, all have %d", len(last), s.width)
		}
		dst[i] = last
	}
	s.last = last
	return nil
}

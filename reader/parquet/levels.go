package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

var errShort = errors.New("the page ends before its values do")

// levels reads repetition or definition levels, whole slices of them.
type levels interface {
	read(dst []uint8) error
}

// hybrid reads the RLE/bit-packing hybrid, run by run: a run may be declared to
// be as long as it likes.
// https://github.com/apache/parquet-format/blob/master/Encodings.md#RLE
type hybrid struct {
	data  []byte // from the next run on
	width uint   // of a value, in bits, at most 32

	run    uint64 // values left of a run of one value
	value  uint32
	packed []byte // the current bit-packed run
	bit    uint   // where its next value begins
	left   uint64 // values left of it
}

// next begins a run.
func (h *hybrid) next() error {
	if h.width == 0 && len(h.data) == 0 {
		h.run, h.value = 1<<62, 0 // values without bits need no data
		return nil
	}
	head, n := binary.Uvarint(h.data)
	if n <= 0 {
		return errShort
	}
	h.data = h.data[n:]
	if head&1 == 1 {
		h.left = min(head>>1, 1<<32) * 8
		size := min((h.left*uint64(h.width)+7)/8, uint64(len(h.data))) // the last run may be cut
		h.packed, h.data, h.bit = h.data[:size], h.data[size:], 0
		return nil
	}
	h.run = head >> 1
	size := int(h.width+7) / 8
	if len(h.data) < size {
		return errShort
	}
	h.value = 0
	for i := range size {
		h.value |= uint32(h.data[i]) << (8 * i)
	}
	if h.value>>h.width != 0 {
		return errors.New("a run's value has more bits than its width")
	}
	h.data = h.data[size:]
	return nil
}

// fillHybrid reads len(dst) values.
func fillHybrid[T uint8 | uint32](h *hybrid, dst []T) error {
	for len(dst) > 0 {
		switch {
		case h.run > 0:
			n := int(min(h.run, uint64(len(dst))))
			v := T(h.value)
			for i := range dst[:n] {
				dst[i] = v
			}
			h.run -= uint64(n)
			dst = dst[n:]
		case h.left > 0:
			n := int(min(h.left, uint64(len(dst))))
			if uint64(h.bit)+uint64(n)*uint64(h.width) > 8*uint64(len(h.packed)) {
				return errShort
			}
			h.bit = unpack(dst[:n], h.packed, h.bit, h.width)
			h.left -= uint64(n)
			dst = dst[n:]
		default:
			if err := h.next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpack reads values of width bits, the lowest bit first, from that bit on.
// They must be there. It returns the bit after them.
func unpack[T uint8 | uint32](dst []T, src []byte, bit, width uint) uint {
	mask := uint64(1)<<width - 1
	i := 0
	for ; i < len(dst) && bit>>3+8 <= uint(len(src)); i++ {
		dst[i] = T(binary.LittleEndian.Uint64(src[bit>>3:]) >> (bit & 7) & mask)
		bit += width
	}
	for ; i < len(dst); i++ {
		dst[i] = T(tail(src, bit>>3) >> (bit & 7) & mask)
		bit += width
	}
	return bit
}

// tail is the eight bytes at a place near the end of src.
func tail(src []byte, at uint) uint64 {
	var b [8]byte
	if at < uint(len(src)) {
		copy(b[:], src[at:])
	}
	return binary.LittleEndian.Uint64(b[:])
}

// rleLevels are levels in the hybrid encoding.
type rleLevels struct {
	hybrid
	most uint8
}

func (l *rleLevels) read(dst []uint8) error {
	if err := fillHybrid(&l.hybrid, dst); err != nil {
		return err
	}
	if l.most+1 == 1<<l.width { // no other value has as many bits
		return nil
	}
	for _, v := range dst {
		if v > l.most {
			return errors.New("a level is out of range")
		}
	}
	return nil
}

// packedLevels are levels in the old BIT_PACKED encoding, the highest bit
// first.
type packedLevels struct {
	data  []byte
	bit   uint
	width uint
	most  uint8
}

func (l *packedLevels) read(dst []uint8) error {
	for i := range dst {
		v := uint8(0)
		for range l.width {
			if l.bit>>3 >= uint(len(l.data)) {
				return errShort
			}
			v = v<<1 | l.data[l.bit>>3]>>(7-l.bit&7)&1
			l.bit++
		}
		if v > l.most {
			return errors.New("a level is out of range")
		}
		dst[i] = v
	}
	return nil
}

// levelWidth is the number of bits of a level.
func levelWidth(most uint8) uint { return uint(bits.Len8(most)) }

package unpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/pierrec/lz4/v4"
)

func newLZ4(from *bufio.Reader) io.ReadCloser {
	r := lz4.NewReader(&lz4Frames{from: from})
	if err := r.Apply(lz4.ConcurrencyOption(1)); err != nil { // no goroutines
		panic(err) // it is a constant, and the reader is new
	}
	return io.NopCloser(r)
}

// lz4Frames hands the library a file, and knows where its frames end: the
// library takes a file that was cut between two blocks for one that ends there.
// It checks what the library does not. See the LZ4 Frame Format 1.6.4.
type lz4Frames struct {
	from     *bufio.Reader
	left     int64 // bytes to hand over before the next part is looked at
	inFrame  bool
	maxBlock int64 // of the frame
	blockSum int64 // bytes that follow a block
	frameSum int64 // bytes that follow the last block
}

func (f *lz4Frames) Read(p []byte) (int, error) {
	if f.left == 0 {
		next := f.nextFrame
		if f.inFrame {
			next = f.nextBlock
		}
		if err := next(); err != nil {
			return 0, err
		}
	}
	n, err := f.from.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	return n, cut(err)
}

// nextFrame looks at what is to be the header of a frame. Here a file may end.
func (f *lz4Frames) nextFrame() error {
	if _, err := f.from.Peek(1); err != nil {
		return err
	}
	head, err := peek(f.from, 4)
	if err != nil {
		return err
	}
	switch magic := binary.LittleEndian.Uint32(head); {
	case magic == 0x184d2204:
	case magic&^15 == 0x184d2a50: // a skippable frame
		head, err = peek(f.from, 8)
		if err != nil {
			return err
		}
		f.left = 8 + int64(binary.LittleEndian.Uint32(head[4:]))
		return nil
	default:
		return fmt.Errorf("a frame begins with %x, which is no frame that is read", head)
	}
	if head, err = peek(f.from, 6); err != nil {
		return err
	}
	flags, block := head[4], head[5]
	switch {
	case flags>>6 != 1 || flags&2 != 0 || block&0x8f != 0 || block>>4 < 4:
		return fmt.Errorf("frame descriptor %x is not known", head[4:])
	case flags&1 != 0:
		return errors.New("a frame needs a dictionary")
	}
	f.inFrame, f.left = true, 7
	f.maxBlock = 1 << (8 + 2*(block>>4)) // 4 MiB at most
	f.blockSum = 4 * int64(flags>>4&1)
	f.frameSum = 4 * int64(flags>>2&1)
	if flags&8 != 0 {
		f.left += 8 // the size of the content
	}
	return nil
}

// nextBlock looks at the size of what is to be a block, or the end of the frame.
func (f *lz4Frames) nextBlock() error {
	head, err := peek(f.from, 4)
	if err != nil {
		return err
	}
	size := binary.LittleEndian.Uint32(head)
	if size == 0 {
		f.inFrame, f.left = false, 4+f.frameSum
		return nil
	}
	n := int64(size &^ (1 << 31)) // the bit tells that it is not compressed
	if n > f.maxBlock {
		return fmt.Errorf("a block of %d bytes in a frame that has blocks of %d at most", n, f.maxBlock)
	}
	f.left = 4 + n + f.blockSum
	return nil
}

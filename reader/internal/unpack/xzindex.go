package unpack

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// record is a block in the index.
func record(unpadded, size int64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(unpadded)), uint64(size))
}

// end reads the index and the footer of a stream. The index is compared with
// the blocks by a hash: there may be too many of them to be kept.
func (x *xzReader) end() error {
	in := &counted{from: x.from, sum: crc32.NewIEEE()}
	_, _ = in.ReadByte() // 0, that there is no further block
	count, err := xzSize(in)
	if err != nil {
		return err
	}
	if uint64(count) != x.records {
		return fmt.Errorf("the index has %d blocks, the stream %d", count, x.records)
	}
	index := sha256.New()
	for range count {
		unpadded, err := xzSize(in)
		if err != nil {
			return err
		}
		size, err := xzSize(in)
		if err != nil {
			return err
		}
		index.Write(record(unpadded, size))
	}
	if !bytes.Equal(index.Sum(nil), x.index.Sum(nil)) {
		return errors.New("the index is not that of the blocks")
	}
	for in.n%4 != 0 {
		zero, err := in.ReadByte()
		if err != nil {
			return cut(err)
		}
		if zero != 0 {
			return errors.New("the padding of the index is not zero")
		}
	}
	foot, err := x.take(16)
	if err != nil {
		return err
	}
	little := binary.LittleEndian
	switch foot, sum := foot[4:], little.Uint32(foot); {
	case sum != in.sum.Sum32():
		return errors.New("the checksum of the index is wrong")
	case string(foot[10:]) != "YZ" || little.Uint32(foot) != crc32.ChecksumIEEE(foot[4:10]):
		return errors.New("the footer is damaged")
	case 4*(int64(little.Uint32(foot[4:]))+1) != in.n+4 || foot[8] != 0 || foot[9] != x.flags:
		return errors.New("the footer is not that of the stream")
	}
	x.next = x.stream
	return nil
}

// counted counts bytes and takes their checksum.
type counted struct {
	from io.ByteReader
	sum  hash.Hash32
	n    int64
}

func (c *counted) ReadByte() (byte, error) {
	b, err := c.from.ReadByte()
	if err == nil {
		c.n++
		c.sum.Write([]byte{b})
	}
	return b, err
}

package parquet

import "github.com/klauspost/compress/zstd"

// zstdBlock is the most that a block of zstd can become.
const zstdBlock = 128 << 10

// zstdMost is how many bytes frames of zstd can become at most, by the headers of their
// blocks. What the header of a frame says of that is not believed. It is -1 if
// the frames are not whole.
//
// https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
func zstdMost(src []byte) (most int) {
	for len(src) > 0 {
		var h zstd.Header
		if h.Decode(src) != nil || h.HeaderSize > len(src) {
			return -1
		}
		src = src[h.HeaderSize:]
		if h.Skippable {
			if int64(h.SkippableSize) > int64(len(src)) {
				return -1
			}
			src = src[h.SkippableSize:]
			continue
		}
		for last := false; !last; {
			if len(src) < 3 {
				return -1
			}
			block := int(src[0]) | int(src[1])<<8 | int(src[2])<<16
			last = block&1 != 0
			size, used := block>>3, block>>3
			switch block >> 1 & 3 {
			case 0: // as it is
			case 1: // one byte, repeated
				used = 1
			default:
				size = zstdBlock
			}
			if src = src[3:]; used > len(src) {
				return -1
			}
			src = src[used:]
			most += size
		}
		if h.HasCheckSum {
			if len(src) < 4 {
				return -1
			}
			src = src[4:]
		}
	}
	return most
}

package rows

import (
	"bytes"

	"github.com/seed-ede61cd5/sluice/reader"
)

// Lines is the [Layout] of records that are lines, which end at LF or CRLF. Empty
// ones are records too; the last one needs no line end. A byte order mark that the
// file begins with belongs to none.
func Lines(block *reader.Block, pos int) (first, end, next int) {
	data := block.Data
	if pos == 0 && block.Offset == 0 && bytes.HasPrefix(data, []byte(reader.BOM)) {
		pos = len(reader.BOM)
	}
	if pos >= len(data) {
		return -1, 0, pos
	}
	n := bytes.IndexByte(data[pos:], '\n')
	if n < 0 {
		return pos, len(data), len(data)
	}
	end = pos + n
	next = end + 1
	if n > 0 && data[end-1] == '\r' {
		end--
	}
	return pos, end, next
}

// FullLines is Lines without those that are empty, which are no records.
func FullLines(block *reader.Block, pos int) (first, end, next int) {
	for {
		first, end, next = Lines(block, pos)
		if first < 0 || end > first {
			return first, end, next
		}
		pos = next
	}
}

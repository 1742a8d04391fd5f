package protobuf

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// frame returns the [reader.FrameFunc] of messages of which each is, with its
// length, of so many bytes at most.
func frame(most int64) reader.FrameFunc {
	return func(data []byte, offset int64, records int, atEOF bool) (reader.Frame, error) {
		var out reader.Frame
		for out.Records < records && out.End < len(data) {
			length, n := protowire.ConsumeVarint(data[out.End:])
			left := int64(len(data) - out.End)
			reason := ""
			switch {
			case n < 0 && left >= 10:
				reason = "it does not begin with a length: is the file one of length-delimited messages?"
			case n < 0 && atEOF:
				reason = "the file ends within its length: was it cut?"
			case n < 0:
				return out, nil
			case length > uint64(max(most-int64(n), 0)):
				reason = fmt.Sprintf("its length is %d bytes, and the most that a record may have is %d: is the file one of length-delimited messages?", length, most)
			case int64(length) > left-int64(n) && atEOF:
				reason = fmt.Sprintf("its length is %d bytes, and the file ends after %d: was it cut?", length, left-int64(n))
			case int64(length) > left-int64(n):
				return out, nil
			}
			if reason != "" && out.Records > 0 {
				return out, nil // the records before it come first
			}
			if reason != "" {
				return reader.Frame{}, abstract.WithClass(abstract.FileOnly, &reader.BadRecord{Offset: offset, Reason: reason})
			}
			out.End += n + int(length)
			out.Records++
		}
		return out, nil
	}
}

// messages is the [rows.Layout] of what frame has found. A record begins with its
// length.
func messages(block *reader.Block, pos int) (first, end, next int) {
	length, n := protowire.ConsumeVarint(block.Data[pos:])
	if n < 0 {
		return -1, 0, pos
	}
	end = pos + n + int(length)
	return pos, end, end
}

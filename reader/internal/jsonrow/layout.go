package jsonrow

import (
	"bytes"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// Layout is how the records of a block follow each other. Its methods get the
// block's bytes, n of them, with padding behind.
type Layout interface {
	// white is what may stand between the tokens of a record.
	white() json.White
	// next is where the next record begins, at pos or later; n or more if there
	// is none.
	next(data []byte, n, pos int) int
	// end is where the record ends that begins at first, good or not.
	end(data []byte, n, first int) int
	// stop is where reading may end, and go on, between a record that ended at end,
	// or is none if that is 0, and the one that begins at first.
	stop(end, first int) int
	// after checks what follows an object that goes from first to end.
	after(data []byte, first, end int) (reason string)
}

// Lines is the layout of records that are lines of their own. Lines of white
// space are none.
type Lines struct{}

func (Lines) white() json.White { return json.InLine }

func (Lines) next(data []byte, n, pos int) int {
	for pos < n {
		first := json.Space(data, pos, json.InLine)
		if data[first] != '\n' {
			return first
		}
		pos = first + 1
	}
	return pos
}

// end is the line's. A CR before an LF belongs to the line end.
func (Lines) end(data []byte, n, first int) int {
	end := first + bytes.IndexByte(data[first:], '\n')
	if end < n && end > first && data[end-1] == '\r' {
		end--
	}
	return min(end, n)
}

func (Lines) stop(_, first int) int { return first }

func (Lines) after(data []byte, first, end int) (reason string) {
	pos := json.Space(data, end, json.InLine)
	switch data[pos] {
	case '\n':
		return ""
	case '{', '[':
		return fmt.Sprintf("a second document follows on the same line, %d bytes on: write one object per line", pos-first)
	}
	return malformed(data, first, pos, json.InLine, "the line must end after its object")
}

// Elements is the layout of values with commas and white space between them, or
// nothing. Whoever cut the block has checked what is between.
type Elements struct{}

func (Elements) white() json.White { return json.AcrossLines }

func (Elements) next(data []byte, n, pos int) int {
	for pos = json.Space(data, pos, json.AcrossLines); pos < n && data[pos] == ','; {
		pos = json.Space(data, pos+1, json.AcrossLines)
	}
	return pos
}

func (Elements) end(data []byte, n, first int) int {
	end, _ := json.Extent(data[:n], first, true)
	return end
}

// stop is before what divides the two, which whoever cuts blocks has to see.
func (Elements) stop(end, _ int) int { return end }

func (Elements) after([]byte, int, int) string { return "" }

package csv

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/seed-ede61cd5/sluice/reader"
)

// head is the first record of a file that is not an empty line.
type head struct {
	cells  [][]byte // none in a file without records
	record []byte   // as it is in the file
	empty  int      // empty lines before it, comments and what is skipped left out
	fault  string   // why it is bad, if it is
}

// readHead reads the first record of a file.
func readHead(ctx context.Context, blocks *reader.Blocks, s *splitter, most int) (head, error) {
	s.head = true
	defer func() { s.head = false }()
	var h head
	for h.cells == nil {
		block, err := blocks.Next(ctx, 1)
		if err == io.EOF {
			return h, nil
		}
		if err != nil {
			return h, err
		}
		err = h.take(block, s.dialect, most)
		blocks.Recycle(&block)
		if err != nil {
			return h, err
		}
	}
	return h, nil
}

// take reads a block of lines that are no records, a record, or both. The index it uses is
// for one column more than there may be, so it counts the fields, finds fault
// with their number, and has indexed those that count.
func (h *head) take(block reader.Block, d *dialect, most int) error {
	x := newIndex(d, most+1, false, false)
	data, n := d.pad(block.Data)
	x.reset(n)
	start, _ := d.beginning(block.Data, block.Offset, true)
	length, empty := d.blankLines(block.Data[start:])
	record := start + length
	h.empty += empty
	x.fill(data, n, record)
	if x.fields == 0 {
		return nil
	}
	if x.fields > most {
		return reader.FileOnly("the first record has %d fields: more than %d columns are not read (--max-columns)", x.fields, most)
	}
	h.record = bytes.Clone(block.Data[record:max(n, record)])
	h.fault = x.malformed
	h.cells = make([][]byte, x.fields)
	for i, c := range x.cells[:x.fields] {
		h.cells[i] = bytes.Clone(d.value(c, data))
	}
	return nil
}

// names makes column names of a header.
func (h head) names(d *dialect) ([]string, error) {
	if h.fault != "" {
		return nil, reader.FileOnly("the header cannot be read: %s", h.fault)
	}
	names := make([]string, len(h.cells))
	for i, c := range h.cells {
		if why := d.unstorable(c); why != "" {
			return nil, reader.FileOnly("the name of column %d, %s%s: is the file text in another encoding? --encoding names it", i+1, reader.Quote(c), why)
		}
		names[i] = string(c)
		if len(c) == 0 {
			names[i] = fmt.Sprintf("column%d", i+1)
		}
	}
	return reader.Distinct(names), nil
}

// numbered is the names of the columns of a file without a header.
func (h head) numbered() []string {
	names := make([]string, len(h.cells))
	for i := range names {
		names[i] = fmt.Sprintf("column%d", i+1)
	}
	return names
}

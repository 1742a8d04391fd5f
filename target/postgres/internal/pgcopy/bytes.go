package pgcopy

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
)

// maxField is how long a value may be: a server allocates no more than 1 GiB
// at once, and needs some of it for itself.
const maxField = 1<<30 - 1<<10

// byteses are values of varying length.
type byteses struct {
	offsets []int32 // in data, one more than there are values
	data    []byte
}

func newBytes(offsets []int32, data arrow.ArrayData) *byteses {
	c := &byteses{offsets: offsets}
	if buffer := data.Buffers()[2]; buffer != nil {
		c.data = buffer.Bytes()
	}
	return c
}

func (c *byteses) value(row int) []byte { return c.data[c.offsets[row]:c.offsets[row+1]] }

// all is the bytes of all values.
func (c *byteses) all() []byte {
	if len(c.offsets) == 0 {
		return nil
	}
	return c.data[c.offsets[0]:c.offsets[len(c.offsets)-1]]
}

func (c *byteses) append(buf []byte, row int) ([]byte, error) {
	v := c.value(row)
	if len(v) > maxField {
		return buf, refuse("the value has %d bytes, and PostgreSQL takes at most %d", len(v), maxField)
	}
	return append(binary.BigEndian.AppendUint32(buf, uint32(len(v))), v...), nil
}

// newTexts returns the cells of text for the column.
func newTexts(c Column, values *byteses) cells {
	switch {
	case c.Wire == Numeric:
		return &numericTexts{*values, c.Limit}
	case c.Wire == JSONB:
		return &jsonbs{*values}
	case c.Limit != NoLimit, bytes.IndexByte(values.all(), 0) >= 0:
		return &texts{*values, c.Limit, c.Wire == Char}
	}
	return values // nothing to be checked one by one
}

// texts are values of which some may have to be refused.
type texts struct {
	byteses
	limit  int  // characters, or NoLimit
	padded bool // blanks at the end are lost
}

func (c *texts) append(buf []byte, row int) ([]byte, error) {
	v := c.value(row)
	switch {
	case bytes.IndexByte(v, 0) >= 0:
		return buf, refuse("the text contains a NUL byte, which PostgreSQL cannot store")
	case c.limit != NoLimit && len(v) > c.limit && utf8.RuneCount(v) > c.limit:
		return buf, refuse("the text has %d characters, the column takes %d", utf8.RuneCount(v), c.limit)
	case c.padded && len(v) > 0 && v[len(v)-1] == ' ':
		return buf, refuse("the text ends in a blank, which a char column does not keep")
	}
	return c.byteses.append(buf, row)
}

// jsonbs are JSON values for jsonb: a version before the text.
type jsonbs struct{ byteses }

func (c *jsonbs) append(buf []byte, row int) ([]byte, error) {
	v := c.value(row)
	if len(v) > maxField {
		return buf, refuse("the value has %d bytes, and PostgreSQL takes at most %d", len(v), maxField)
	}
	return append(append(binary.BigEndian.AppendUint32(buf, uint32(len(v)+1)), 1), v...), nil
}

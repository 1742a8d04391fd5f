package pgcopy

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
)

// Header begins every COPY, Trailer ends it.
const (
	Header  = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" // signature, flags, length of an extension
	Trailer = "\xff\xff"                                                       // in place of a count of fields
)

// null stands in place of a field's length.
const null = "\xff\xff\xff\xff"

// MaxColumns is how many columns a table can have.
const MaxColumns = 1600

// Encoder writes the rows of batches of one schema. It is used by one
// goroutine at a time.
type Encoder struct {
	columns []Column
	fileID  bool
	prefix  []byte // what every row of the batch begins with
	fields  []field
}

// field is a column of the batch that is loaded.
type field struct {
	valid  []byte // Arrow's bitmap, nil if no value is NULL
	offset int    // of the first row in valid
	cells  cells
}

// cells are the values of a column. append appends the field of a row whose
// value is not NULL: its length and its bytes. Those of more than one word are
// pointers, as a call by an interface would copy them for each cell.
type cells interface {
	append(buf []byte, row int) ([]byte, error)
}

// New returns an encoder for rows of those columns. With fileID each row
// begins with one more field, an int8 that Load is told.
func New(columns []Column, fileID bool) (*Encoder, error) {
	if n := len(columns); n >= MaxColumns {
		return nil, fmt.Errorf("%d columns: PostgreSQL's tables have at most %d", n, MaxColumns)
	}
	for _, c := range columns {
		if !c.fits() {
			return nil, fmt.Errorf("column %q: %s values cannot be written to its type", c.Name, c.Type)
		}
	}
	return &Encoder{columns: columns, fileID: fileID, fields: make([]field, len(columns))}, nil
}

// Load makes batch the one whose rows are written. The batch must have the
// encoder's columns, and must not be released while it is loaded.
func (e *Encoder) Load(batch arrow.RecordBatch, fileID int64) {
	count := len(e.columns)
	if e.fileID {
		count++
	}
	e.prefix = binary.BigEndian.AppendUint16(e.prefix[:0], uint16(count))
	if e.fileID {
		e.prefix = appendInt8(e.prefix, fileID)
	}
	for i, column := range e.columns {
		arr := batch.Column(i)
		f := field{offset: arr.Data().Offset(), cells: newCells(column, arr)}
		if arr.NullN() > 0 {
			f.valid = arr.NullBitmapBytes()
		}
		e.fields[i] = f
	}
}

// Unload forgets the batch.
func (e *Encoder) Unload() { clear(e.fields) }

// AppendRow appends one row of the batch. If it fails, with an error of class
// FileOnly that names the column, part of the row has been appended.
func (e *Encoder) AppendRow(buf []byte, row int) ([]byte, error) {
	buf = append(buf, e.prefix...)
	for i := range e.fields {
		f := &e.fields[i]
		if f.valid != nil && !bitutil.BitIsSet(f.valid, f.offset+row) {
			buf = append(buf, null...)
			continue
		}
		var err error
		if buf, err = f.cells.append(buf, row); err != nil {
			return buf, fmt.Errorf("column %q: %w", e.columns[i].Name, err)
		}
	}
	return buf, nil
}

// appendInt8 appends a field of eight bytes.
func appendInt8(buf []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(append(buf, 0, 0, 0, 8), uint64(n))
}

// appendInt4 appends a field of four bytes.
func appendInt4(buf []byte, n int32) []byte {
	return binary.BigEndian.AppendUint32(append(buf, 0, 0, 0, 4), uint32(n))
}

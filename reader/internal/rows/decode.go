package rows

import (
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// Layout finds the records of a block, one after another. It gets the place where
// the record before ended, 0 for the first, and returns where the next one is and
// where to look for the one behind it. first is negative where there is no more.
type Layout func(block *reader.Block, pos int) (first, end, next int)

// Parse puts the values of a record into a row. It is for one goroutine. If the
// record is bad, reason says why, and col which of the file's columns is at
// fault, negative if none is.
type Parse func(record []byte, row *Row) (col int, reason string)

// Decoder makes rows of blocks. Its method Decode may be called concurrently.
type Decoder struct {
	layout  Layout
	names   []string // the file's columns
	places  []int    // of them in schema, -1 for those that are left out
	schema  abstract.Schema
	arrow   *arrow.Schema
	goesOn  bool            // after a bad record
	keep    bool            // bad records are delivered
	refused reader.Refusals // records to be rejected
	locate  bool            // tell where records begin

	parsers sync.Pool // of Parse
	// textBytes is, for each column of schema, the average bytes per row of the
	// last block, to size the next one's buffers.
	textBytes []atomic.Int64
}

// NewDecoder returns a decoder for the rows that are asked for, of files with
// those columns. newParse is called concurrently, once for each goroutine.
func NewDecoder(req *reader.Request, names []string, layout Layout, newParse func() Parse) (*Decoder, error) {
	if n := len(names); n > reader.MaxColumns {
		return nil, reader.FileOnly("the file has %d columns: more than %d are not read", n, reader.MaxColumns)
	}
	places, err := req.Match(names)
	if err != nil {
		return nil, err
	}
	d := &Decoder{
		layout: layout, names: names, places: places, schema: req.Schema, arrow: req.Schema.Arrow(),
		goesOn: req.OnBadRow.GoesOn(), keep: req.OnBadRow == reader.Quarantine, refused: req.Refused, locate: req.Locate,
		textBytes: make([]atomic.Int64, len(req.Schema)),
	}
	d.parsers.New = func() any { return newParse() }
	return d, nil
}

// Decode is the [reader.DecodeFunc].
func (d *Decoder) Decode(mem memory.Allocator, block reader.Block) (reader.Decoded, error) {
	parse := d.parsers.Get().(Parse)
	defer d.parsers.Put(parse)
	row := &Row{columns: make([]cells, len(d.schema)), places: d.places}
	defer row.release()
	for i, c := range d.schema {
		guess := int(d.textBytes[i].Load()+1) * block.Records
		row.columns[i].init(column.New(mem, c.Type, block.Records, min(guess+guess/16, len(block.Data))), c.Type)
	}
	var out reader.Decoded
	var rejects []reader.BadRecord
	index := int64(-1)
	for first, end, next := d.layout(&block, 0); first >= 0; first, end, next = d.layout(&block, next) {
		index++
		offset := block.Offset + int64(first)
		name, reason := d.add(row, block.Data[first:end:end], offset, parse)
		if reason == "" {
			if d.locate {
				out.Starts = append(out.Starts, offset)
			}
			continue
		}
		bad := reader.BadRecord{Index: index, Offset: offset, Column: name, Reason: reason}
		if !d.goesOn {
			out.Bad = &bad
			break
		}
		if d.keep {
			bad.Raw = block.Data[first:end]
			rejects = append(rejects, bad)
			continue
		}
		if out.Rejected++; out.FirstRejected == nil {
			out.FirstRejected = &bad
		}
	}
	d.finish(row, &out)
	out.Keep(rejects)
	return out, nil
}

// add appends a record, or says why it does not and which column is at fault.
func (d *Decoder) add(row *Row, record []byte, offset int64, parse Parse) (name, reason string) {
	col, reason := parse(record, row)
	if reason == "" && len(d.refused) > 0 {
		col = -1
		reason, _ = d.refused.Find(offset)
	}
	if reason == "" {
		row.n++
		return "", ""
	}
	for i := range row.columns {
		row.columns[i].truncate(row.n)
	}
	if col >= 0 {
		name = d.names[col]
	}
	return name, reason
}

// finish makes the batch.
func (d *Decoder) finish(row *Row, out *reader.Decoded) {
	if row.n == 0 {
		return
	}
	builders := make([]*column.Builder, len(row.columns))
	for i := range row.columns {
		c := &row.columns[i]
		c.pad(row.n)
		builders[i] = c.Builder
		c.N = c.rows
		d.textBytes[i].Store(int64(c.TextLen() / row.n))
	}
	out.Batch, out.Bytes = column.Batch(d.arrow, builders, row.n)
	out.Bytes = max(out.Bytes, int64(row.n)) // there may be no columns
}

// release frees the columns that did not become arrays.
func (r *Row) release() {
	for i := range r.columns {
		if c := r.columns[i].Builder; c != nil {
			c.Release()
		}
	}
}

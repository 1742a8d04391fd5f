package csv

import (
	"bytes"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// decoder makes rows of blocks. Its method Decode may be called concurrently.
type decoder struct {
	dialect dialect
	split   splitter
	names   []string // the file's columns
	schema  abstract.Schema
	arrow   *arrow.Schema
	target  []int                      // the place in schema of each of the file's columns, -1: left out
	goesOn  bool                       // after a bad record
	keep    bool                       // bad records are delivered
	refused reader.Refusals            // records to be rejected
	locate  bool                       // tell where records begin
	widen   func(reader.Evidence) bool // see [reader.Request.Widen]
	rescue  int                        // the place in schema for cells that do not fit, -1 for none

	indexes sync.Pool // of *index
	// textBytes is, for each column of schema, the average bytes per row of the
	// last block, to size the next one's buffers.
	textBytes []atomic.Int64
}

// decode is the [reader.DecodeFunc].
func (d *decoder) decode(mem memory.Allocator, block reader.Block) (reader.Decoded, error) {
	data, n := d.dialect.pad(block.Data)
	b := &batch{decoder: d, n: n, data: data, offset: block.Offset}
	b.index, _ = d.indexes.Get().(*index)
	if b.index == nil {
		b.index = newIndex(&d.dialect, len(d.names), d.goesOn, d.keep)
	}
	defer d.indexes.Put(b.index)
	b.index.reset(n)

	b.columns = make([]*column.Builder, len(d.schema))
	defer b.release()
	for i, c := range d.schema {
		guess := int(d.textBytes[i].Load()+1) * block.Records
		b.columns[i] = column.New(mem, c.Type, block.Records, min(guess+guess/16, b.n))
	}
	pos, _ := d.dialect.beginning(block.Data, block.Offset, true)
	for pos < b.n && !b.index.done() && b.stop == nil {
		start := pos
		pos = b.index.fill(b.data, b.n, pos)
		b.stretch(b.data[start:min(pos, b.n)])
	}
	out := b.finish()
	b.index.report(&out, block.Offset)
	if b.stop != nil {
		b.stop.report(&out, b.rows)
	}
	return out, nil
}

// batch is one block on its way to rows.
type batch struct {
	*decoder
	data    []byte // padded
	n       int    // its length without
	offset  int64  // of the block
	index   *index
	columns []*column.Builder
	rows    int
	starts  []int64 // of the rows, if they are asked for
	stop    *stop   // where the block was left for columns to be made wider, nil if it was not
	// saved are the cells of the stretch that do not fit, by row: an object but for
	// the brace at its end.
	saved map[int][]byte
	// suspect tells that the stretch has a NUL or invalid UTF-8 somewhere, so
	// that every text cell has to be looked at.
	suspect bool
}

// stretch decodes the records in the index, column by column. text is what
// they were found in.
func (b *batch) stretch(text []byte) {
	b.suspect = bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text)
	faults := b.cells()
	b.refuse(faults)
	if at := faults.narrow(b.goesOn); at >= 0 {
		b.stopAt(at, faults)
	}
	if faults.any() {
		b.dropBad(faults)
	}
	if b.rescue >= 0 {
		b.rescueSaved()
	}
	if b.locate {
		for r := range b.index.rows {
			b.starts = append(b.starts, b.offset+int64(b.index.starts[r]))
		}
	}
	b.rows += b.index.rows
}

// cells decodes every column of the stretch.
func (b *batch) cells() *faults {
	f := &faults{every: b.keep, first: -1}
	b.saved = nil
	for c, place := range b.target {
		s := &scan{batch: b, file: c, faults: f}
		if place == reader.Rescued {
			s.saveAll()
		}
		if place < 0 {
			continue
		}
		s.column = b.columns[place]
		s.decode(b.schema[place].Type)
	}
	return f
}

// refuse marks the records that the target has refused as bad.
func (b *batch) refuse(f *faults) {
	if len(b.refused) == 0 {
		return
	}
	for r := range b.index.rows {
		if reason, refused := b.refused.Find(b.offset + int64(b.index.starts[r])); refused {
			f.add(r, -1, func() string { return reason })
		}
	}
}

// dropBad takes back what was decoded of the stretch and keeps its good rows:
// those before the first bad one, or all but the bad ones.
func (b *batch) dropBad(f *faults) {
	x := b.index
	keep := b.rows
	if !b.goesOn {
		keep += f.first
		x.rows, x.bad = f.first, nil // a bad record found by the index comes later
	}
	for _, col := range b.columns {
		col.Truncate(min(keep, col.N)) // nothing is in those that the file lacks
	}
	if !b.goesOn {
		x.reject(b.bad(f.first, f.rows[f.first]))
		return
	}
	for row, fault := range f.rows {
		x.reject(b.bad(row, fault))
	}
	x.remove(f.rows)
	b.cells()
}

// bad describes a record of the index that has a fault.
func (b *batch) bad(row int, f fault) reader.BadRecord {
	x := b.index
	bad := reader.BadRecord{Index: int64(x.number[row]), Offset: int64(x.starts[row]), Reason: f.reason}
	if f.column >= 0 {
		bad.Column = b.names[f.column]
	}
	if b.keep {
		bad.Raw = b.data[x.starts[row]:x.cells[(row+1)*x.columns-1].end()]
	}
	return bad
}

// remove takes rows out of the index.
func (x *index) remove(rows map[int]fault) {
	kept := 0
	for r := range x.rows {
		if _, bad := rows[r]; bad {
			continue
		}
		copy(x.cells[kept*x.columns:(kept+1)*x.columns], x.cells[r*x.columns:(r+1)*x.columns])
		x.starts[kept], x.number[kept] = x.starts[r], x.number[r]
		kept++
	}
	x.rows = kept
}

// finish makes the batch of the columns.
func (b *batch) finish() reader.Decoded {
	if b.rows == 0 {
		return reader.Decoded{}
	}
	for i, col := range b.columns {
		b.textBytes[i].Store(int64(col.TextLen() / b.rows))
	}
	var out reader.Decoded
	out.Batch, out.Bytes = column.Batch(b.arrow, b.columns, b.rows)
	out.Starts = b.starts
	return out
}

// release frees the columns that did not become arrays.
func (b *batch) release() {
	for _, col := range b.columns {
		if col != nil {
			col.Release()
		}
	}
}

// faults are the bad rows of a stretch.
type faults struct {
	every bool // every row's reason is wanted, not just the first one's
	first int  // the first bad row, -1 if there is none
	rows  map[int]fault
}

// fault is what is wrong with a row: with a column's cell, or with the whole
// row where the column is negative.
type fault struct {
	column int
	reason string
	narrow bool // its column could be made wider for it
}

func (f *faults) any() bool { return f.first >= 0 }

// add notes a bad cell. Columns come in file order, so of two bad cells of a
// row the one noted first counts.
func (f *faults) add(row, column int, reason func() string) {
	f.note(row, fault{column: column}, reason)
}

// note is add of a fault without its reason.
func (f *faults) note(row int, noted fault, reason func() string) {
	if _, known := f.rows[row]; known {
		return
	}
	first := f.first < 0 || row < f.first
	if first || f.every {
		noted.reason = reason()
	}
	if first {
		f.first = row
	}
	if f.rows == nil {
		f.rows = make(map[int]fault)
	}
	f.rows[row] = noted
}

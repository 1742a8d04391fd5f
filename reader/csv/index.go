package csv

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/seed-ede61cd5/sluice/reader"
)

// cell is where a cell's content stands in a block: without its quotes, but
// with its escapes, and doubled quotes still doubled.
type cell struct {
	at   uint32
	size uint32 // with the flags
}

const (
	flagQuoted  = 1 << 31
	flagEscaped = 1 << 30 // has doubled quotes or escapes
	sizeMask    = flagEscaped - 1
)

func (c cell) len() int     { return int(c.size & sizeMask) }
func (c cell) quoted() bool { return c.size&flagQuoted != 0 }

// end is where the cell ends, its closing quote included.
func (c cell) end() int { return int(c.at) + c.len() + int(c.size>>31) }

func (c cell) in(d []byte) []byte { return d[c.at : c.at+c.size&sizeMask] }

// index is the cells of a few thousand cells' worth of records: enough to
// decode them column by column, few enough to stay in the processor's cache.
type index struct {
	dialect *dialect
	columns int
	goesOn  bool // after a bad record
	keep    bool // bad records are delivered

	// The records of the stretch, bad ones left out.
	rows   int
	cells  []cell   // rows × columns
	starts []uint32 // where each begins
	number []uint32 // the position of each among the records of the block

	// Of the whole block so far.
	records  uint32 // good and bad
	rejected int64
	bad      *reader.BadRecord  // the first bad one; its offset is in the block
	list     []reader.BadRecord // all of them, if they are kept

	// Of the record seen last.
	fields    int
	malformed string
}

// indexCells is how many cells a stretch has at most, if it has more than one
// record: 128 KiB of index.
const indexCells = 16 << 10

// newIndex returns an index for records of that many columns. It has no room
// yet: see reset.
func newIndex(d *dialect, columns int, goesOn, keep bool) *index {
	return &index{dialect: d, columns: columns, goesOn: goesOn, keep: keep}
}

// reset makes the index ready for another block, of n bytes. That a block has
// no more cells than bytes, and one for the end, keeps the index of a small file
// small.
func (x *index) reset(n int) {
	x.rows, x.records, x.rejected, x.bad, x.list = 0, 0, 0, nil, nil
	columns := max(x.columns, 1)
	rows := max(min(indexCells, n)/columns, 1)
	if cells := min(rows*x.columns, n+1); len(x.starts) < rows || len(x.cells) < cells {
		x.cells = make([]cell, cells)
		x.starts, x.number = make([]uint32, rows), make([]uint32, rows)
	}
}

// done tells whether a bad record ended the block.
func (x *index) done() bool { return x.bad != nil && !x.goesOn }

// pad writes line ends behind a block's data, so that every cell ends before
// the backing array does. It returns data with them, and where its content
// ends: before the LF that may end a file of records that end at CR.
func (d *dialect) pad(data []byte) (padded []byte, n int) {
	n = len(data)
	if cap(data) < n+reader.Pad {
		data = append(make([]byte, 0, n+reader.Pad), data...)
	}
	padded = data[:n+reader.Pad]
	if d.lineEnd == '\r' && n > 0 && data[n-1] == '\n' {
		n-- // every other block ends in CR
	}
	for i := n; i < len(padded); i++ {
		padded[i] = d.lineEnd
	}
	return padded, n
}

const (
	everyByte = 0x0101010101010101
	lowBits   = 0x7f7f7f7f7f7f7f7f
)

// zeroBytes sets the top bit of every byte of w that is zero, and no other.
func zeroBytes(w uint64) uint64 { return ^((w&lowBits + lowBits) | w | lowBits) }

// fill indexes records from pos on until the stretch is full, the block ends
// at n, or a bad record ends it. It returns where the next record begins.
// data is padded by [dialect.pad].
func (x *index) fill(data []byte, n, pos int) int {
	x.rows = 0
	for x.rows < len(x.starts) && pos < n && !x.done() {
		if x.dialect.simple {
			pos = x.simpleRecord(data, n, pos)
		} else {
			pos = x.record(data, n, pos)
		}
	}
	return pos
}

// record indexes the records from start on: one, or as many as fit while they
// have no quotes. It returns where the next record begins.
//
// It looks at eight bytes at a time for delimiters and line ends. Everything
// else but a quote at a cell's beginning is content.
func (x *index) record(data []byte, n, recordStart int) int {
	d := x.dialect
	delimiters, lineEnds := uint64(d.delimiter)*everyByte, uint64(d.lineEnd)*everyByte
	cells := x.cells[x.rows*x.columns:]
	count := 0 // cells of this record
	start := recordStart
	if data[start] == d.quote {
		return x.slowRecord(data, n, recordStart, start, count)
	}
	for base := start; ; base += 8 {
		w := binary.LittleEndian.Uint64(data[base:])
		m := zeroBytes(w^delimiters) | zeroBytes(w^lineEnds)
		for ; m != 0; m &= m - 1 {
			p := base + bits.TrailingZeros64(m)>>3
			if data[p] == d.lineEnd {
				return x.endRecord(data, n, recordStart, cell{uint32(start), uint32(p - start)}, count, p, "")
			}
			if count < len(cells) && count < x.columns {
				cells[count] = cell{uint32(start), uint32(p - start)}
			}
			count++
			start = p + 1
			if data[start] == d.quote {
				return x.slowRecord(data, n, recordStart, start, count)
			}
		}
	}
}

// slowRecord goes on with a record at a cell that begins with a quote.
func (x *index) slowRecord(data []byte, n, recordStart, start, count int) int {
	d := x.dialect
	cells := x.cells[x.rows*x.columns:]
	fault := ""
	for {
		c, p, why := d.cell(data, n, start)
		if fault == "" {
			fault = why
		}
		if p >= n || data[p] == d.lineEnd {
			return x.endRecord(data, n, recordStart, c, count, p, fault)
		}
		if count < x.columns {
			cells[count] = c
		}
		count++
		start = p + 1
	}
}

// cell finds the cell that begins at start, and the delimiter or line end that
// follows it.
func (d *dialect) cell(data []byte, n, start int) (c cell, end int, fault string) {
	if d.simple {
		return d.simpleCell(data[:n], start)
	}
	if data[start] != d.quote {
		end = d.plainEnd(data, start)
		return cell{uint32(start), uint32(end - start)}, end, ""
	}
	closing, escaped := d.closingQuote(data[:n], start+1)
	if closing < 0 {
		return cell{}, n, "its quote is never closed"
	}
	c = cell{uint32(start + 1), uint32(closing-start-1) | flagQuoted}
	if escaped {
		c.size |= flagEscaped
	}
	end = closing + 1
	switch {
	case data[end] == d.delimiter, data[end] == d.lineEnd:
	case data[end] == '\r' && d.lineEnd == '\n' && end+1 < n && data[end+1] == '\n':
		end++
	default:
		fault = followsQuote(data[end])
		end = d.plainEnd(data, end)
	}
	return c, end, fault
}

// followsQuote is the fault of a cell that goes on behind its closing quote.
func followsQuote(c byte) string {
	return fmt.Sprintf("%s follows a closing quote", reader.Quote([]byte{c}))
}

// plainEnd is the next delimiter or line end from pos on. The padding ends the
// search.
func (d *dialect) plainEnd(data []byte, pos int) int {
	for data[pos] != d.delimiter && data[pos] != d.lineEnd {
		pos++
	}
	return pos
}

// endRecord takes the record whose last cell is given and whose line end is at
// p, at n or beyond if there is none. It returns where the next one begins.
func (x *index) endRecord(data []byte, n, recordStart int, last cell, count, p int, fault string) int {
	if !last.quoted() && last.size > 0 && p < n && x.dialect.lineEnd == '\n' && data[p-1] == '\r' {
		last.size-- // the CR of a CRLF
	}
	if count == 0 && last.size == 0 && fault == "" && x.columns != 1 {
		return p + 1 // an empty line
	}
	if count < x.columns {
		x.cells[x.rows*x.columns+count] = last
	}
	count++
	x.fields, x.malformed = count, fault
	if fault == "" && count != x.columns {
		fault = fmt.Sprintf("it has %d fields, the file has %d columns", count, x.columns)
	}
	if fault != "" {
		bad := reader.BadRecord{Index: int64(x.records), Offset: int64(recordStart), Reason: fault}
		if x.keep {
			bad.Raw = x.dialect.raw(data[:n], recordStart, p)
		}
		x.reject(bad)
	} else {
		x.starts[x.rows], x.number[x.rows] = uint32(recordStart), x.records
		x.rows++
	}
	x.records++
	return p + 1
}

// reject notes a bad record.
func (x *index) reject(bad reader.BadRecord) {
	x.rejected++
	if x.keep {
		x.list = append(x.list, bad)
	}
	if x.bad == nil || bad.Index < x.bad.Index {
		x.bad = &bad
	}
}

// raw is the bytes of a record whose line end is at p, or where the data ends.
// A CR before an LF belongs to the line end.
func (d *dialect) raw(data []byte, start, p int) []byte {
	end := min(p, len(data))
	if p < len(data) && d.lineEnd == '\n' && end > start && data[end-1] == '\r' {
		end--
	}
	return data[start:end]
}

// report tells what became of the bad records of the block at that offset.
func (x *index) report(out *reader.Decoded, offset int64) {
	if x.bad == nil {
		return
	}
	x.bad.Offset += offset
	switch {
	case !x.goesOn:
		out.Bad = x.bad
	case x.keep:
		for i := range x.list {
			x.list[i].Offset += offset
		}
		out.Keep(x.list)
	default:
		out.FirstRejected, out.Rejected = x.bad, x.rejected
	}
}

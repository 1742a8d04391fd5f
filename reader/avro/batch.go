package avro

import (
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// decoder is what decoding needs and what can be used again. It is for one
// goroutine at a time.
type decoder struct {
	cursor cursor
	undo   decompressor
	fields []field // of the columns of the file
	empty  bool    // a record may take no bytes
}

// keptBuffer is the largest buffer that a decoder keeps for another stretch.
const keptBuffer = 1 << 20

func (r *read) newDecoder() *decoder {
	if d, ok := r.decoders.Get().(*decoder); ok {
		return d
	}
	d := &decoder{empty: r.head.root.empty, fields: make([]field, len(r.columns))}
	d.undo.codec = r.head.codec
	d.cursor.bounds = r.request.Limits.Bounds
	d.cursor.maxText = int(r.request.Limits.MaxRecord())
	for i, c := range r.columns {
		switch place := r.target[i]; {
		case place == reader.Rescued:
			d.fields[i] = rescuedField{c}
		case place < 0:
			d.fields[i] = leftOut{c.node}
		default:
			d.fields[i] = newField(c.node, r.request.Schema[place].Type)
		}
	}
	return d
}

func (r *read) putDecoder(d *decoder) {
	d.cursor.reset(nil, 0)
	for _, buf := range []*[]byte{&d.undo.buf, &d.cursor.buf, &d.cursor.scalar, &d.cursor.saved} {
		if cap(*buf) > keptBuffer {
			*buf = nil
		}
	}
	r.decoders.Put(d)
}

// reset begins a block. allowed is how many values may take no bytes, negative for
// any number.
func (c *cursor) reset(data []byte, allowed int64) {
	c.data, c.at, c.err, c.depth, c.steps = data, 0, nil, 0, 0
	if c.mostSteps = int64(len(data)) + allowed; allowed < 0 {
		c.mostSteps = 1 << 62
	}
}

// pass passes over a record.
func (d *decoder) pass(columns []part) {
	for _, c := range columns {
		d.cursor.skip(c.node)
	}
}

// batch is the rows of a part of a stretch.
type batch struct {
	*stretch
	*decoder
	first    int64 // number of the first record
	most     int   // records
	builders []*column.Builder
	rescue   *output // the column for what does not fit, nil if there is none
	rows     int
	bad      *reader.BadRecord // the record that ended it
	rejected []reader.BadRecord
	starts   []int64
}

// begin makes columns for that many records.
func (p *batch) begin(mem memory.Allocator, most int) {
	r := p.read
	p.most = most
	p.builders = make([]*column.Builder, len(r.request.Schema))
	for place := range p.builders {
		p.builders[place] = p.builder(mem, place, most)
	}
	for i, place := range r.target {
		if place >= 0 {
			p.fields[i].begin(newOutput(p.builders[place], r.request.Schema[place].Type))
		}
	}
	if r.rescue >= 0 {
		p.rescue = newOutput(p.builders[r.rescue], r.request.Schema[r.rescue].Type)
	}
	p.cursor.stored = 0
}

// fill decodes records until the batch is full, the stretch ends, or a bad one
// ends it.
func (p *batch) fill() {
	c, s := &p.cursor, p.stretch
	room, refusals := s.room(), s.read.request.Refused
	for n := 0; n < p.most && c.stored < room && p.bad == nil; n++ {
		if s.open == 0 && !s.advance() {
			return
		}
		p.take()
		if c.err != nil {
			p.forget()
			s.fail(c.err)
			return
		}
		reason, refused := c.fault, false
		if reason == "" && len(refusals) > 0 {
			reason, refused = refusals.Find(s.next)
		}
		if reason != "" || refused {
			p.reject(reason)
		} else {
			if s.read.request.Locate {
				p.starts = append(p.starts, s.next)
			}
			p.rescued()
			p.rows++
		}
		if p.bad == nil {
			s.next++
			s.open--
			s.left--
		}
	}
	if s.open == 0 && s.left == 0 && p.bad == nil {
		s.advance() // the end of the last block is to be seen, too
	}
}

// forget takes back what was written of a row.
func (p *batch) forget() {
	for _, place := range p.read.target {
		if place >= 0 {
			b := p.builders[place]
			b.N = p.rows + 1
			b.Truncate(p.rows)
		}
	}
}

// reject leaves a record out, or ends the batch with it.
func (p *batch) reject(reason string) {
	p.forget()
	bad := reader.BadRecord{Index: p.next - p.first, Offset: -1, Reason: reason}
	if i := p.cursor.faulty; i >= 0 {
		bad.Column = p.read.columns[i].name
	}
	if !p.read.request.OnBadRow.GoesOn() {
		p.bad = &bad
		return
	}
	p.rejected = append(p.rejected, bad)
}

// finish makes the batch.
func (p *batch) finish() (d reader.Decoded) {
	s, r := p.stretch, p.read
	if d.Bad = p.bad; r.request.OnBadRow == reader.Quarantine {
		d.Keep(p.rejected)
	} else if len(p.rejected) > 0 {
		d.FirstRejected, d.Rejected = &p.rejected[0], int64(len(p.rejected))
	}
	d.Starts, d.After = p.starts, s.next
	at := s.current.to
	if s.open > 0 {
		at = s.current.place(s.next)
	}
	d.Covers, s.at = max(at-s.at, 0), max(at, s.at)
	if p.rows == 0 {
		return d
	}
	for i, place := range r.target {
		if place < 0 {
			continue
		}
		b := p.builders[place]
		b.N = p.rows
		if _, out := p.fields[i].(leftOut); !out {
			r.text[place].Store(int64(b.TextLen()/p.rows) + 1)
		}
	}
	if p.rescue != nil {
		p.rescue.N = p.rows
		r.text[r.rescue].Store(int64(p.rescue.TextLen()/p.rows) + 1)
	}
	var size int64
	d.Batch, size = column.Batch(r.arrow, p.builders, p.rows)
	d.Bytes += size
	return d
}

// release frees the columns that no batch has taken.
func (p *batch) release() {
	for _, b := range p.builders {
		b.Release()
	}
}

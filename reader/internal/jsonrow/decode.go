package jsonrow

import (
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// Decoder makes rows of blocks. Its method may be called concurrently.
type Decoder struct {
	layout  Layout
	notText string // what a record that is no text is
	schema  abstract.Schema
	arrow   *arrow.Schema
	matcher *reader.Matcher
	leave   func(name string) bool     // see [reader.Request.LeavesOut]
	fresh   func(name string) bool     // see [reader.Request.NewColumn]
	widen   func(reader.Evidence) bool // see [reader.Request.Widen]
	bounds  reader.Bounds
	goesOn  bool            // after a bad record
	keep    bool            // bad records are delivered
	refused reader.Refusals // records to be rejected
	locate  bool            // tell where records begin
	levels  int             // of objects that are flattened
	rescue  int             // the column for what has no other, -1 for none

	walkers sync.Pool // of *walker
	// textBytes is, for each column of schema, the average bytes per row of the
	// last block, to size the next one's buffers.
	textBytes []atomic.Int64
}

// NewDecoder returns a decoder for the rows that are asked for, of blocks with
// that layout.
func NewDecoder(req reader.Request, layout Layout) *Decoder {
	d := &Decoder{
		layout: layout, notText: req.Dialect.NotText(), schema: req.Schema, arrow: req.Schema.Arrow(),
		matcher: reader.NewMatcher(req.Schema), leave: req.LeavesOut, fresh: req.NewColumn, widen: req.Widen, bounds: req.Limits.Bounds,
		goesOn: req.OnBadRow.GoesOn(), keep: req.OnBadRow == reader.Quarantine, refused: req.Refused, locate: req.Locate, levels: req.Dialect.Flatten,
		textBytes: make([]atomic.Int64, len(req.Schema)),
	}
	d.rescue, _ = req.RescuePlace() // see Check
	d.walkers.New = func() any { return d.newWalker() }
	return d
}

// newWalker returns a walker whose targets are the columns of the schema.
func (d *Decoder) newWalker() *walker {
	columns := make([]target, len(d.schema))
	for i := range columns {
		columns[i].column = i
	}
	return &walker{white: d.layout.white(), levels: d.levels, bounds: d.bounds, keys: newKeys(func(name string) *target {
		if d.leave(name) {
			return &target{column: -1, left: true}
		}
		place, err := d.matcher.Find(name)
		if err != nil && d.isNew(name) {
			return &target{column: -1, fresh: true}
		}
		if d.rescue >= 0 && (err != nil || place == d.rescue) {
			return &target{column: -1, rescued: true}
		}
		if err != nil {
			return &target{column: -1, problem: err.Error()}
		}
		return &columns[place]
	})}
}

// Decode is the [reader.DecodeFunc].
func (d *Decoder) Decode(mem memory.Allocator, block reader.Block) (reader.Decoded, error) {
	w := d.walkers.Get().(*walker)
	defer d.walkers.Put(w)
	b := &batch{Decoder: d, columns: make([]builder, len(d.schema))}
	defer b.release()
	for i, c := range d.schema {
		guess := int(d.textBytes[i].Load()+1) * block.Records
		b.columns[i].init(column.New(mem, c.Type, block.Records, min(guess+guess/16, len(block.Data))), c.Type)
	}
	var out reader.Decoded
	var rejects []reader.BadRecord
	in := newRecords(block, d.layout, d.notText)
	end := 0 // of the record before
	for first, ok := in.next(); ok; first, ok = in.next() {
		stop := d.layout.stop(end, first)
		name, reason := "", in.read(w, first)
		end = in.pos
		if reason == "" && len(d.refused) > 0 {
			reason, _ = d.refused.Find(block.Offset + int64(first))
		}
		if reason == "" && w.fresh {
			if out.New = d.newColumns(block, first, in.raw(first)); out.New != nil {
				out.Stop = block.Offset + int64(stop)
				break
			}
			reason = freshTwins
		}
		if reason == "" {
			name, reason = b.add(in.data, w.fields)
			if reason != "" && d.widen != nil {
				if out.New = d.tooNarrow(block, first, in.raw(first), name); out.New != nil {
					out.Stop = block.Offset + int64(stop)
					break
				}
			}
		}
		if reason == "" {
			if d.locate {
				out.Starts = append(out.Starts, block.Offset+int64(first))
			}
			continue
		}
		bad := reader.BadRecord{Index: in.count - 1, Offset: block.Offset + int64(first), Column: name, Reason: reason}
		if !d.goesOn {
			out.Bad, out.Stop = &bad, block.Offset+int64(stop)
			break
		}
		if d.keep {
			bad.Raw = in.raw(first)
			rejects = append(rejects, bad)
			continue
		}
		if out.Rejected++; out.FirstRejected == nil {
			out.FirstRejected = &bad
		}
	}
	b.finish(&out)
	out.Keep(rejects)
	return out, nil
}

// batch is rows under construction.
type batch struct {
	*Decoder
	columns []builder
	rows    int
	scratch []byte
	saved   []byte // what is rescued of the record, but for the brace at its end
}

// add appends a record. If a value does not fit its column, nothing is
// appended; reason says so.
func (b *batch) add(data []byte, fields []field) (name, reason string) {
	for i := range fields {
		f := &fields[i]
		if f.kind == json.Null { // NULL, like a column that the record does not have
			continue
		}
		if f.rescued {
			b.save(data, f)
			continue
		}
		c := &b.columns[f.column]
		value := data[f.at:f.end]
		if c.class == classJSON && (f.kind == json.String || f.kind == json.Escaped) {
			value = data[f.at-1 : f.end+1] // as it is in the file
		}
		if reason := c.put(b.rows, value, f.kind, &b.scratch); reason != "" {
			if b.rescue >= 0 {
				b.save(data, f)
				continue
			}
			for _, undo := range fields[:i] {
				if undo.kind != json.Null {
					b.columns[undo.column].truncate(b.rows)
				}
			}
			return b.schema[f.column].Name, reason
		}
	}
	if len(b.saved) > 0 {
		b.rescueSaved()
	}
	b.rows++
	return "", ""
}

// finish makes the batch.
func (b *batch) finish(out *reader.Decoded) {
	if b.rows == 0 {
		return
	}
	builders := make([]*column.Builder, len(b.columns))
	for i := range b.columns {
		c := &b.columns[i]
		c.pad(b.rows)
		builders[i] = c.Builder
		c.N = c.rows
		b.textBytes[i].Store(int64(c.TextLen() / b.rows))
	}
	out.Batch, out.Bytes = column.Batch(b.arrow, builders, b.rows)
	out.Bytes = max(out.Bytes, int64(b.rows)) // there may be no columns
}

// release frees the columns that did not become arrays.
func (b *batch) release() {
	for i := range b.columns {
		if c := b.columns[i].Builder; c != nil {
			c.Release()
		}
	}
}

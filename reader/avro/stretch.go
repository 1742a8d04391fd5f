package avro

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// stretch is some blocks on their way. They become one batch, or several where
// they have more records or text than one may have.
type stretch struct {
	read     *read
	blocks   []block // not yet unpacked
	left     int64   // records not yet decoded
	packed   int64   // bytes of all blocks
	rows     int64   // of a batch
	next     int64   // number of the record to be decoded next
	at       int64   // where it is in the file
	current  block   // the one that is being decoded
	open     int64   // records of it not yet decoded
	reserved int64
	decoder  *decoder // nil before the first part
	err      error    // what there is after the rows that were emitted
}

// begin makes the stretch ready, once its blocks are known.
func (s *stretch) begin(packed int64) {
	r := s.read
	s.packed = packed
	s.rows = r.rows
	if n := r.request.BatchBytes; n > 0 {
		s.rows = min(s.rows, max(n*s.left/packed, 1))
	}
	first := s.blocks[0]
	s.next = max(first.first, r.request.Offset)
	s.left -= s.next - first.first
	if s.at = s.blocks[0].place(s.next); s.next == 0 {
		s.at = 0 // the header belongs to the first record
	}
	s.reserve(packed + int64(textFactor*r.ratio()*float64(packed)) + min(s.left, s.rows)*r.rowBytes)
}

// place is where a record of a block is in the file, if all are of one length.
func (b block) place(record int64) int64 {
	if b.records == 0 {
		return b.from
	}
	high, low := bits.Mul64(uint64(b.to-b.from), uint64(record-b.first))
	n, _ := bits.Div64(high, low, uint64(b.records))
	return b.from + int64(n)
}

// reserve changes what is reserved for the stretch.
func (s *stretch) reserve(n int64) {
	s.read.share.Resize(s.reserved, n)
	s.reserved = n
}

// Decode makes the next part.
func (s *stretch) Decode(ctx context.Context, mem memory.Allocator) (d reader.Decoded, err error) {
	limits := s.read.request.Limits
	if err := limits.Slot(ctx); err != nil {
		return d, err
	}
	defer limits.Free()
	if s.err != nil {
		return d, s.err
	}
	if s.decoder == nil {
		s.decoder = s.read.newDecoder()
	}
	p := &batch{stretch: s, decoder: s.decoder, first: s.next}
	defer p.release()
	p.begin(mem, int(min(s.left, s.rows)))
	p.fill()
	if s.err != nil && s.next == p.first {
		return d, s.err
	}
	d = p.finish()
	if d.More = d.Bad == nil && (s.left > 0 || s.err != nil); d.More {
		s.reserve(max(s.reserved, s.packed+d.Bytes))
	} else {
		s.reserve(d.Bytes)
	}
	return d, nil
}

// Free returns what is reserved, and the decoder.
func (s *stretch) Free() {
	s.reserve(0)
	if s.decoder != nil {
		s.read.putDecoder(s.decoder)
		s.decoder = nil
	}
}

// advance unpacks the next block that has records, and checks that nothing is
// left of the one before. It answers false at the end, and after an error.
func (s *stretch) advance() bool {
	c := &s.decoder.cursor
	for {
		if c.at < len(c.data) {
			s.fail(fmt.Errorf("%d bytes are left after its last record", len(c.data)-c.at))
			return false
		}
		s.read.empty.Add(max(c.steps-int64(len(c.data)), 0))
		c.steps = 0
		if len(s.blocks) == 0 {
			return false
		}
		s.current, s.blocks = s.blocks[0], s.blocks[1:]
		if err := s.unpack(); err != nil {
			s.fail(err)
			return false
		}
		s.open = s.current.records
		for record := s.current.first; record < s.next && s.open > 0; record++ { // before the offset
			if c.depth = 0; c.err == nil {
				s.decoder.pass(s.read.columns)
			}
			s.open--
		}
		if c.err != nil {
			s.fail(c.err)
			return false
		}
		if s.open > 0 {
			return true
		}
	}
}

// unpack makes the decoder ready for the records of the current block.
func (s *stretch) unpack() error {
	r, b, d := s.read, s.current, s.decoder
	most := r.maxBlock
	if r.mostUnpacked > 0 {
		most = min(most, max(r.mostUnpacked-r.unpacked.Load(), 0))
	}
	plain, err := d.undo.undo(b.data, most)
	if err == errTooLarge && most == r.maxBlock {
		return fmt.Errorf("it unpacks to more than %d bytes, which are not read", most)
	}
	size := int64(len(plain))
	r.packed.Add(int64(len(b.data)))
	if n := r.unpacked.Add(size); err == errTooLarge || err == nil && r.mostUnpacked > 0 && n > r.mostUnpacked {
		return fmt.Errorf("an object of %d bytes has unpacked to more than %d: if that is what it is, raise --max-ratio",
			r.request.File.Info.Size, r.mostUnpacked)
	}
	if err != nil {
		return err
	}
	if b.records > size && !d.empty {
		return fmt.Errorf("%d records in %d bytes", b.records, size)
	}
	empty, allowed := r.empty.Add(max(b.records-size, 0)), int64(-1)
	if r.mostEmpty > 0 {
		if allowed = r.mostEmpty - empty; allowed < 0 {
			return errEmpty
		}
	}
	d.cursor.reset(plain, allowed)
	if r.head.codec != codecNull {
		s.reserve(max(s.reserved, s.packed+int64(cap(plain))+min(s.left, s.rows)*r.rowBytes))
	}
	return nil
}

// fail ends the stretch: what was decoded is emitted before the error.
func (s *stretch) fail(err error) {
	b := s.current
	s.err = reader.FileOnly("the block of records %d to %d at byte %d: %w", b.first+1, b.first+b.records, b.from, err)
}

// room is how many bytes of text a batch may have.
func (s *stretch) room() int { return int(min(max(s.read.budget/2, 1), 1<<30)) }

// builder makes a column for some rows.
func (s *stretch) builder(mem memory.Allocator, place, rows int) *column.Builder {
	r := s.read
	text := int64(0)
	if typ := r.request.Schema[place].Type; column.Variable(typ) {
		guess := r.text[place].Load() * int64(rows)
		text = min(guess+guess/16, int64(s.room()))
	}
	return column.New(mem, r.request.Schema[place].Type, rows, int(text))
}

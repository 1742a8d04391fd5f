package parquet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/seed-ede61cd5/sluice/reader"
)

// maxHeader is the longest page header that is read; statistics make them
// long.
const maxHeader = 1 << 20

// pages reads the pages of one chunk in order. It is for one goroutine at a
// time.
type pages struct {
	leaf    *node
	chunk   chunk
	stream  *stream
	maxPage int64
	grow    func(int64) // reserves memory

	undo    decompressor
	buf     []byte // decompressed
	seen    int64  // values of the pages so far
	started bool
	// The dictionary, decompressed; nil if there is none.
	dictionary []byte
	entries    int

	header   pageHeader
	left     int // levels of the current page not read yet
	rep, def levels
	data     []byte // the values
	indexed  bool   // data are indices into the dictionary
}

// errDamaged is an error of a chunk's bytes.
func (p *pages) damaged(err error) error {
	return reader.FileOnly("column %q: page at value %d: %w", p.leaf.name, p.seen-int64(p.left), err)
}

// advance moves to the next data page, or returns io.EOF after the last. It
// passes over whole pages of at most skip rows, and returns how many those
// were; rows are known for flat columns, and of version 2 for all.
func (p *pages) advance(ctx context.Context, skip int64) (skipped int64, err error) {
	for {
		if p.started && p.seen >= p.chunk.values {
			return skipped, io.EOF
		}
		p.started = true
		if err := p.readHeader(ctx); err != nil {
			return skipped, err
		}
		switch h := &p.header; h.kind {
		case pageDictionary:
			if err := p.readDictionary(ctx); err != nil {
				return skipped, err
			}
		case pageData, pageDataV2:
			if !h.described || h.values < 0 || int64(h.values) > p.chunk.values-p.seen {
				return skipped, p.damaged(fmt.Errorf("a page of %d values, the column has %d left in its row group", h.values, p.chunk.values-p.seen))
			}
			p.seen += int64(h.values)
			if rows, known := p.rows(); known && rows <= skip-skipped {
				skipped += rows
				p.left = 0
				if err := p.stream.skip(int64(h.compressed)); err != nil {
					return skipped, err
				}
				continue
			}
			p.left = int(h.values)
			if p.left == 0 {
				if err := p.stream.skip(int64(h.compressed)); err != nil {
					return skipped, err
				}
				continue
			}
			return skipped, p.openData(ctx)
		default: // an index page, or a kind to come: no values are in it
			if err := p.stream.skip(int64(h.compressed)); err != nil {
				return skipped, err
			}
		}
	}
}

// rows is how many rows the page has, where its header tells. One of version 2
// that tells of none may go on with the row before.
func (p *pages) rows() (rows int64, known bool) {
	if p.leaf.rep == 0 {
		return int64(p.header.values), true
	}
	return int64(p.header.rows), p.header.kind == pageDataV2 && p.header.rows > 0
}

// readHeader reads a page header. How long it is shows only in reading it.
func (p *pages) readHeader(ctx context.Context) error {
	for want := int64(256); ; want *= 8 {
		n := min(want, p.stream.left(), maxHeader)
		if n == 0 {
			return p.damaged(fmt.Errorf("the pages end after %d of %d values", p.seen, p.chunk.values))
		}
		if err := p.stream.need(ctx, n); err != nil {
			return err
		}
		head := p.stream.data[p.stream.pos:]
		t := &thrift{data: head[:min(len(head), maxHeader)]}
		p.header = t.pageHeader()
		if t.err == nil {
			p.stream.pos += t.pos
			break
		}
		if !errors.Is(t.err, errThriftShort) || n == p.stream.left() || n == maxHeader {
			return p.damaged(fmt.Errorf("its header cannot be read: %w", t.err))
		}
	}
	h := &p.header
	if h.compressed < 0 || h.uncompressed < 0 {
		return p.damaged(fmt.Errorf("a page of %d bytes, %d decompressed", h.compressed, h.uncompressed))
	}
	if int64(h.uncompressed) > p.maxPage {
		return p.damaged(fmt.Errorf("the page is %d bytes when decompressed: more than %d are not read (--max-page, and --memory)", h.uncompressed, p.maxPage))
	}
	return nil
}

// content takes the bytes of the current page and checks them.
func (p *pages) content(ctx context.Context) ([]byte, error) {
	body, err := p.stream.take(ctx, int64(p.header.compressed))
	if err != nil {
		return nil, err
	}
	if p.header.hasCRC && crc32.ChecksumIEEE(body) != p.header.crc {
		return nil, p.damaged(errors.New("its checksum is wrong: the file is damaged"))
	}
	return body, nil
}

// decompress undoes the codec, into the buffer given.
func (p *pages) decompress(buf, body []byte, size int) ([]byte, error) {
	if p.chunk.codec == codecNone {
		if len(body) != size {
			return nil, p.damaged(fmt.Errorf("%d bytes that are not compressed, the page header says %d", len(body), size))
		}
		return body, nil
	}
	p.undo.codec = p.chunk.codec
	before := cap(buf)
	out, err := p.undo.undo(buf, body, size)
	if more := int64(cap(out) - before); more > 0 {
		p.grow(more)
	}
	if err != nil {
		return nil, p.damaged(err)
	}
	return out, nil
}

func (p *pages) readDictionary(ctx context.Context) error {
	h := p.header
	body, err := p.content(ctx)
	if err != nil {
		return err
	}
	if p.dictionary != nil || p.seen > 0 {
		return p.damaged(errors.New("a second dictionary"))
	}
	if !h.described || h.values < 0 || h.encoding != encodingPlain && h.encoding != encodingPlainDictionary {
		return p.damaged(fmt.Errorf("a dictionary of %d values in encoding %d", h.values, h.encoding))
	}
	data, err := p.decompress(nil, body, int(h.uncompressed))
	if err != nil {
		return err
	}
	if p.dictionary = data; data == nil {
		p.dictionary = []byte{}
	}
	p.entries = int(h.values)
	return p.checkEntries()
}

// checkEntries makes sure that the dictionary is long enough for its entries,
// before memory is taken for them.
func (p *pages) checkEntries() error {
	l := p.layout()
	least := l.width()
	if least == 0 {
		least = 4 // its length
	}
	if l.physical == typeBoolean || int64(p.entries)*int64(least) > int64(len(p.dictionary)) {
		return p.damaged(fmt.Errorf("a dictionary of %d values in %d bytes", p.entries, len(p.dictionary)))
	}
	p.grow(int64(p.entries) * 40) // of the entries as they are looked up
	return nil
}

func (p *pages) layout() layout {
	return layout{physical: p.leaf.physical, length: int(p.leaf.length), values: int(p.header.values)}
}

// openData reads the levels of a data page and finds its values.
func (p *pages) openData(ctx context.Context) error {
	h := &p.header
	body, err := p.content(ctx)
	if err != nil {
		return err
	}
	if h.kind == pageDataV2 {
		err = p.openV2(body)
	} else {
		err = p.openV1(body)
	}
	if err != nil {
		return err
	}
	p.indexed = h.encoding == encodingDictionary || h.encoding == encodingPlainDictionary
	if p.indexed && p.dictionary == nil {
		return p.damaged(errors.New("its values are in a dictionary that is not there"))
	}
	return nil
}

func (p *pages) openV1(body []byte) error {
	data, err := p.decompress(p.buf, body, int(p.header.uncompressed))
	if err != nil {
		return err
	}
	if p.chunk.codec != codecNone {
		p.buf = data
	}
	if p.rep, data, err = p.levelsV1(data, p.leaf.rep, p.header.repEncoding); err != nil {
		return err
	}
	if p.def, data, err = p.levelsV1(data, p.leaf.def, p.header.defEncoding); err != nil {
		return err
	}
	p.data = data
	return nil
}

// levelsV1 takes levels of version 1 off the front of data.
func (p *pages) levelsV1(data []byte, most uint8, e encoding) (levels, []byte, error) {
	if most == 0 {
		return nil, data, nil
	}
	width := levelWidth(most)
	switch e {
	case encodingRLE:
		if len(data) < 4 || uint64(binary.LittleEndian.Uint32(data)) > uint64(len(data)-4) {
			return nil, nil, p.damaged(errShort)
		}
		n := binary.LittleEndian.Uint32(data)
		return &rleLevels{hybrid{data: data[4 : 4+n], width: width}, most}, data[4+n:], nil
	case encodingBitPacked:
		n := (int(p.header.values)*int(width) + 7) / 8
		if n > len(data) {
			return nil, nil, p.damaged(errShort)
		}
		return &packedLevels{data: data[:n], width: width, most: most}, data[n:], nil
	}
	return nil, nil, p.damaged(fmt.Errorf("levels in encoding %d", e))
}

// openV2 takes the levels, which are never compressed, and the values.
func (p *pages) openV2(body []byte) error {
	h := &p.header
	if h.repLen < 0 || h.defLen < 0 || int64(h.repLen)+int64(h.defLen) > int64(min(len(body), int(h.uncompressed))) {
		return p.damaged(errShort)
	}
	p.rep, p.def = nil, nil
	if p.leaf.rep > 0 {
		p.rep = &rleLevels{hybrid{data: body[:h.repLen], width: levelWidth(p.leaf.rep)}, p.leaf.rep}
	}
	body = body[h.repLen:]
	if p.leaf.def > 0 {
		p.def = &rleLevels{hybrid{data: body[:h.defLen], width: levelWidth(p.leaf.def)}, p.leaf.def}
	}
	body = body[h.defLen:]
	size := int(h.uncompressed) - int(h.repLen) - int(h.defLen)
	if h.plainContent || p.chunk.codec == codecNone {
		p.data = body
		return nil
	}
	data, err := p.decompress(p.buf, body, size)
	if err == nil {
		p.buf, p.data = data, data
	}
	return err
}

// read reads the next levels of the page, as many as rep and def are long. A
// slice is left alone where the column has no such levels.
func (p *pages) read(rep, def []uint8, n int) error {
	p.left -= n
	if p.rep != nil {
		if err := p.rep.read(rep[:n]); err != nil {
			return p.damaged(fmt.Errorf("repetition levels: %w", err))
		}
	}
	if p.def != nil {
		if err := p.def.read(def[:n]); err != nil {
			return p.damaged(fmt.Errorf("definition levels: %w", err))
		}
	}
	return nil
}

// tooFew is the error of a chunk that ends before its row group does.
func (p *pages) tooFew() error {
	return reader.FileOnly("column %q ends after %d values, before its row group does", p.leaf.name, p.seen)
}

// end checks that nothing is left in the chunk once all rows were read.
func (p *pages) end(ctx context.Context) error {
	if p.left > 0 {
		return p.damaged(fmt.Errorf("more values than the row group has rows"))
	}
	if _, err := p.advance(ctx, 0); err != io.EOF {
		if err == nil {
			err = p.damaged(fmt.Errorf("more values than the row group has rows"))
		}
		return err
	}
	return nil
}

package parquet

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// thriftWriter writes the compact protocol.
type thriftWriter struct {
	b    []byte
	last []int16
}

func (w *thriftWriter) begin() { w.last = append(w.last, 0) }

func (w *thriftWriter) end() {
	w.b = append(w.b, thriftStop)
	w.last = w.last[:len(w.last)-1]
}

func (w *thriftWriter) field(id int16, typ byte) {
	last := &w.last[len(w.last)-1]
	w.b = append(w.b, byte(id-*last)<<4|typ)
	*last = id
}

func (w *thriftWriter) int(id int16, typ byte, v int64) {
	w.field(id, typ)
	w.b = binary.AppendVarint(w.b, v)
}

func (w *thriftWriter) text(id int16, s string) {
	w.field(id, thriftBinary)
	w.b = append(binary.AppendUvarint(w.b, uint64(len(s))), s...)
}

func (w *thriftWriter) list(id int16, n int) {
	w.field(id, thriftList)
	w.b = append(w.b, 0xf0|thriftStruct)
	w.b = binary.AppendUvarint(w.b, uint64(n))
}

func (w *thriftWriter) structure(id int16, write func()) {
	w.field(id, thriftStruct)
	w.begin()
	write()
	w.end()
}

// testFile is a file to be written, down to its pages.
type testFile struct {
	elements []element // without the root
	groups   []testGroup
	top      int // children of the root; 0: all elements
}

type testGroup struct {
	rows   int
	chunks []testChunk // of the leaves
}

type testChunk struct {
	codec codec
	dict  []byte // plain
	size  int    // entries of dict
	noCRC bool
	pages []testPage
}

type testPage struct {
	rep, def []uint8 // nil where the leaf has none
	n        int     // levels, if there are none
	encoding encoding
	values   []byte // encoded
	v2       bool
	rows     int // of v2
}

// bytes is the file.
func (f testFile) bytes() []byte {
	b := []byte(magic)
	w := &thriftWriter{}
	w.begin()
	w.int(1, thriftI32, 1)
	w.list(2, len(f.elements)+1)
	top := f.top
	if top == 0 {
		top = len(f.elements)
	}
	for _, e := range append([]element{{name: "schema", children: int32(top), converted: -1}}, f.elements...) {
		w.element(e)
	}
	rows := 0
	for _, g := range f.groups {
		rows += g.rows
	}
	w.int(3, thriftI64, int64(rows))
	w.list(4, len(f.groups))
	var leaves []element
	for _, e := range f.elements {
		if e.leaf {
			leaves = append(leaves, e)
		}
	}
	for _, g := range f.groups {
		w.begin()
		w.list(1, len(g.chunks))
		for i, c := range g.chunks {
			b = w.chunk(b, c, leaves[i])
		}
		w.int(3, thriftI64, int64(g.rows))
		w.end()
	}
	w.end()
	b = append(b, w.b...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(w.b)))
	return append(b, magic...)
}

func (w *thriftWriter) element(e element) {
	w.begin()
	if e.leaf {
		w.int(1, thriftI32, int64(e.physical))
		if e.length > 0 {
			w.int(2, thriftI32, int64(e.length))
		}
	}
	w.int(3, thriftI32, int64(e.repetition))
	w.text(4, e.name)
	if !e.leaf {
		w.int(5, thriftI32, int64(e.children))
	}
	if e.converted >= 0 {
		w.int(6, thriftI32, int64(e.converted))
	}
	w.int(7, thriftI32, int64(e.scale))
	w.int(8, thriftI32, int64(e.precision))
	if a := e.logical; a.id > 0 {
		w.structure(10, func() { w.structure(a.id, func() { w.annotation(a) }) })
	}
	w.end()
}

func (w *thriftWriter) annotation(a annotation) {
	flag := map[bool]byte{true: thriftTrue, false: thriftFalse}
	switch a.id {
	case logicalDecimal:
		w.int(1, thriftI32, int64(a.scale))
		w.int(2, thriftI32, int64(a.precision))
	case logicalTime, logicalTimestamp:
		w.field(1, flag[a.utc])
		w.structure(2, func() { w.structure(a.unit, func() {}) })
	case logicalInteger:
		w.field(1, thriftByte)
		w.b = append(w.b, byte(a.bits))
		w.field(2, flag[a.signed])
	}
}

// chunk appends the pages to b and writes what the footer says of them.
func (w *thriftWriter) chunk(b []byte, c testChunk, e element) []byte {
	start, dictionary, values := len(b), 0, 0
	if c.dict != nil {
		dictionary = start
		b = appendPage(b, c, c.dict, func(h *thriftWriter) {
			h.structure(7, func() {
				h.int(1, thriftI32, int64(c.size))
				h.int(2, thriftI32, int64(encodingPlain))
			})
		}, pageDictionary, 0)
	}
	data := len(b)
	for _, p := range c.pages {
		n := max(len(p.rep), len(p.def), p.n)
		values += n
		b = c.appendData(b, p, n)
	}
	w.begin()
	w.int(2, thriftI64, int64(start))
	w.structure(3, func() {
		w.int(1, thriftI32, int64(e.physical))
		w.int(4, thriftI32, int64(c.codec))
		w.int(5, thriftI64, int64(values))
		w.int(6, thriftI64, int64(len(b)-start))
		w.int(7, thriftI64, int64(len(b)-start))
		w.int(9, thriftI64, int64(data))
		if dictionary > 0 {
			w.int(11, thriftI64, int64(dictionary))
		}
	})
	w.end()
	return b
}

func (c testChunk) appendData(b []byte, p testPage, n int) []byte {
	rep, def := runs(p.rep), runs(p.def)
	if p.v2 {
		return appendPage(b, c, p.values, func(h *thriftWriter) {
			h.structure(8, func() {
				for i, v := range []int{n, 0, p.rows, int(p.encoding), len(def), len(rep)} {
					h.int(int16(i+1), thriftI32, int64(v))
				}
			})
		}, pageDataV2, len(rep)+len(def), rep, def)
	}
	var content []byte
	for _, levels := range [][]byte{rep, def} {
		if levels != nil {
			content = append(binary.LittleEndian.AppendUint32(content, uint32(len(levels))), levels...)
		}
	}
	return appendPage(b, c, append(content, p.values...), func(h *thriftWriter) {
		h.structure(5, func() {
			for i, v := range []int{n, int(p.encoding), int(encodingRLE), int(encodingRLE)} {
				h.int(int16(i+1), thriftI32, int64(v))
			}
		})
	}, pageData, 0)
}

// appendPage compresses content and writes it behind its header, and before it
// the parts that are never compressed.
func appendPage(b []byte, c testChunk, content []byte, describe func(*thriftWriter), kind pageKind, levels int, plain ...[]byte) []byte {
	var body []byte
	for _, p := range plain {
		body = append(body, p...)
	}
	body = append(body, pack(c.codec, content)...)
	h := &thriftWriter{}
	h.begin()
	h.int(1, thriftI32, int64(kind))
	h.int(2, thriftI32, int64(len(content)+levels))
	h.int(3, thriftI32, int64(len(body)))
	if !c.noCRC {
		h.int(4, thriftI32, int64(int32(crc32.ChecksumIEEE(body))))
	}
	describe(h)
	h.end()
	return append(append(b, h.b...), body...)
}

// pack compresses as a page is compressed.
func pack(c codec, content []byte) []byte {
	var out bytes.Buffer
	var w io.WriteCloser
	switch c {
	case codecSnappy:
		return s2.EncodeSnappy(nil, content)
	case codecLZ4, codecLZ4Raw:
		block := make([]byte, lz4.CompressBlockBound(len(content)))
		n, err := lz4.CompressBlock(content, block, nil)
		if err != nil {
			panic(err)
		}
		if c == codecLZ4 { // Hadoop's frame: the two lengths, big-endian
			out.Write(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(len(content))), uint32(n)))
		}
		out.Write(block[:n])
		return out.Bytes()
	case codecGzip:
		w = gzip.NewWriter(&out)
	case codecBrotli:
		w = brotli.NewWriter(&out)
	case codecZstd:
		z, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			panic(err)
		}
		w = z
	default:
		return content
	}
	if _, err := w.Write(content); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// runs writes levels as runs of the hybrid encoding, of up to eight bits.
func runs(levels []uint8) (b []byte) {
	for i := 0; i < len(levels); {
		j := i
		for j < len(levels) && levels[j] == levels[i] {
			j++
		}
		b = append(binary.AppendUvarint(b, uint64(j-i)<<1), levels[i])
		i = j
	}
	return b
}

// places writes indices into a dictionary: the first run of them bit-packed,
// if it is eight long.
func places(idx ...uint8) []byte { return append([]byte{8}, runs(idx)...) }

func le32(values ...int32) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

func le64(values ...int64) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}

func texts(values ...string) (b []byte) {
	for _, v := range values {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return b
}

// leafOf is a leaf of the schema.
func leafOf(name string, p physical, r repetition) element {
	return element{name: name, leaf: true, physical: p, repetition: r, converted: -1}
}

func textLeaf(name string, r repetition) element {
	e := leafOf(name, typeByteArray, r)
	e.converted = convertedUTF8
	return e
}

func groupOf(name string, r repetition, children int32, converted int32) element {
	return element{name: name, repetition: r, children: children, converted: converted}
}

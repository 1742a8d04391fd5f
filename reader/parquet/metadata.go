package parquet

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
)

// The metadata of a file, as far as it is needed. Statistics are not read at
// all: nothing is ever decided by them.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

// physical is how values are stored.
type physical int32

const (
	typeBoolean physical = iota
	typeInt32
	typeInt64
	typeInt96
	typeFloat
	typeDouble
	typeByteArray
	typeFixed
)

// repetition is how often a field occurs in its parent.
type repetition int32

const (
	required repetition = iota
	optional
	repeated
)

// element is a node of the schema, which is stored in depth-first order.
type element struct {
	name       string
	leaf       bool // it has a type and no children
	physical   physical
	length     int32 // of typeFixed
	repetition repetition
	children   int32
	converted  int32 // the old annotation, -1 if there is none
	scale      int32
	precision  int32
	logical    annotation
}

// annotation is a LogicalType: which field of the union is set, and what that
// type says of itself.
type annotation struct {
	id               int16 // 0 if there is none
	scale, precision int32
	utc              bool
	unit             int16 // 1 millis, 2 micros, 3 nanos
	bits             int8
	signed           bool
}

// rowGroup is a horizontal part of the file.
type rowGroup struct {
	rows   int64
	chunks []chunk
}

// chunk is the pages of one leaf in one row group.
type chunk struct {
	physical     physical
	codec        codec
	start        int64 // of its first page in the file
	compressed   int64 // bytes in the file, page headers included
	uncompressed int64
	values       int64 // NULLs and empty lists included
	encrypted    bool
	elsewhere    bool // it is in another file
}

// checkEmpty refuses a row group that is said to have no rows, and yet has
// values: passing over it would lose them.
func (g rowGroup) checkEmpty() error {
	for i, c := range g.chunks {
		if g.rows == 0 && c.values != 0 {
			return reader.FileOnly("the footer is damaged: a row group has no rows, and %d values in its column %d", c.values, i+1)
		}
	}
	return nil
}

// metadata is a parsed footer.
type metadata struct {
	elements []element
	rows     int64
	groups   []rowGroup
}

// parseMetadata reads the FileMetaData structure.
func parseMetadata(data []byte) (*metadata, error) {
	m := &metadata{}
	t := &thrift{data: data}
	encrypted := false
	t.structure(func(id int16, typ byte) bool {
		switch {
		case id == 2 && typ == thriftList:
			t.list(func(byte) { m.elements = append(m.elements, t.element()) })
		case id == 3 && typ == thriftI64:
			m.rows = t.int()
		case id == 4 && typ == thriftList:
			t.list(func(byte) { m.groups = append(m.groups, t.rowGroup()) })
		case id == 8:
			encrypted = true
			return false
		default:
			return false
		}
		return true
	})
	switch {
	case encrypted:
		// The footer itself is readable, its columns may not be.
		for _, g := range m.groups {
			for _, c := range g.chunks {
				if c.encrypted {
					return nil, errEncrypted
				}
			}
		}
	}
	if t.err != nil {
		return nil, reader.FileOnly("the footer cannot be read: %w", t.err)
	}
	return m, m.check()
}

// check looks at what must hold whatever the columns are.
func (m *metadata) check() error {
	if len(m.elements) == 0 {
		return reader.FileOnly("the footer has no schema")
	}
	rows := int64(0)
	for _, g := range m.groups {
		if g.rows < 0 || rows+g.rows < 0 {
			return reader.FileOnly("the footer is damaged: a row group has %d rows", g.rows)
		}
		rows += g.rows
	}
	if rows < m.rows {
		return reader.FileOnly("the footer says %d rows, its row groups have only %d", m.rows, rows)
	}
	// Some writers leave the sum out. The row groups are what is read, and what
	// each says is held against its columns.
	m.rows = rows
	return nil
}

func (t *thrift) element() element {
	e := element{converted: -1}
	t.structure(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == thriftI32:
			e.physical, e.leaf = physical(t.int32()), true
		case id == 2 && typ == thriftI32:
			e.length = t.int32()
		case id == 3 && typ == thriftI32:
			e.repetition = repetition(t.int32())
		case id == 4 && typ == thriftBinary:
			e.name = string(t.binary())
		case id == 5 && typ == thriftI32:
			e.children = t.int32()
		case id == 6 && typ == thriftI32:
			e.converted = t.int32()
		case id == 7 && typ == thriftI32:
			e.scale = t.int32()
		case id == 8 && typ == thriftI32:
			e.precision = t.int32()
		case id == 10 && typ == thriftStruct:
			e.logical = t.annotation()
		default:
			return false
		}
		return true
	})
	if e.children != 0 {
		e.leaf = false
	}
	return e
}

// annotation reads the LogicalType union and the structure in it.
func (t *thrift) annotation() annotation {
	var a annotation
	t.structure(func(id int16, typ byte) bool {
		if typ != thriftStruct {
			return false
		}
		a.id = id
		t.structure(func(field int16, typ byte) bool {
			isBool := typ == thriftTrue || typ == thriftFalse
			switch {
			case id == logicalDecimal && field == 1 && typ == thriftI32:
				a.scale = t.int32()
			case id == logicalDecimal && field == 2 && typ == thriftI32:
				a.precision = t.int32()
			case (id == logicalTime || id == logicalTimestamp) && field == 1 && isBool:
				a.utc = typ == thriftTrue
			case (id == logicalTime || id == logicalTimestamp) && field == 2 && typ == thriftStruct:
				t.structure(func(unit int16, _ byte) bool { a.unit = unit; return false })
			case id == logicalInteger && field == 1 && typ == thriftByte:
				a.bits = int8(t.byte())
			case id == logicalInteger && field == 2 && isBool:
				a.signed = typ == thriftTrue
			default:
				return false
			}
			return true
		})
		return true
	})
	return a
}

func (t *thrift) rowGroup() rowGroup {
	var g rowGroup
	t.structure(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == thriftList:
			t.list(func(byte) { g.chunks = append(g.chunks, t.chunk()) })
		case id == 3 && typ == thriftI64:
			g.rows = t.int()
		default:
			return false
		}
		return true
	})
	return g
}

func (t *thrift) chunk() chunk {
	var c chunk
	var data, dictionary int64
	described := false
	t.structure(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == thriftBinary:
			c.elsewhere = len(t.binary()) > 0
			return true
		case id == 8:
			c.encrypted = true
			return false
		case id != 3 || typ != thriftStruct:
			return false
		}
		described = true
		t.structure(func(id int16, typ byte) bool {
			switch {
			case id == 1 && typ == thriftI32:
				c.physical = physical(t.int32())
			case id == 4 && typ == thriftI32:
				c.codec = codec(t.int32())
			case id == 5 && typ == thriftI64:
				c.values = t.int()
			case id == 6 && typ == thriftI64:
				c.uncompressed = t.int()
			case id == 7 && typ == thriftI64:
				c.compressed = t.int()
			case id == 9 && typ == thriftI64:
				data = t.int()
			case id == 11 && typ == thriftI64:
				dictionary = t.int()
			default:
				return false
			}
			return true
		})
		return true
	})
	if !described && !c.encrypted {
		t.fail(fmt.Errorf("%w: a column chunk is not described", errThriftBad))
	}
	c.start = data
	if dictionary > 0 && dictionary < data { // some writers say 0 for none
		c.start = dictionary
	}
	return c
}

// pageKind is what a page holds.
type pageKind int32

const (
	pageData       pageKind = 0
	pageIndex      pageKind = 1
	pageDictionary pageKind = 2
	pageDataV2     pageKind = 3
)

// pageHeader precedes every page.
type pageHeader struct {
	kind                     pageKind
	uncompressed, compressed int32
	crc                      uint32
	hasCRC                   bool

	described    bool // by the structure for its kind
	values       int32
	encoding     encoding
	defEncoding  encoding
	repEncoding  encoding
	nulls, rows  int32 // of pageDataV2
	defLen       int32 // of pageDataV2
	repLen       int32
	plainContent bool // of pageDataV2: not compressed, whatever the codec
}

func (t *thrift) pageHeader() pageHeader {
	h := pageHeader{compressed: -1, uncompressed: -1, kind: -1, values: -1}
	t.structure(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == thriftI32:
			h.kind = pageKind(t.int32())
		case id == 2 && typ == thriftI32:
			h.uncompressed = t.int32()
		case id == 3 && typ == thriftI32:
			h.compressed = t.int32()
		case id == 4 && typ == thriftI32:
			h.crc, h.hasCRC = uint32(t.int32()), true
		case (id == 5 || id == 7 || id == 8) && typ == thriftStruct:
			h.described = true
			t.structure(func(field int16, typ byte) bool { return t.pageField(&h, id, field, typ) })
		default:
			return false
		}
		return true
	})
	return h
}

// pageField reads a field of the structure for a kind of page.
func (t *thrift) pageField(h *pageHeader, kind, field int16, typ byte) bool {
	v2 := kind == 8
	if v2 && field == 7 && (typ == thriftTrue || typ == thriftFalse) {
		h.plainContent = typ == thriftFalse
		return true
	}
	if typ != thriftI32 {
		return false
	}
	switch {
	case field == 1:
		h.values = t.int32()
	case !v2 && field == 2 || v2 && field == 4:
		h.encoding = encoding(t.int32())
	case kind == 5 && field == 3:
		h.defEncoding = encoding(t.int32())
	case kind == 5 && field == 4:
		h.repEncoding = encoding(t.int32())
	case v2 && field == 2:
		h.nulls = t.int32()
	case v2 && field == 3:
		h.rows = t.int32()
	case v2 && field == 5:
		h.defLen = t.int32()
	case v2 && field == 6:
		h.repLen = t.int32()
	default:
		return false
	}
	return true
}

package parquet

import (
	"encoding/binary"
	"errors"
)

// The element types of Thrift's compact protocol.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
const (
	thriftStop   = 0
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

// maxThriftDepth bounds how deep the structures of a footer may be nested; the
// format itself needs less than ten.
const maxThriftDepth = 32

var (
	errThriftShort = errors.New("the data ends inside of a structure")
	errThriftBad   = errors.New("the structure is damaged")
)

// thrift reads Thrift's compact protocol. It allocates nothing: text is a part
// of data, and lists are visited element by element, so no declared length is
// ever believed. The first error stays; everything read after it is zero.
type thrift struct {
	data  []byte
	pos   int
	depth int
	err   error
}

func (t *thrift) fail(err error) {
	if t.err == nil {
		t.err = err
	}
	t.pos = len(t.data)
}

func (t *thrift) byte() byte {
	if t.pos >= len(t.data) {
		t.fail(errThriftShort)
		return 0
	}
	t.pos++
	return t.data[t.pos-1]
}

func (t *thrift) uvarint() uint64 {
	v, n := binary.Uvarint(t.data[t.pos:])
	switch {
	case n == 0:
		t.fail(errThriftShort)
	case n < 0:
		t.fail(errThriftBad)
	default:
		t.pos += n
		return v
	}
	return 0
}

// int reads a zigzag integer of any width.
func (t *thrift) int() int64 {
	v := t.uvarint()
	return int64(v>>1) ^ -int64(v&1)
}

func (t *thrift) int32() int32 {
	v := t.int()
	if v != int64(int32(v)) {
		t.fail(errThriftBad)
		return 0
	}
	return int32(v)
}

func (t *thrift) binary() []byte {
	n := t.uvarint()
	if n > uint64(len(t.data)-t.pos) {
		t.fail(errThriftShort)
		return nil
	}
	t.pos += int(n)
	return t.data[t.pos-int(n) : t.pos]
}

// structure visits the fields of a structure. visit reads the field's value,
// or returns false to have it skipped. A bool has no value: its type tells it.
func (t *thrift) structure(visit func(id int16, typ byte) bool) {
	if t.depth++; t.depth > maxThriftDepth {
		t.fail(errThriftBad)
	}
	id := int16(0)
	for t.err == nil {
		head := t.byte()
		typ := head & 15
		if typ == thriftStop {
			break
		}
		if delta := int16(head >> 4); delta != 0 {
			id += delta
		} else {
			id = int16(t.int())
		}
		if t.err == nil && !visit(id, typ) {
			t.skip(typ)
		}
	}
	t.depth--
}

// list visits the elements of a list. Each takes a byte at least.
func (t *thrift) list(visit func(typ byte)) {
	head := t.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.data)-t.pos) {
		t.fail(errThriftShort)
	}
	for ; n > 0 && t.err == nil; n-- {
		visit(head & 15)
	}
}

func (t *thrift) skip(typ byte) {
	switch typ {
	case thriftTrue, thriftFalse:
	case thriftByte:
		t.byte()
	case thriftI16, thriftI32, thriftI64:
		t.uvarint()
	case thriftDouble:
		for range 8 {
			t.byte()
		}
	case thriftBinary:
		t.binary()
	case thriftList, thriftSet:
		t.nested(func() { t.list(t.skipElement) })
	case thriftMap:
		t.nested(t.skipMap)
	case thriftStruct:
		t.structure(func(int16, byte) bool { return false })
	default:
		t.fail(errThriftBad)
	}
}

func (t *thrift) nested(read func()) {
	if t.depth++; t.depth > maxThriftDepth {
		t.fail(errThriftBad)
	}
	read()
	t.depth--
}

// skipElement skips an element of a list, where a bool is a byte.
func (t *thrift) skipElement(typ byte) {
	if typ == thriftTrue || typ == thriftFalse {
		typ = thriftByte
	}
	t.skip(typ)
}

func (t *thrift) skipMap() {
	n := t.uvarint()
	if n == 0 || t.err != nil {
		return
	}
	types := t.byte()
	for ; n > 0 && t.err == nil; n-- {
		t.skipElement(types >> 4)
		t.skipElement(types & 15)
	}
}

package avro

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

var (
	errEnds     = errors.New("it ends before its values")
	errNegative = errors.New("a length is negative")
)

// cursor reads the values of an unpacked block. After an error all values are
// zero. It is for one goroutine.
type cursor struct {
	data []byte
	at   int
	err  error // the data cannot be read any further

	// fault is why the record cannot be stored, for the first of its columns at
	// fault; column is the one that is being read.
	fault          string
	column, faulty int

	steps, mostSteps int64 // values within columns, which may take no bytes
	depth            int   // of the value that is being read
	maxText          int   // bytes of a nested value's text
	bounds           reader.Bounds
	stored           int // bytes of text put into columns
	buf, scalar, big []byte
	saved            []byte // what is rescued of the record, but for the brace at its end
	json             typed.JSONWriter
}

// fail ends the reading.
func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.at = len(c.data)
}

// bad says why a value cannot be stored. It does nothing with an empty reason.
func (c *cursor) bad(reason string) {
	if reason != "" && c.fault == "" {
		c.fault, c.faulty = reason, c.column
	}
}

// long reads a number of variable length.
func (c *cursor) long() int64 {
	if c.at < len(c.data) {
		if v := c.data[c.at]; v < 0x80 {
			c.at++
			return int64(v>>1) ^ -int64(v&1)
		}
	}
	return c.longer()
}

// longer reads a number of more than one byte.
func (c *cursor) longer() int64 {
	v, n := binary.Uvarint(c.data[c.at:])
	if n <= 0 {
		if c.fail(errEnds); n < 0 {
			c.err = errVarint
		}
		return 0
	}
	c.at += n
	return int64(v>>1) ^ -int64(v&1)
}

// int reads a number that has 32 bits at most.
func (c *cursor) int() int32 {
	v := c.long()
	if v != int64(int32(v)) {
		c.fail(fmt.Errorf("%d is no int", v))
		return 0
	}
	return int32(v)
}

// take returns the next n bytes.
func (c *cursor) take(n int64) []byte {
	if n < 0 {
		c.fail(errNegative)
		return nil
	}
	if n > int64(len(c.data)-c.at) {
		c.fail(errEnds)
		return nil
	}
	c.at += int(n)
	return c.data[c.at-int(n) : c.at]
}

// bytes reads bytes behind their length.
func (c *cursor) bytes() []byte { return c.take(c.long()) }

// checkDepth refuses what was written as JSON if it is nested too deep.
func (c *cursor) checkDepth() {
	if c.err != nil || c.fault != "" {
		return
	}
	if wrong := c.bounds.TooDeep(c.buf); wrong != "" {
		c.bad("it " + wrong)
	}
}

// bigDecimal reads a big-decimal, as text.
func (c *cursor) bigDecimal() []byte {
	var fault string
	if v := c.bytes(); c.err == nil {
		c.big, fault = appendBig(c.big[:0], v)
		c.bad(fault)
	}
	return c.big
}

func (c *cursor) boolean() bool {
	b := c.take(1)
	if len(b) == 0 {
		return false
	}
	if b[0] > 1 {
		c.fail(fmt.Errorf("a boolean is the byte %d", b[0]))
	}
	return b[0] == 1
}

// float reads the bits of a float, double those of a double.
func (c *cursor) float() int32 {
	if b := c.take(4); len(b) == 4 {
		return int32(binary.LittleEndian.Uint32(b))
	}
	return 0
}

func (c *cursor) double() int64 {
	if b := c.take(8); len(b) == 8 {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// index reads the place of a branch or symbol.
func (c *cursor) index(n int, what string) int {
	i := c.long()
	if i < 0 || i >= int64(n) {
		c.fail(fmt.Errorf("%s %d of %d", what, i, n))
		return 0
	}
	return int(i)
}

// count reads the number of items of the next part of an array or map, 0 at its
// end. A negative one is followed by the size of the part in bytes, which is not
// believed.
func (c *cursor) count() int64 {
	n := c.long()
	if n < 0 {
		if n = -n; c.long() < 0 || n < 0 {
			c.fail(errNegative)
		}
	}
	if c.err != nil {
		return 0
	}
	return n
}

// valueOf returns the way to read a scalar as a P.
func valueOf[P typed.Value](n *node) func(*cursor) P {
	var f any
	switch n.wire {
	case wireBoolean:
		f = (*cursor).boolean
	case wireInt:
		f = (*cursor).int
	case wireFloat:
		f = (*cursor).float
	case wireLong:
		f = (*cursor).long
	case wireDouble:
		f = (*cursor).double
	case wireBytes, wireString:
		f = (*cursor).bytes
		if n.isBig {
			f = (*cursor).bigDecimal
		}
	case wireFixed:
		f = func(c *cursor) []byte { return c.take(n.size) }
	case wireEnum:
		f = func(c *cursor) []byte {
			if i := c.index(len(n.symbols), "symbol"); c.err == nil {
				return n.symbols[i]
			}
			return nil
		}
	default: // null
		f = func(*cursor) []byte { return nil }
	}
	return f.(func(*cursor) P)
}

// textOf returns the way to read a scalar as text.
func textOf[P typed.Value](n *node) func(*cursor, []byte) []byte {
	read, render := valueOf[P](n), typed.Renderer[P](n.kind)
	return func(c *cursor, b []byte) []byte {
		v := read(c)
		if c.err != nil {
			return b
		}
		b, fault := render(b, v)
		c.bad(fault)
		return b
	}
}

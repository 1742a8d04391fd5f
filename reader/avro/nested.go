package avro

import (
	"errors"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader/internal/typed"
)

var (
	errDepth = fmt.Errorf("a value is nested more than %d deep", MaxDepth)
	errEmpty = errors.New("too many of its records or values take no bytes: if that is what it is, raise --max-ratio")
)

// enter begins a value within another. It answers false where that is not to be
// read.
func (c *cursor) enter() bool {
	c.depth++
	c.steps++
	switch {
	case c.depth > MaxDepth:
		c.fail(errDepth)
	case c.steps > c.mostSteps:
		c.fail(errEmpty)
	}
	return c.err == nil
}

// appendJSON appends the next value as JSON.
func (c *cursor) appendJSON(b []byte, n *node) []byte {
	if c.enter() {
		b = c.appendValue(b, n)
	}
	if c.depth--; len(b) > c.maxText {
		c.fail(fmt.Errorf("a value of column %d is longer than %d bytes as JSON", c.column+1, c.maxText))
	}
	return b
}

func (c *cursor) appendValue(b []byte, n *node) []byte {
	switch n.wire {
	case wireNull:
		return append(b, "null"...)
	case wireUnion:
		return c.appendValue(b, n.parts[c.index(len(n.parts), "branch")].node)
	case wireArray:
		return append(c.appendItems(append(b, '['), n), ']')
	case wireMap:
		return append(c.appendItems(append(b, '{'), n), '}')
	case wireRecord:
		b = append(b, '{')
		for i := range n.parts {
			if i > 0 {
				b = append(b, ',')
			}
			b = c.appendJSON(append(b, n.parts[i].key...), n.parts[i].node)
			if c.err != nil {
				return b
			}
		}
		return append(b, '}')
	}
	c.scalar = n.text(c, c.scalar[:0])
	if c.err != nil || c.fault != "" {
		return b
	}
	b, fault := c.json.Append(b, n.kind, c.scalar)
	c.bad(fault)
	return b
}

// appendItems appends what is in an array or a map.
func (c *cursor) appendItems(b []byte, n *node) []byte {
	first := true
	for left := c.count(); left > 0; left = c.count() {
		for ; left > 0 && c.err == nil; left-- {
			if !first {
				b = append(b, ',')
			}
			first = false
			if n.wire == wireMap {
				var fault string
				b, fault = typed.AppendQuoted(b, c.bytes())
				c.bad(fault)
				b = append(b, ':')
			}
			b = c.appendJSON(b, n.items)
		}
	}
	return b
}

// skip passes over the next value.
func (c *cursor) skip(n *node) {
	if c.enter() {
		c.skipValue(n)
	}
	c.depth--
}

func (c *cursor) skipValue(n *node) {
	switch n.wire {
	case wireNull:
	case wireBoolean:
		c.boolean()
	case wireInt:
		c.int()
	case wireLong:
		c.long()
	case wireFloat:
		c.float()
	case wireDouble:
		c.double()
	case wireBytes, wireString:
		c.bytes()
	case wireFixed:
		c.take(n.size)
	case wireEnum:
		c.index(len(n.symbols), "symbol")
	case wireUnion:
		c.skipValue(n.parts[c.index(len(n.parts), "branch")].node)
	case wireArray, wireMap:
		for left := c.count(); left > 0; left = c.count() {
			for ; left > 0 && c.err == nil; left-- {
				if n.wire == wireMap {
					c.bytes()
				}
				c.skip(n.items)
			}
		}
	case wireRecord:
		for i := range n.parts {
			if c.skip(n.parts[i].node); c.err != nil {
				return
			}
		}
	}
}

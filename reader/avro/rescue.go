package avro

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
)

// rescuedField is the field of a column that the table has none for, or that can
// hold none of it.
type rescuedField struct{ part }

func (rescuedField) begin(*output) {}

func (f rescuedField) take(c *cursor, _ int) { c.save(f.part) }

// save puts the next value of a column among what is rescued of the record, unless
// it is NULL: see [reader.Dialect.Rescue].
func (c *cursor) save(p part) {
	c.buf = c.appendJSON(c.buf[:0], p.node)
	c.checkDepth()
	switch {
	case c.err != nil || c.fault != "" || string(c.buf) == "null":
		return
	case len(c.saved)+len(p.key)+len(c.buf) > c.maxText:
		c.bad(fmt.Sprintf("what does not fit of the record is longer than %d bytes as JSON", c.maxText))
		return
	}
	opening := byte(',')
	if len(c.saved) == 0 {
		opening = '{'
	}
	c.saved = append(append(append(c.saved, opening), p.key...), c.buf...)
}

// take reads the values of a record. One that does not fit is read once more, as
// JSON, if that is to be rescued.
func (p *batch) take() {
	c := &p.cursor
	c.fault, c.faulty, c.depth, c.saved = "", -1, 0, c.saved[:0]
	for i, f := range p.fields {
		c.column = i
		at, steps := c.at, c.steps
		f.take(c, p.rows)
		if p.read.rescue < 0 || c.faulty != i || c.err != nil || p.read.target[i] == reader.Rescued {
			continue
		}
		reason, end := c.fault, c.at
		c.fault, c.faulty, c.at, c.steps = "", -1, at, steps
		if c.save(p.read.columns[i]); c.fault == "" {
			p.builders[p.read.target[i]].Null(p.rows)
		} else {
			c.fault = reason
		}
		c.at = end
	}
}

// rescued writes what is rescued of a record.
func (p *batch) rescued() {
	c := &p.cursor
	switch {
	case p.rescue == nil:
	case len(c.saved) == 0:
		p.rescue.Null(p.rows)
	default:
		p.rescue.put(c, p.rows, append(c.saved, '}'))
	}
}

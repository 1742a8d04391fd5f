package json

import "unicode/utf8"

// Checker checks whole texts. It is for one goroutine; the zero value is ready.
type Checker struct {
	buf []byte
}

// Valid tells whether a text is one JSON value, with white space around it or
// none, in UTF-8.
func (c *Checker) Valid(text []byte) bool {
	_, fault := c.Check(text)
	return fault == "" && utf8.Valid(text)
}

// Check tells where a text stops being the beginning of a JSON value, and why.
// For one that could go on that is its length. Whether the text is UTF-8 is not
// asked.
func (c *Checker) Check(text []byte) (at int, fault Fault) {
	var end [Pad]byte
	c.buf = append(append(c.buf[:0], text...), end[:]...)
	pos := Space(c.buf, 0, AcrossLines)
	if pos, _, fault = Value(c.buf, pos, AcrossLines); fault != "" {
		return pos, fault
	}
	if pos = Space(c.buf, pos, AcrossLines); pos < len(text) {
		return pos, FaultAfter
	}
	return pos, ""
}

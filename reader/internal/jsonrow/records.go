package jsonrow

import (
	"bytes"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// records goes through the records of a block.
type records struct {
	layout  Layout
	data    []byte // padding follows the block's content, which is n long
	n       int
	suspect bool // there is invalid UTF-8 somewhere
	notText string
	pos     int // where the next record begins, or what precedes it
	count   int64
}

// newRecords begins with a block. It writes behind the block's data. notText is
// what a record is that has invalid UTF-8; see [reader.Dialect.NotText].
func newRecords(block reader.Block, layout Layout, notText string) records {
	n := len(block.Data)
	data := block.Data
	if cap(data) < n+json.Pad {
		data = append(make([]byte, 0, n+json.Pad), data...)
	}
	data = data[:n+json.Pad]
	// Every token ends before it, and so does every line.
	stop := byte('\n')
	if layout.white() == json.AcrossLines {
		stop = 0
	}
	for i := n; i < len(data); i++ {
		data[i] = stop
	}
	r := records{layout: layout, data: data, n: n, suspect: !utf8.Valid(data), notText: notText}
	if block.Offset == 0 && bytes.HasPrefix(data, []byte(reader.BOM)) {
		r.pos = len(reader.BOM)
	}
	return r
}

// next finds the next record. ok is false where there is none.
func (r *records) next() (first int, ok bool) {
	if r.pos = r.layout.next(r.data, r.n, r.pos); r.pos >= r.n {
		return 0, false
	}
	r.count++
	return r.pos, true
}

// read takes the record at first apart, and goes behind it. reason tells why
// it is bad, if it is.
func (r *records) read(w *walker, first int) (reason string) {
	if r.suspect && !utf8.Valid(r.raw(first)) {
		reason = "it is " + r.notText
	} else if r.pos, reason = w.record(r.data, first); reason != "" {
		reason = r.alone(w, first, reason)
	} else {
		if reason = r.layout.after(r.data, first, r.pos); reason == "" {
			// What is wrong with its keys counts only if nothing else is.
			reason = w.problem
		}
	}
	if reason != "" {
		r.pos = r.layout.end(r.data, r.n, first)
	}
	return reason
}

// alone is the reason why the record at first is bad, which may show a part of
// it. Where no line ends with it, that must not show what follows in the block.
func (r *records) alone(w *walker, first int, reason string) string {
	if r.layout.white() == json.InLine {
		return reason
	}
	record := r.raw(first)
	padded := make([]byte, len(record)+json.Pad)
	copy(padded, record)
	_, reason = w.record(padded, 0)
	return reason
}

// raw is the bytes of the record at first.
func (r *records) raw(first int) []byte { return r.data[first:r.layout.end(r.data, r.n, first)] }

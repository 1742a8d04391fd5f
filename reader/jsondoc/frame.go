package jsondoc

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// framer finds the records of a document. Its frame is the [reader.FrameFunc].
//
// What it keeps between calls depends, from the first record on, on nothing but
// the shape of the document: the brackets around the records, and how they are
// divided. So reading goes on behind any record once the shape is known, of which
// the beginning of the document tells.
type framer struct {
	outline
	shape shape
	phase phase
}

// newFramer returns a framer for the records at a path.
func newFramer(path []string, bounds reader.Bounds) *framer {
	return &framer{outline: outline{path: path, nesting: bounds.MostNesting(json.MaxDepth)}}
}

// shape is what the records of a document are.
type shape uint8

const (
	sequence shape = iota // the values of the file, one after another
	elements              // of an array
	single                // one object within others
)

// phase is where in the document the framer is.
type phase uint8

const (
	begin       phase = iota // of the file
	ahead                    // of the records: in what is around them
	firstRecord              // or the end of the array
	record                   // is to follow
	between                  // behind a record
	behind                   // all records: in what is around them
)

// frame is the [reader.FrameFunc].
func (f *framer) frame(data []byte, offset int64, most int, atEOF bool) (reader.Frame, error) {
	n := len(data)
	data = data[:n+json.Pad]
	clear(data[n:])
	out, at, err := f.find(data, n, offset, most, atEOF)
	if err == nil && out.Records == 0 && atEOF && at == n && !f.over() {
		err = errCut
	}
	if err != nil {
		return reader.Frame{}, reader.FileOnly("at byte %d%s: %w", offset+int64(at), excerpt(data[at:n]), err)
	}
	return out, nil
}

// find finds records, or goes on to them. at is where an error is, or up to
// where everything is as it should be.
func (f *framer) find(data []byte, n int, offset int64, most int, atEOF bool) (out reader.Frame, at int, err error) {
	if f.phase == begin {
		if at, err = f.begins(data, n, offset, atEOF); err != nil {
			return out, at, err
		}
	}
	if f.phase == ahead {
		ok := false
		if at, ok, err = f.walk(data, n, at, atEOF); err != nil {
			return out, at, err
		}
		switch {
		case ok && data[at] == '[':
			f.shape, f.phase = elements, firstRecord
			at++
		case ok:
			f.shape, f.phase = single, record
		case f.next == nothing:
			f.phase = behind
		}
	}
	if f.phase >= firstRecord && f.phase <= between {
		if out, at, err = f.records(data, n, at, most, atEOF); err != nil || out.Records > 0 {
			return out, at, err
		}
	}
	if f.phase == behind {
		if at, _, err = f.walk(data, n, at, atEOF); err == nil && f.next == nothing && at < n {
			err = errBehind
		}
	}
	return reader.Frame{Skip: at, End: at}, at, err
}

var (
	errCut    = errors.New("the file ends, and the document does not: was it cut?")
	errBehind = errors.New("nothing is expected behind the document")
	errRecord = errors.New("a record is expected")
	errDivide = errors.New("a comma or ] is expected behind a record")
	errPath   = errors.New("a records path begins in an object, and the document is none")
)

// over tells whether the file may end here.
func (f *framer) over() bool {
	return f.phase == begin || f.phase == behind && f.next == nothing || f.shape == sequence && f.phase == between
}

// begins looks at what the file begins with, up to its first byte that is not
// white space.
func (f *framer) begins(data []byte, n int, offset int64, atEOF bool) (at int, err error) {
	if offset == 0 {
		if at = bom(data[:n], atEOF); at < 0 {
			return 0, nil
		}
	}
	if at = json.Space(data, at, json.AcrossLines); at >= n {
		return at, nil
	}
	switch {
	case len(f.path) > 0 && data[at] != '{':
		return at, errPath
	case len(f.path) > 0:
		f.phase = ahead
	case data[at] == '[':
		f.shape, f.phase = elements, firstRecord
		at++
	default:
		f.shape, f.phase = sequence, record
	}
	return at, nil
}

// bom is the length of the byte order mark that a file begins with, -1 if more
// of it must be seen to tell.
func bom(data []byte, atEOF bool) int {
	switch {
	case strings.HasPrefix(string(data[:min(len(data), len(reader.BOM))]), reader.BOM):
		return len(reader.BOM)
	case !atEOF && strings.HasPrefix(reader.BOM, string(data[:min(len(data), len(reader.BOM))])):
		return -1
	}
	return 0
}

// records finds the records that follow each other from pos on. Without any it
// goes up to where one begins, or they end.
func (f *framer) records(data []byte, n, pos, most int, atEOF bool) (out reader.Frame, at int, err error) {
	for {
		before := f.phase
		end := pos
		if at, err = f.divide(data, n, pos); err == nil && at < n && f.phase == record {
			if end, err = extent(data[:n], at, atEOF); err != nil {
				at = end
			}
		}
		if err != nil || end <= at {
			if out.Records > 0 { // what follows them is looked at again
				f.phase = before
				return out, out.End, nil
			}
			return reader.Frame{Skip: at, End: at}, at, err
		}
		if out.Records == 0 {
			out.Skip = at
		}
		out.Records++
		out.End, pos = end, end
		if f.phase = between; f.shape == single {
			f.leave()
		}
		if out.Records == most || f.phase == behind {
			return out, end, nil
		}
	}
}

// divide goes over what divides records, to where the next one begins.
func (f *framer) divide(data []byte, n, pos int) (at int, err error) {
	at = json.Space(data, pos, json.AcrossLines)
	switch {
	case at >= n || f.phase == record:
		return at, nil
	case f.shape == elements && data[at] == ']' && f.phase != record:
		f.leave()
		return at + 1, nil
	case f.shape == elements && f.phase == between:
		if data[at] != ',' {
			return at, errDivide
		}
		at = json.Space(data, at+1, json.AcrossLines)
	}
	f.phase = record
	return at, nil
}

// leave goes on behind the records.
func (f *framer) leave() {
	f.phase = behind
	if f.outline.next = aComma; len(f.open) == 0 {
		f.outline.next = nothing
	}
}

// extent finds the end of the record that begins at pos, or tells what makes it
// uncertain, and where. It is pos if there is not enough of the record.
func extent(data []byte, pos int, atEOF bool) (end int, err error) {
	end, what := json.Extent(data, pos, atEOF)
	switch {
	case what == json.FaultCut && atEOF:
		return end, fmt.Errorf("the file ends inside a record, %d bytes after its beginning: was it cut, or is a quote or bracket never closed?", end-pos)
	case what == json.FaultCut:
		return pos, nil
	case what != "":
		return end, fault(what)
	case end == pos:
		return end, errRecord
	}
	return end, nil
}

// excerpt shows the byte that data begins with, for an error. More may not be
// there yet.
func excerpt(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	return ", " + reader.Quote(data[:1])
}

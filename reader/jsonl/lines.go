package jsonl

import (
	"bytes"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// lines goes through the records of a block.
type lines struct {
	data    []byte // line ends follow the block's content, which is n long
	n       int
	suspect bool // there is invalid UTF-8 somewhere
	notText string
	pos     int // where the next line begins
	count   int64
}

// newLines begins with a block. It writes behind the block's data.
func newLines(block reader.Block, d reader.Dialect) lines {
	n := len(block.Data)
	data := block.Data
	if cap(data) < n+json.Pad {
		data = append(make([]byte, 0, n+json.Pad), data...)
	}
	data = data[:n+json.Pad]
	for i := n; i < len(data); i++ {
		data[i] = '\n'
	}
	l := lines{data: data, n: n, suspect: !utf8.Valid(data), notText: d.NotText()}
	if block.Offset == 0 && bytes.HasPrefix(data, []byte(reader.BOM)) {
		l.pos = len(reader.BOM)
	}
	return l
}

// next finds the next record: the first byte that is not white space of a
// line that has one. ok is false where there is none.
func (l *lines) next() (first int, ok bool) {
	for l.pos < l.n {
		first = json.Space(l.data, l.pos, json.InLine)
		if l.data[first] != '\n' {
			l.count++
			return first, true
		}
		l.pos = first + 1
	}
	return 0, false
}

// read takes the record at first apart, and goes to the next line. reason tells
// why it is bad, if it is.
func (l *lines) read(w *walker, first int) (reason string) {
	end, reason := first, ""
	if l.suspect {
		end += bytes.IndexByte(l.data[first:], '\n')
		if !utf8.Valid(l.data[first:end]) {
			reason = "it is " + l.notText
		}
	}
	if reason == "" {
		end, reason = w.record(l.data, first)
	}
	if reason != "" {
		end = first + bytes.IndexByte(l.data[first:], '\n')
	}
	l.pos = end + 1
	return reason
}

// raw is the bytes of the record at first, which was read last. A CR before an
// LF belongs to the line end.
func (l *lines) raw(first int) []byte {
	end := l.pos - 1
	if end < l.n && end > first && l.data[end-1] == '\r' {
		end--
	}
	return l.data[first:min(end, l.n)]
}

package csv

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
)

// scan decodes one column of a stretch.
type scan struct {
	*batch
	file   int             // the column's place in the file
	column *column.Builder // nil where the table has none for it
	faults *faults
}

// decode appends the stretch's cells to the column. A bad cell is noted; where
// bad records fail the file, the column ends before it.
func (s *scan) decode(typ abstract.Type) {
	first := s.column.N
	var n int
	switch typ {
	case abstract.Bool:
		n = s.bools(first)
	case abstract.Int64:
		n = values(s, typ, s.column.Int64s()[first:], scalar.Int64)
	case abstract.Float64:
		n = values(s, typ, s.column.Float64s()[first:], scalar.Float64)
	case abstract.Date:
		n = values(s, typ, s.column.Int32s()[first:], scalar.Date)
	case abstract.Timestamp:
		n = values(s, typ, s.column.Int64s()[first:], scalar.Timestamp)
	case abstract.TimestampTZ:
		n = values(s, typ, s.column.Int64s()[first:], scalar.TimestampTZ)
	case abstract.Time:
		n = values(s, typ, s.column.Int64s()[first:], scalar.Time)
	case abstract.UUID:
		n = values(s, typ, s.column.UUIDs()[first:], scalar.UUID)
	case abstract.JSON:
		n = s.jsons(first)
	case abstract.Text:
		n = s.texts(first)
	default:
		precision, size, _ := typ.Decimal()
		n = values(s, typ, s.column.Decimals()[first:], scalar.Decimal(precision, size))
	}
	s.column.N = first + n
}

// isNull tells whether a cell of a column that is not text is NULL.
func (s *scan) isNull(c cell) bool {
	return c.len() == 0 || !c.quoted() && s.dialect.isNullWord(c.in(s.data))
}

// bad notes a cell that its type refuses, unless it is rescued. It tells whether
// to go on.
func (s *scan) bad(row int, c cell, typ abstract.Type) bool {
	if s.rescue >= 0 && s.save(row, c) {
		return true
	}
	s.faults.note(row, fault{column: s.file, narrow: s.widens(c)}, func() string {
		return fmt.Sprintf("%s is not %s", reader.Quote(s.dialect.value(c, s.data)), reader.A(typ))
	})
	return s.goesOn
}

// values decodes cells of a fixed width.
func values[T int32 | int64 | float64 | decimal128.Num | [16]byte](s *scan, typ abstract.Type, out []T, parse func([]byte) (T, bool)) int {
	x := s.index
	for r := range x.rows {
		c := x.cells[r*x.columns+s.file]
		v, ok := parse(c.in(s.data))
		if !ok || s.dialect.nullSizes != 0 {
			if s.isNull(c) {
				var zero T
				v = zero
				s.column.SetNull(s.column.N + r)
			} else if !ok && !s.bad(r, c, typ) {
				return r
			}
		}
		out[r] = v
	}
	return x.rows
}

func (s *scan) bools(first int) int {
	x := s.index
	for r := range x.rows {
		c := x.cells[r*x.columns+s.file]
		v, ok := scalar.Bool(c.in(s.data))
		switch {
		case s.isNull(c):
			s.column.SetNull(first + r)
		case !ok:
			if !s.bad(r, c, abstract.Bool) {
				return r
			}
		case v:
			s.column.SetTrue(first + r)
		}
	}
	return x.rows
}

// texts copies cells.
func (s *scan) texts(first int) int {
	x := s.index
	offsets, data := s.column.Offsets()[first:], s.column.Data()
	used := int(offsets[0])
	for r := range x.rows {
		c := x.cells[r*x.columns+s.file]
		text := c.in(s.data)
		if !c.quoted() && (len(text) == 0 || s.dialect.isNullWord(text)) {
			s.column.SetNull(first + r)
			text = nil
		} else if s.suspect {
			if why := s.dialect.unstorable(text); why != "" {
				s.faults.add(r, s.file, func() string { return reader.Quote(text) + why })
				if !s.goesOn {
					return r
				}
				text = nil
			}
		}
		if used+len(text) > len(data) {
			data = s.column.Grow(used + len(text))
		}
		if c.size&flagEscaped == 0 {
			used += copy(data[used:], text)
		} else {
			used += s.dialect.unescape(data[used:], text, c.quoted())
		}
		offsets[r+1] = int32(used)
	}
	return x.rows
}

// jsons checks and copies the cells of a JSON column.
func (s *scan) jsons(first int) int {
	x := s.index
	offsets, data := s.column.Offsets()[first:], s.column.Data()
	used := int(offsets[0])
	var check json.Checker
	for r := range x.rows {
		c := x.cells[r*x.columns+s.file]
		text := s.dialect.value(c, s.data)
		if s.isNull(c) {
			s.column.SetNull(first + r)
			text = nil
		} else if !check.Valid(text) {
			if !s.bad(r, c, abstract.JSON) {
				return r
			}
			text = nil
		}
		if used+len(text) > len(data) {
			data = s.column.Grow(used + len(text))
		}
		used += copy(data[used:], text)
		offsets[r+1] = int32(used)
	}
	return x.rows
}

// unstorable tells what keeps a cell from being stored as text.
func (d *dialect) unstorable(text []byte) string {
	if bytes.IndexByte(text, 0) >= 0 {
		return " has a NUL byte"
	}
	if !utf8.Valid(text) {
		return " is " + d.notText
	}
	return ""
}

// unquote copies text with every doubled quote made one and returns the
// length. to has room for all of text.
func unquote(to, text []byte, quote byte) int {
	n := 0
	for {
		i := bytes.IndexByte(text, quote)
		if i < 0 {
			return n + copy(to[n:], text)
		}
		n += copy(to[n:], text[:i+1])
		text = text[i+2:]
	}
}

// value is the value of a cell.
func (d *dialect) value(c cell, data []byte) []byte {
	text := c.in(data)
	if c.size&flagEscaped == 0 {
		return text
	}
	value := make([]byte, len(text))
	return value[:d.unescape(value, text, c.quoted())]
}

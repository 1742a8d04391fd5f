package csv

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader"
)

// rescueBytes is what the names of a row's cells take where these do not fit.
func rescueBytes(d reader.Dialect) (n int64) {
	if d.Rescue == "" {
		return 0
	}
	for _, name := range d.Columns {
		n += int64(len(name)) + int64(len(`"":"",`))
	}
	return n
}

// saveAll puts the cells of a column that the table lacks among what is rescued.
func (s *scan) saveAll() {
	x := s.index
	for r := range x.rows {
		c := x.cells[r*x.columns+s.file]
		if !c.quoted() && s.isNull(c) || s.save(r, c) {
			continue
		}
		value := s.dialect.value(c, s.data)
		s.faults.add(r, s.file, func() string { return reader.Quote(value) + s.dialect.unstorable(value) })
		if !s.goesOn {
			return
		}
	}
}

// save puts a cell among what is rescued of its row, and makes it NULL. ok is
// false if it is not a text.
func (s *scan) save(row int, c cell) (ok bool) {
	value := s.dialect.value(c, s.data)
	if s.suspect && s.dialect.unstorable(value) != "" {
		return false
	}
	if s.column != nil {
		s.column.SetNull(s.column.N + row)
	}
	if s.saved == nil {
		s.saved = make(map[int][]byte)
	}
	object := s.saved[row]
	if len(object) == 0 {
		object = append(object, '{')
	} else {
		object = append(object, ',')
	}
	object = append(appendString(object, []byte(s.names[s.file])), ':')
	s.saved[row] = appendString(object, value)
	return true
}

// rescueSaved writes what was rescued of the rows of the stretch.
func (b *batch) rescueSaved() {
	col := b.columns[b.rescue]
	offsets, data := col.Offsets()[b.rows:], col.Data()
	for r := range b.index.rows {
		object := b.saved[r]
		used := int(offsets[r])
		if object == nil {
			col.SetNull(b.rows + r)
		} else {
			object = append(object, '}')
		}
		if used+len(object) > len(data) {
			data = col.Grow(used + len(object))
		}
		offsets[r+1] = int32(used + copy(data[used:], object))
	}
	col.N = b.rows + b.index.rows
	b.saved = nil
}

// appendString writes a text as JSON does.
func appendString(to, text []byte) []byte {
	to = append(to, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c < ' ':
			to = fmt.Appendf(to, `\u%04x`, c)
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}

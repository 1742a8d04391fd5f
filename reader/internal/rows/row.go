package rows

import (
	"bytes"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// Row takes the values of one record. Columns are those of the file, by their
// place in it. A value is put once at most; a column that gets none is NULL. The
// methods that take one copy it, and return why it cannot be stored, as a clause;
// the record is then bad.
type Row struct {
	columns []cells
	places  []int // in columns, of the file's columns; -1 is left out
	n       int   // rows before this one
	check   json.Checker
	scratch []byte
}

// Type is what a column's values are to be, empty if they are left out.
func (r *Row) Type(col int) abstract.Type {
	if r.places[col] < 0 {
		return ""
	}
	return r.columns[r.places[col]].typ
}

// at is the column, ready for this row's value; nil if it is left out.
func (r *Row) at(col int) *cells {
	if r.places[col] < 0 {
		return nil
	}
	c := &r.columns[r.places[col]]
	c.pad(r.n)
	return c
}

// Text puts a value by its text, which is UTF-8 without NUL. Text is stored as it
// is; any other type takes what it takes in CSV.
func (r *Row) Text(col int, text []byte) (reason string) {
	c := r.at(col)
	if c == nil {
		return ""
	}
	switch c.typ {
	case abstract.Text:
		c.copy(r.n, text)
	case abstract.JSON:
		if !r.check.Valid(text) {
			return misfit(text, c.typ)
		}
		c.copy(r.n, text)
	case abstract.Bytes:
		return "text has no notation for bytes: make the column text"
	default:
		if !c.parse(r.n, text) {
			return misfit(text, c.typ)
		}
	}
	c.rows = r.n + 1
	return ""
}

// Int64 puts a whole number, by its digits where the column is of another type.
func (r *Row) Int64(col int, v int64) (reason string) {
	c := r.at(col)
	if c == nil || c.typ != abstract.Int64 {
		return r.written(col, strconv.AppendInt(r.scratch[:0], v, 10))
	}
	c.ints[r.n] = v
	c.rows = r.n + 1
	return ""
}

// Float64 puts a number, by its shortest text where the column is of another type.
func (r *Row) Float64(col int, v float64) (reason string) {
	c := r.at(col)
	if c == nil || c.typ != abstract.Float64 {
		return r.written(col, strconv.AppendFloat(r.scratch[:0], v, 'g', -1, 64))
	}
	c.floats[r.n] = v
	c.rows = r.n + 1
	return ""
}

// Instant puts a moment, in microseconds since 1970-01-01 00:00 UTC, by its text
// where the column is no timestamptz.
func (r *Row) Instant(col int, micros int64) (reason string) {
	c := r.at(col)
	if c == nil || c.typ != abstract.TimestampTZ {
		return r.written(col, time.UnixMicro(micros).UTC().AppendFormat(r.scratch[:0], time.RFC3339Nano))
	}
	c.ints[r.n] = micros
	c.rows = r.n + 1
	return ""
}

// Bytes puts bytes into a column of that type.
func (r *Row) Bytes(col int, value []byte) (reason string) {
	c := r.at(col)
	if c == nil {
		return ""
	}
	if c.typ != abstract.Bytes {
		return "bytes are not " + reader.A(c.typ) + ": make the column bytes"
	}
	c.copy(r.n, value)
	c.rows = r.n + 1
	return ""
}

// written puts a value by a text that was made in scratch.
func (r *Row) written(col int, text []byte) string {
	r.scratch = text
	return r.Text(col, text)
}

// misfit is the reason for a text that its column does not take.
func misfit(text []byte, typ abstract.Type) string {
	return reader.Quote(text) + " is not " + reader.A(typ)
}

// Unstorable tells what keeps bytes from being text, empty if nothing does.
// notText is [reader.Dialect.NotText].
func Unstorable(text []byte, notText string) string {
	if bytes.IndexByte(text, 0) >= 0 {
		return reader.Quote(text) + " has a NUL byte"
	}
	if !utf8.Valid(text) {
		return reader.Quote(text) + " is " + notText
	}
	return ""
}

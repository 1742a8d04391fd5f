package pgcopy

import (
	"fmt"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// Wire is the type of a table's column, as far as its binary form goes.
type Wire int

// The types that can be filled.
const (
	Bool Wire = iota
	Int2
	Int4
	Int8
	Float4
	Float8
	Numeric
	Date
	Time
	Timestamp // with or without time zone: both count microseconds
	UUID
	Text // also varchar and enums
	Char // blank-padded
	JSON
	JSONB
	Bytea
)

// NoLimit is the [Column.Limit] of a column that was declared without one.
const NoLimit = -1

// Column is a column of a table, and of the batches that fill it.
type Column struct {
	Name string
	// Type is the type of the batches' values. The pairs of Type and Wire
	// that [New] takes are those whose values arrive exactly or are refused.
	Type abstract.Type
	Wire Wire
	// Limit is what the column was declared with: the most characters of
	// Text and Char, the fractional digits of Numeric, Time and Timestamp.
	Limit int
}

// fits tells whether values of the column's type can be written to it.
func (c Column) fits() bool {
	switch _, scale, decimal := c.Type.Decimal(); {
	case decimal:
		return c.Wire == Numeric && (c.Limit == NoLimit || c.Limit == scale)
	case c.Type == abstract.Text:
		return c.Wire == Text || c.Wire == Char || c.Wire == Numeric
	case c.Type == abstract.Int64:
		return c.Wire == Int2 || c.Wire == Int4 || c.Wire == Int8
	case c.Type == abstract.Float64:
		return c.Wire == Float4 || c.Wire == Float8
	case c.Type == abstract.JSON:
		return c.Wire == JSON || c.Wire == JSONB
	case c.Type == abstract.TimestampTZ:
		return c.Wire == Timestamp
	}
	wire, ok := map[abstract.Type]Wire{
		abstract.Bool: Bool, abstract.Date: Date, abstract.Time: Time, abstract.Timestamp: Timestamp,
		abstract.UUID: UUID, abstract.Bytes: Bytea,
	}[c.Type]
	return ok && wire == c.Wire
}

// refuse reports a value that the column cannot hold exactly. It is the
// file's fault.
func refuse(format string, args ...any) error {
	return abstract.WithClass(abstract.FileOnly, fmt.Errorf(format, args...))
}

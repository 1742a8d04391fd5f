package reader

import (
	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
)

// Evidence is what the sampled cells of a column tell about its type. The
// zero value is a column of which nothing has been seen.
type Evidence struct {
	// Name is the column's name in the file.
	Name string
	// Values counts the cells that had a value, Nulls those that had none.
	Values, Nulls int64

	kinds scalar.Kinds
}

// Observe adds a cell that has a value. It keeps no reference to it.
func (e *Evidence) Observe(cell []byte) {
	e.Values++
	// Once text, always text: nothing that follows can change the type.
	if e.kinds&scalar.KindText == 0 {
		e.kinds |= scalar.KindOf(cell)
	}
}

// ObserveNull adds a cell without a value.
func (e *Evidence) ObserveNull() { e.Nulls++ }

// ObserveText adds a value that the format itself says is text.
func (e *Evidence) ObserveText() {
	e.Values++
	e.kinds |= scalar.KindText
}

// Merge is the evidence of both, which may stem from different files. The
// name is e's.
func (e Evidence) Merge(other Evidence) Evidence {
	e.Values += other.Values
	e.Nulls += other.Nulls
	e.kinds |= other.kinds
	return e
}

// Type is the narrowest type that holds every value seen without changing
// it: one kind gives its own type; integers and floats give float64 as long as
// every integer is within ±2^53; any other mixture, and a column without a
// single value, is text.
func (e Evidence) Type() abstract.Type {
	switch e.kinds {
	case scalar.KindBool:
		return abstract.Bool
	case scalar.KindInt, scalar.KindBigInt, scalar.KindInt | scalar.KindBigInt:
		return abstract.Int64
	case scalar.KindFloat, scalar.KindFloat | scalar.KindInt:
		return abstract.Float64
	case scalar.KindDate:
		return abstract.Date
	case scalar.KindTimestamp:
		return abstract.Timestamp
	case scalar.KindTimestampTZ:
		return abstract.TimestampTZ
	}
	return abstract.Text
}

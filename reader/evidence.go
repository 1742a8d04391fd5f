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

	kinds    scalar.Kinds
	declared abstract.Type // what files say themselves, where no kind stands for it
	beyond   beyond
}

// Observe adds a cell that has a value. It keeps no reference to it.
func (e *Evidence) Observe(cell []byte) {
	e.Values++
	// Once text, always text: nothing that follows can change the type.
	if e.kinds&scalar.KindText != 0 {
		e.beyond.observe(cell, scalar.KindText)
		return
	}
	kind := scalar.KindOf(cell)
	e.kinds |= kind
	e.beyond.observe(cell, kind)
}

// ObserveNull adds a cell without a value.
func (e *Evidence) ObserveNull() { e.Nulls++ }

// ObserveString adds a string of a format that tells strings from numbers and
// words: "5" and "true" are text. Dates and times, for which such a format has
// no notation, are what they are in any other. It keeps no reference to it.
func (e *Evidence) ObserveString(value []byte) {
	e.Values++
	e.beyond.observe(value, scalar.KindText)
	if e.kinds&scalar.KindText != 0 {
		return
	}
	const times = scalar.KindDate | scalar.KindTimestamp | scalar.KindTimestampTZ
	if kind := scalar.KindOf(value); kind&times != 0 {
		e.kinds |= kind
	} else {
		e.kinds |= scalar.KindText
	}
}

// ObserveText adds a value that the format itself says is text.
func (e *Evidence) ObserveText() {
	e.Values++
	e.kinds |= scalar.KindText
	e.beyond.unfit = nothing
}

// ObserveJSON adds a value that only a JSON column holds: an object or an array.
func (e *Evidence) ObserveJSON() {
	e.Values++
	e.kinds |= scalar.KindJSON
	e.beyond.unfit = nothing
}

// Known tells that something is known of the type: a value was seen, or the file
// says it.
func (e *Evidence) Known() bool { return e.kinds != 0 || e.declared != "" }

// Declare says what type the file itself gives the column, whether or not any
// value was seen.
func (e *Evidence) Declare(t abstract.Type) {
	e.beyond.declare(t)
	if kinds := kindsOf[t]; kinds != 0 {
		e.kinds |= kinds
		return
	}
	e.declare(t)
}

// kindsOf is what a declared type may hold. The types that no value is ever
// taken for are not in it.
var kindsOf = map[abstract.Type]scalar.Kinds{
	abstract.Bool:        scalar.KindBool,
	abstract.Int64:       scalar.KindInt, // beside floats, what is beyond ±2^53 is a bad row, as in text
	abstract.Float64:     scalar.KindFloat,
	abstract.Date:        scalar.KindDate,
	abstract.Timestamp:   scalar.KindTimestamp,
	abstract.TimestampTZ: scalar.KindTimestampTZ,
	abstract.Text:        scalar.KindText,
	abstract.JSON:        scalar.KindJSON,
}

// declare takes a type that no kind stands for. Two decimals become one that
// holds both, if there is one.
func (e *Evidence) declare(t abstract.Type) {
	if e.declared == "" || e.declared == t {
		e.declared = t
		return
	}
	p1, s1, ok1 := e.declared.Decimal()
	p2, s2, ok2 := t.Decimal()
	scale := max(s1, s2)
	precision := max(p1-s1, p2-s2) + scale
	if ok1 && ok2 && precision <= abstract.MaxPrecision {
		e.declared = abstract.Decimal(precision, scale)
		return
	}
	e.kinds |= scalar.KindText
}

// Merge is the evidence of both, which may stem from different files. The
// name is e's.
func (e Evidence) Merge(other Evidence) Evidence {
	e.Values += other.Values
	e.Nulls += other.Nulls
	e.kinds |= other.kinds
	e.beyond = e.beyond.merge(other.beyond)
	if other.declared != "" {
		e.declare(other.declared)
	}
	return e
}

// Type is the narrowest type that holds every value seen without changing
// it: one kind gives its own type; integers and floats give float64 as long as
// every integer is within ±2^53; any other mixture, and a column without a
// single value, is text. An object or an array makes it JSON. What files
// declare themselves counts as if they had such values.
func (e Evidence) Type() abstract.Type {
	if e.declared != "" && e.kinds == 0 {
		return e.declared
	}
	if e.kinds&scalar.KindJSON != 0 {
		return abstract.JSON
	}
	if e.declared != "" {
		return abstract.Text
	}
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

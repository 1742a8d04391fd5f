package reader

import (
	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader/internal/scalar"
)

// beyond is what the kinds of a column's values do not tell: whether text, as it is
// to a new table, is what columns of other types take all the same.
type beyond struct {
	unfit         unfit
	whole, behind int // the most digits of a number, in front of the point and behind it
}

// unfit is a set of types that some value is none of.
type unfit uint8

const (
	notBool    unfit = 1 << iota
	notInt           // of 64 bits
	notDecimal       // of 38 digits
	notFloat
	notTime
	notUUID

	nothing = notBool | notInt | notDecimal | notFloat | notTime | notUUID
)

// observe adds a cell of that kind.
func (b *beyond) observe(cell []byte, kind scalar.Kinds) {
	if b.unfit == nothing {
		return
	}
	switch kind {
	case scalar.KindBool:
		b.unfit |= nothing &^ notBool
		return
	case scalar.KindDate, scalar.KindTimestamp, scalar.KindTimestampTZ:
		b.unfit = nothing
		return
	case scalar.KindInt, scalar.KindBigInt:
		b.unfit |= notBool | notTime | notUUID
		if kind == scalar.KindBigInt {
			b.check(notFloat, func() bool { _, ok := scalar.Float64(cell); return ok })
		}
		b.check(notDecimal, func() bool { return b.digits(scalar.IntDigits(cell), 0) })
		return
	case scalar.KindFloat:
		b.unfit |= notBool | notTime | notUUID
	default:
		b.check(notBool, func() bool { _, ok := scalar.Bool(cell); return ok })
		b.check(notFloat, func() bool { _, ok := scalar.Float64(cell); return ok })
		b.check(notTime, func() bool { _, ok := scalar.Time(cell); return ok })
		b.check(notUUID, func() bool { _, ok := scalar.UUID(cell); return ok })
	}
	b.check(notInt, func() bool { _, ok := scalar.Int64(cell); return ok })
	b.check(notDecimal, func() bool {
		whole, behind, ok := scalar.Digits(cell)
		return ok && b.digits(whole, behind)
	})
}

// check looks whether a value is of a type, unless an earlier one was not.
func (b *beyond) check(not unfit, is func() bool) {
	if b.unfit&not == 0 && !is() {
		b.unfit |= not
	}
}

// digits makes room for numbers with so many digits, if there is such a decimal.
func (b *beyond) digits(whole, behind int) bool {
	b.whole, b.behind = max(b.whole, whole), max(b.behind, behind)
	return b.whole+b.behind <= abstract.MaxPrecision
}

// declare adds any value of a type.
func (b *beyond) declare(t abstract.Type) {
	whole, behind, exact := t.Digits()
	switch {
	case t == abstract.Int64:
		b.unfit |= nothing &^ (notInt | notDecimal | notFloat) // in a float what is beyond 2^53 is a bad row
	case exact:
		b.unfit |= nothing &^ notDecimal
	case t == abstract.Bool:
		b.unfit |= nothing &^ notBool
	case t == abstract.Float64:
		b.unfit |= nothing &^ notFloat
	case t == abstract.Time:
		b.unfit |= nothing &^ notTime
	case t == abstract.UUID:
		b.unfit |= nothing &^ notUUID
	default:
		b.unfit = nothing
	}
	if exact && !b.digits(whole, behind) {
		b.unfit |= notDecimal
	}
}

func (b beyond) merge(other beyond) beyond {
	b.unfit |= other.unfit
	if !b.digits(other.whole, other.behind) {
		b.unfit |= notDecimal
	}
	return b
}

// Widen is the narrowest type that holds exactly what a column of type t holds
// and what was seen: t itself if that fits there. Numbers become decimals with
// room for both, as long as 38 digits are enough; everything else becomes text. A
// column of text, JSON or bytes remains what it is, and so does any for a file
// that has bytes there.
//
// Whatever file goes into a column of type t goes into one of the type that is
// returned. Hence no date column becomes one of timestamps, which take no dates.
func (e Evidence) Widen(t abstract.Type) abstract.Type {
	switch {
	case e.kinds == 0 && e.declared == "", e.declared == abstract.Bytes, e.fits(t):
		return t
	case e.beyond.unfit&notDecimal != 0 || t == abstract.Float64:
		return abstract.Text
	}
	whole, behind, exact := t.Digits()
	behind = max(e.beyond.behind, behind)
	if digits := max(e.beyond.whole, whole) + behind; exact && digits <= abstract.MaxPrecision {
		return abstract.Decimal(digits, behind)
	}
	return abstract.Text
}

// fits tells whether a column takes all values that were seen.
func (e *Evidence) fits(t abstract.Type) bool {
	b := &e.beyond
	switch t {
	case abstract.Text, abstract.JSON, abstract.Bytes:
		return true
	case abstract.Bool:
		return b.unfit&notBool == 0
	case abstract.Int64:
		return b.unfit&notInt == 0
	case abstract.Float64:
		return b.unfit&notFloat == 0
	case abstract.Time:
		return b.unfit&notTime == 0
	case abstract.UUID:
		return b.unfit&notUUID == 0
	}
	if whole, behind, ok := t.Digits(); ok {
		return b.unfit&notDecimal == 0 && b.behind <= behind && b.whole <= whole
	}
	return e.declared == "" && e.kinds == kindsOf[t] // dates and times are what they are everywhere
}

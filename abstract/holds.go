package abstract

// Holds tells whether a column of type t can take over the values of one of type
// other, each exactly: the types are the same, or t is a decimal with room for
// them, or text. JSON and bytes become no other type.
func (t Type) Holds(other Type) bool {
	if t == other {
		return true
	}
	if t == Text {
		return other != JSON && other != Bytes && other.Arrow() != nil
	}
	const digitsOfInt = 19
	precision, scale, ok := t.Decimal()
	if !ok {
		return false
	}
	if other == Int64 {
		return precision-scale >= digitsOfInt
	}
	otherPrecision, otherScale, ok := other.Decimal()
	return ok && scale >= otherScale && precision-scale >= otherPrecision-otherScale
}

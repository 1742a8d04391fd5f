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
	whole, behind, ok := t.Digits()
	otherWhole, otherBehind, otherOK := other.Digits()
	return ok && otherOK && t != Int64 && whole >= otherWhole && behind >= otherBehind
}

// Digits tells how many digits the exact numbers of type t have at most, in front
// of the point and behind it. ok is false for what is neither Int64 nor a decimal.
func (t Type) Digits() (whole, behind int, ok bool) {
	if t == Int64 {
		return 19, 0, true
	}
	precision, scale, ok := t.Decimal()
	return precision - scale, scale, ok
}

package scalar

// Kinds is a set of what cells were found to be.
type Kinds uint16

// The kinds a cell can be. Each cell is of exactly one.
const (
	KindBool   Kinds = 1 << iota
	KindInt          // an int64 that a float64 holds too: at most 2^53 away from 0
	KindBigInt       // any other int64
	KindFloat
	KindDate
	KindTimestamp
	KindTimestampTZ
	KindText // none of the others
	KindJSON // an object or an array; no cell by itself is taken for one
)

// KindOf classifies a cell that is not NULL.
func KindOf(b []byte) Kinds {
	if len(b) == 0 {
		return KindText
	}
	switch c := b[0]; {
	case c|0x20 == 't' || c|0x20 == 'f':
		if _, ok := Bool(b); ok {
			return KindBool
		}
		return KindText
	case c == '-' || c == '.' || c-'0' <= 9:
		return numberOrTime(b)
	}
	return KindText
}

func numberOrTime(b []byte) Kinds {
	if v, ok := Int64(b); ok {
		if v < -maxExactInt || v > maxExactInt {
			return KindBigInt
		}
		return KindInt
	}
	if _, ok := Float64(b); ok {
		// An integer beyond int64 that happens to be a float64 is text: its
		// neighbours in the column will not be so lucky.
		if len(b) > 2 && isInteger(b) {
			return KindText
		}
		return KindFloat
	}
	if _, ok := Date(b); ok {
		return KindDate
	}
	if _, ok := Timestamp(b); ok {
		return KindTimestamp
	}
	if _, ok := TimestampTZ(b); ok {
		return KindTimestampTZ
	}
	return KindText
}

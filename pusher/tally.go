package pusher

import (
	"math"
	"math/bits"
)

// tally is a sum of sizes that cannot overflow: without a limit, any number of
// chunks of any size may be in flight.
type tally struct{ high, low uint64 }

func (t *tally) add(size int64) {
	var carry uint64
	t.low, carry = bits.Add64(t.low, uint64(size), 0)
	t.high += carry
}

func (t *tally) sub(size int64) {
	var borrow uint64
	t.low, borrow = bits.Sub64(t.low, uint64(size), 0)
	t.high -= borrow
}

// value is the sum, or the largest int64 if it is beyond that.
func (t tally) value() int64 {
	if t.high > 0 || t.low > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(t.low)
}

package config

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// CountOrPercent is a limit on some out of many: at most N, or at most N%. The
// zero value is no limit.
type CountOrPercent struct {
	set     bool
	percent bool
	limit   uint64 // a count, or hundred-thousandths of all
}

// decimals is how exact a share is, in digits after the point of a percentage.
const decimals = 3

// share is what 100% is as a limit.
const share = 100_000

// Set reads N or N%, the latter with up to three decimals.
func (c *CountOrPercent) Set(text string) error {
	number, percent := strings.CutSuffix(text, "%")
	if percent {
		whole, fraction, point := strings.Cut(number, ".")
		if point && (fraction == "" || len(fraction) > decimals) {
			return fmt.Errorf("%q: write a share with one to three decimals, such as 0.5%%", text)
		}
		number = whole + fraction + strings.Repeat("0", decimals-len(fraction))
		if whole == "" {
			number = "" // .5%
		}
	}
	limit, err := strconv.ParseUint(number, 10, 63)
	if err != nil {
		return fmt.Errorf("%q is not a limit: write a number such as 100, or a share such as 0.5%%", text)
	}
	if percent && limit > share {
		return fmt.Errorf("%q is more than all: write 100%% or less", text)
	}
	*c = CountOrPercent{set: true, percent: percent, limit: limit}
	return nil
}

// Exceeded tells whether some out of all are over the limit. A share is only
// looked at if judgeShare says that all are enough to tell.
func (c CountOrPercent) Exceeded(some, all int64, judgeShare bool) bool {
	switch {
	case !c.set || some <= 0:
		return false
	case !c.percent:
		return uint64(some) > c.limit
	case !judgeShare:
		return false
	}
	// some/all > limit/share, without rounding and without overflow
	someHi, someLo := bits.Mul64(uint64(some), share)
	allHi, allLo := bits.Mul64(uint64(max(all, 0)), c.limit)
	return someHi > allHi || someHi == allHi && someLo > allLo
}

// String is what Set reads as c, empty for the zero value.
func (c CountOrPercent) String() string {
	switch {
	case !c.set:
		return ""
	case !c.percent:
		return strconv.FormatUint(c.limit, 10)
	}
	text := fmt.Sprintf("%d.%0*d", c.limit/1000, decimals, c.limit%1000)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}

// Type is how the flag's help names the value.
func (*CountOrPercent) Type() string { return "N|N%" }

package pgcopy

import (
	"time"

	"github.com/apache/arrow-go/v18/arrow"
)

// PostgreSQL counts from 2000-01-01, Arrow from 1970-01-01.
const (
	epochDays   = 10_957
	epochMicros = epochDays * 24 * 60 * 60 * 1_000_000
)

// What the server takes, counted from its own epoch; the extremes of the
// integers stand for infinity there. src/include/datatype/timestamp.h.
const (
	firstDay   = -2_451_545 // 4714-11-24 BC
	endDay     = 2_145_031_949
	firstMicro = -211_813_488_000_000_000
	endMicro   = 9_223_371_331_200_000_000
)

// step is how many microseconds the last fractional digit of a second stands
// for. The server would round to it.
func step(digits int) int64 {
	if digits == NoLimit {
		return 1
	}
	step := int64(1_000_000)
	for range digits {
		step /= 10
	}
	return step
}

type dates []arrow.Date32

func (c dates) append(buf []byte, row int) ([]byte, error) {
	day := int64(c[row]) - epochDays
	if day < firstDay || day >= endDay {
		return buf, refuse("day %d from 1970-01-01 is out of range of date", c[row])
	}
	return appendInt4(buf, int32(day)), nil
}

type times struct {
	values []arrow.Time64
	step   int64
}

func (c *times) append(buf []byte, row int) ([]byte, error) {
	n := int64(c.values[row])
	if n%c.step != 0 {
		return buf, refuse("%s is finer than the column's fractions of a second", time.UnixMicro(n).UTC().Format("15:04:05.000000"))
	}
	return appendInt8(buf, n), nil
}

type timestamps struct {
	values []arrow.Timestamp
	step   int64
}

func (c *timestamps) append(buf []byte, row int) ([]byte, error) {
	n := int64(c.values[row])
	// The first comparison guards the subtraction of the second.
	if n < firstMicro || n-epochMicros < firstMicro || n-epochMicros >= endMicro {
		return buf, refuse("%d microseconds from 1970-01-01 are out of range of timestamp", n)
	}
	if n%c.step != 0 {
		return buf, refuse("%s is finer than the column's fractions of a second", time.UnixMicro(n).UTC().Format("2006-01-02 15:04:05.000000"))
	}
	return appendInt8(buf, n-epochMicros), nil
}

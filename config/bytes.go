package config

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"

	"github.com/dustin/go-humanize"
)

// Bytes is a size in bytes, written as 256MiB (1,024s), 256MB (1,000s) or a
// plain number.
type Bytes int64

// sizeText splits a size into number and unit. Humanize, which knows the
// units, would by itself round, and take commas, spaces and other digits.
var sizeText = regexp.MustCompile(`^([0-9]{1,30}(?:\.[0-9]{1,30})?)([kKmMgGtTpPeE]?[iI]?[bB]|[kKmMgGtTpPeE][iI]?)?$`)

// Set reads a size. It is never rounded: 1.5KiB is 1536, and 1.3KiB is
// refused.
func (b *Bytes) Set(text string) error {
	parts := sizeText.FindStringSubmatch(text)
	if parts == nil {
		return notASize(text)
	}
	unit, err := humanize.ParseBigBytes("1" + parts[2])
	number, ok := new(big.Rat).SetString(parts[1])
	if err != nil || !ok {
		return notASize(text)
	}
	size := number.Mul(number, new(big.Rat).SetInt(unit))
	if !size.IsInt() {
		return fmt.Errorf("%q is not a whole number of bytes: use a smaller unit", text)
	}
	if !size.Num().IsInt64() {
		return fmt.Errorf("%q is too large: at most %d bytes can be told", text, int64(math.MaxInt64))
	}
	*b = Bytes(size.Num().Int64())
	return nil
}

func notASize(text string) error {
	return fmt.Errorf("%q is not a size: write a number with a unit, such as 256MiB, 1.5GB or 65536", text)
}

// String is the shortest text without a fraction that Set reads as b.
func (b Bytes) String() string {
	n, unit := int64(b), 0
	for n != 0 && n%1024 == 0 {
		n /= 1024
		unit++
	}
	return strconv.FormatInt(n, 10) + [...]string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}[unit]
}

// Type is how the flag's help names the value.
func (*Bytes) Type() string { return "size" }

package reader

import (
	"cmp"
	"fmt"

	"github.com/seed-ede61cd5/sluice/reader/internal/json"
)

// Bounds say how large the parts of a file may be, whatever it declares. They are
// checked before anything is allocated. The zero value of each field is its default.
type Bounds struct {
	// Record is the most bytes of a record of a text file, 16 MiB by default. The
	// budget bounds it too, see [Limits.MaxRecord].
	Record int64
	// Columns is the most columns of a file, by default [MaxColumns], or what a format
	// that says itself what it holds has in place of it.
	Columns int
	// Nesting is how many levels deep values may nest, of lists, maps and objects within
	// one another, at most and by default what the format reads: 1,024 in JSON and Avro,
	// 100 messages in Protocol Buffers, 64 of the schema in Parquet.
	Nesting int
	// Page is the most bytes of a page or dictionary of Parquet, decompressed, and of a nested
	// row; 256 MiB by default. The budget bounds it too, see [Limits.MaxPage].
	Page int64
}

// DefaultMaxRecord and DefaultMaxPage are what [Bounds] have by default, in bytes.
const (
	DefaultMaxRecord = 16 << 20
	DefaultMaxPage   = 256 << 20
)

// MostColumns is Columns, or what is usual if they do not say it.
func (b Bounds) MostColumns(usual int) int { return cmp.Or(b.Columns, usual) }

// MostNesting is Nesting, which what the format reads bounds.
func (b Bounds) MostNesting(format int) int { return min(cmp.Or(b.Nesting, format), format) }

// TooDeep is what is wrong with a value of JSON that is nested deeper than Nesting,
// as the end of a clause; empty if it is not.
func (b Bounds) TooDeep(value []byte) string {
	if b.Nesting <= 0 || json.Depth(value) <= b.Nesting {
		return ""
	}
	return fmt.Sprintf("is nested more than %d levels deep (--max-nesting)", b.Nesting)
}

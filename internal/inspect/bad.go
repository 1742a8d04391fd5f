package inspect

import (
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Bad is a record that is no row.
type Bad struct {
	Record int64 `json:"record"` // its number, from 1
	// Offset is where it begins in the text of the file, nil if its format has no
	// such places.
	Offset *int64 `json:"byte_offset"`
	Column string `json:"column,omitempty"` // at fault, if it is one
	Reason string `json:"reason"`
}

// takeBad takes records from a batch of [abstract.RejectedSchema], up to as many
// as are asked for.
func (l *look) takeBad(batch arrow.RecordBatch) {
	numbers, offsets, reasons := batch.Column(1).(*array.Int64), batch.Column(2).(*array.Int64), batch.Column(3).(*array.String)
	for i := 0; i < int(batch.NumRows()) && len(l.Bad) < l.cfg.Bad; i++ {
		bad := Bad{Record: numbers.Value(i), Reason: strings.Clone(reasons.Value(i))}
		if !offsets.IsNull(i) {
			offset := offsets.Value(i)
			bad.Offset = &offset
		}
		bad.Column, bad.Reason = columnOf(bad.Reason)
		l.Bad = append(l.Bad, bad)
	}
}

// columnOf takes the column off a reason, which begins with it if one is at fault.
func columnOf(reason string) (column, rest string) {
	const begins, divides = "column ", ": "
	if quoted, err := strconv.QuotedPrefix(strings.TrimPrefix(reason, begins)); err == nil && strings.HasPrefix(reason, begins+quoted+divides) {
		if name, err := strconv.Unquote(quoted); err == nil {
			return name, reason[len(begins)+len(quoted)+len(divides):]
		}
	}
	return "", reason
}

package shape

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader/internal/column"
)

// A row's number is that of its record among all records of the file. A chunk
// stands for records one after the other, so the numbers of its rows are those
// that none of its rejected records has. Of these the format tells under
// [reader.Quarantine]: so they are asked for under [reader.SkipRow], too.

// rejected is the numbers of the chunk's rejected records, in ascending order,
// as far as they are known: they are if a column has numbers. Records that were
// asked for only to know them are dropped.
func (r *read) rejected(chunk *pusher.Chunk) []int64 {
	if !r.numbered || len(chunk.Items) < 2 {
		return nil
	}
	const number = 1 // its place in abstract.RejectedSchema
	second := chunk.Items[1]
	numbers := append([]int64(nil), second.Batch.Column(number).(*array.Int64).Int64Values()...)
	if r.counts {
		first := &chunk.Items[0].Origin
		first.Rejected, first.Reason = second.Origin.Rejected, second.Origin.Reason
		second.Release()
		chunk.Items = chunk.Items[:1]
	}
	return numbers
}

// numbers is the column of the records' numbers, for rows with rejected records
// of the given numbers between.
func (r *read) numbers(rows int, rejected []int64) arrow.Array {
	b := column.New(r.mem, abstract.Int64, rows, 0)
	values, next := b.Int64s(), r.records+1
	for row := range rows {
		for len(rejected) > 0 && rejected[0] == next {
			rejected, next = rejected[1:], next+1
		}
		values[row] = next
		next++
	}
	b.N = rows
	numbers, _ := b.Array()
	return numbers
}

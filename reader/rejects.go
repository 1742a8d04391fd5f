package reader

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// rejectBytes is the memory that a rejected record takes besides its bytes in
// the file: in the list that it is decoded into, and in the batch that is made
// of it, with the names of file and column and a reason of usual lengths.
const rejectBytes = int64(unsafe.Sizeof(BadRecord{})) + 6*9 + 256

// RejectBytes is what a record may take if it is rejected, for the memory that
// is reserved before anything is decoded: it belongs into [Shape.RowBytes].
func (o OnBadRow) RejectBytes() int64 {
	if o != Quarantine {
		return 0
	}
	return rejectBytes
}

// Keep hands over the records that were rejected, in any order, with Raw
// pointing into memory that will be used again: it is copied. It counts them
// and their memory. The list belongs to d from then on.
func (d *Decoded) Keep(list []BadRecord) {
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(a, b BadRecord) int { return cmp.Compare(a.Index, b.Index) })
	size := 0
	for i := range list {
		size += len(list[i].Raw)
	}
	arena := make([]byte, 0, size)
	for i := range list {
		bad := &list[i]
		d.Bytes += rejectBytes + 2*int64(len(bad.Raw))
		if bad.Raw != nil {
			from := len(arena)
			arena = append(arena, bad.Raw...)
			bad.Raw = arena[from:len(arena):len(arena)]
		}
	}
	d.Rejects, d.Rejected, d.FirstRejected = list, int64(len(list)), &list[0]
}

// rejectBatch makes rows of [abstract.RejectedSchema] of records that follow
// the given number of others.
func rejectBatch(mem memory.Allocator, object string, before int64, list []BadRecord) arrow.RecordBatch {
	b := array.NewRecordBuilder(mem, abstract.RejectedSchema().Arrow())
	defer b.Release()
	b.Reserve(len(list))
	now := arrow.Timestamp(time.Now().UnixMicro())
	objects, numbers, offsets := b.Field(0).(*array.StringBuilder), b.Field(1).(*array.Int64Builder), b.Field(2).(*array.Int64Builder)
	reasons, raws, times := b.Field(3).(*array.StringBuilder), b.Field(4).(*array.BinaryBuilder), b.Field(5).(*array.TimestampBuilder)
	raw := 0
	for i := range list {
		raw += len(list[i].Raw)
	}
	objects.ReserveData(len(list) * len(object))
	raws.ReserveData(raw)
	for i := range list {
		bad := &list[i]
		objects.Append(object)
		numbers.Append(before + bad.Index + 1)
		if bad.Offset >= 0 {
			offsets.Append(bad.Offset)
		} else {
			offsets.AppendNull()
		}
		reasons.Append(storable(bad.why()))
		if bad.Raw != nil {
			raws.Append(bad.Raw)
		} else {
			raws.AppendNull()
		}
		times.Append(now)
	}
	return b.NewRecordBatch()
}

// maxReason bounds a reason, in bytes: what a database says of a row may quote
// all of it.
const maxReason = 4096

// storable makes text of a reason that every database takes. Reasons quote
// what they show of a file, so it rarely has anything to do.
func storable(reason string) string {
	if len(reason) > maxReason {
		reason = reason[:maxReason] + " …"
	}
	return strings.ReplaceAll(strings.ToValidUTF8(reason, "\uFFFD"), "\x00", "\uFFFD")
}

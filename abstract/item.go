package abstract

import "github.com/apache/arrow-go/v18/arrow"

// ChangeItem is one change to a table: a batch of rows to insert, and the
// stretch of a file those rows came from.
//
// Ownership: an item belongs to whoever it was handed to last. Handing it to
// a Push, of whatever kind, passes on one reference to Batch; the caller must
// not touch the item or its batch afterwards, even if the push fails. The
// last owner calls Release. A batch in Go memory that nobody releases costs
// nothing but the time until the garbage collector finds it.
type ChangeItem struct {
	// Table is the name of the table the rows go into, as the target spells
	// it. Quoting is the target's business.
	Table string
	// Batch holds the rows. It is nil for an item with no rows, which is how
	// the end of a file travels when no rows are left to carry it.
	Batch arrow.RecordBatch
	// Origin says which stretch of which file this item stands for.
	Origin Origin
}

// NumRows is the number of rows in the item's batch, 0 when it has none.
func (c ChangeItem) NumRows() int64 {
	if c.Batch == nil {
		return 0
	}
	return c.Batch.NumRows()
}

// Size is the memory that the item's batch holds, in bytes, as far as Arrow
// knows it.
func (c ChangeItem) Size() (size int64) {
	if c.Batch == nil {
		return 0
	}
	for _, column := range c.Batch.Columns() {
		size += int64(column.Data().SizeInBytes())
	}
	return size
}

// Release gives up the item's reference to its batch. Call it once, as the
// item's last owner.
func (c ChangeItem) Release() {
	if c.Batch != nil {
		c.Batch.Release()
	}
}

// ReleaseAll releases every item of a slice; see [ChangeItem.Release].
func ReleaseAll(items []ChangeItem) {
	for _, item := range items {
		item.Release()
	}
}

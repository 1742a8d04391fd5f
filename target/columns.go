package target

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// CheckBatch refuses a batch that has anything but columns of the table, whose
// columns are those of want. Of a column that was widened the batch may have an
// earlier type; see [abstract.Type.Holds].
func CheckBatch(table string, batch arrow.RecordBatch, want *arrow.Schema) error {
	if batch.Schema().Equal(want) {
		return nil
	}
	columns := make(map[string]arrow.Field, want.NumFields())
	for _, field := range want.Fields() {
		columns[field.Name] = field
	}
	for _, field := range batch.Schema().Fields() {
		column, ok := columns[field.Name]
		if !ok || !column.Equal(field) && !holds(column.Type, field.Type) {
			return fmt.Errorf("batch for table %q does not have the table's columns: it has %v, the table %v", table, batch.Schema(), want)
		}
		delete(columns, field.Name) // twice would be once too often
	}
	return nil
}

// Due are those of the changes whose columns still have the type that they are
// changed from.
func Due(changes []Widening, now abstract.Schema) []Widening {
	return slices.DeleteFunc(slices.Clone(changes), func(c Widening) bool {
		return !slices.Contains(now, abstract.Column{Name: c.Column, Type: c.From})
	})
}

// Widen returns a batch with all columns of want, in their order: those that
// the batch lacks are NULL, and those that were widened have the values that
// they would have had if they had been read so. The batch must have passed [CheckBatch]. It takes
// over the caller's reference to the batch for one to what it returns, which is
// the same one if nothing is to be done.
func Widen(batch arrow.RecordBatch, want *arrow.Schema) arrow.RecordBatch {
	if batch.Schema().Equal(want) {
		return batch
	}
	defer batch.Release()
	columns := make([]arrow.Array, want.NumFields())
	for i, field := range want.Fields() {
		at := batch.Schema().FieldIndices(field.Name)
		switch {
		case len(at) == 0:
			columns[i] = array.MakeArrayOfNull(memory.DefaultAllocator, field.Type, int(batch.NumRows()))
		case !arrow.TypeEqual(batch.Column(at[0]).DataType(), field.Type):
			columns[i] = cast(batch.Column(at[0]), field.Type)
		default:
			columns[i] = batch.Column(at[0])
			columns[i].Retain()
		}
		defer columns[i].Release()
	}
	return array.NewRecordBatch(want, columns, batch.NumRows())
}

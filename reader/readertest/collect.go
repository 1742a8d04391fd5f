package readertest

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
)

// Result is what a read emitted.
type Result struct {
	Rows      [][]any // as in [File]
	Stops     []Stop  // after each chunk
	Rejected  int64
	Reasons   []string // of the chunks that rejected something
	Starts    []int64  // of the rows, if they were asked for
	Rejects   [][]any  // the rejected records, as in [File], but for the time
	Completed bool
}

// Stop is a place where reading may go on.
type Stop struct{ Offset, Records int64 }

// Records is the number of records read.
func (r *Result) Records() int64 { return int64(len(r.Rows)) + r.Rejected }

// Read reads and checks what every chunk must be. hook, unless nil, is called
// with each chunk's number before the chunk is taken; its error is emit's.
func Read(ctx context.Context, t testing.TB, f reader.Format, req reader.Request, hook func(n int) error) (*Result, error) {
	t.Helper()
	r := &Result{}
	before, n := req.Offset, 0
	err := f.Read(ctx, req, func(_ context.Context, chunk pusher.Chunk) error {
		if err := check(chunk, req, before); err != nil {
			t.Errorf("chunk %d: %v", n, err)
		}
		if r.Completed {
			t.Errorf("chunk %d follows the last one", n)
		}
		if hook != nil {
			if err := hook(n); err != nil {
				abstract.ReleaseAll(chunk.Items)
				return err
			}
		}
		n++
		before = chunk.Items[0].Origin.After
		r.take(chunk, req)
		abstract.ReleaseAll(chunk.Items)
		return nil
	})
	if err == nil && !r.Completed {
		t.Error("Read returned nil without a completed chunk")
	}
	return r, err
}

// check tells what is wrong with a chunk by itself.
func check(chunk pusher.Chunk, req reader.Request, before int64) error {
	item, o := chunk.Items[0], chunk.Items[0].Origin
	if len(chunk.Items) > 1 {
		if err := checkRejects(chunk.Items, req); err != nil {
			return err
		}
		o.Rejected, o.Reason = chunk.Items[1].Origin.Rejected, chunk.Items[1].Origin.Reason
	}
	switch {
	case len(chunk.Items) != 1 && req.OnBadRow != reader.Quarantine:
		return fmt.Errorf("%d items, want 1", len(chunk.Items))
	case len(chunk.Items) == 1 && req.OnBadRow == reader.Quarantine && o.Rejected > 0:
		return fmt.Errorf("%d rejected, and nothing of them", o.Rejected)
	case chunk.FilePath != req.File.ID().String():
		return fmt.Errorf("the chunk's FilePath is %q", chunk.FilePath)
	case o.Object != req.File.ID() || o.LedgerID != req.LedgerID || item.Table != req.Table:
		return fmt.Errorf("item of object %v, ledger id %d, table %q", o.Object, o.LedgerID, item.Table)
	case o.Before != before:
		return fmt.Errorf("begins at %d, the one before ended at %d", o.Before, before)
	case chunk.Offset != any(o.After):
		return fmt.Errorf("the chunk's Offset is %v (%[1]T), want int64 %d", chunk.Offset, o.After)
	case o.Last != chunk.Completed:
		return fmt.Errorf("the item's Last is %v, Completed %v", o.Last, chunk.Completed)
	case item.NumRows() != o.Rows:
		return fmt.Errorf("batch of %d rows, origin says %d", item.NumRows(), o.Rows)
	case !o.Last && o.Rows+o.Rejected == 0:
		return fmt.Errorf("no records, and not the last")
	case !o.Last && o.After <= o.Before:
		return fmt.Errorf("records, but the offset stays at %d", o.After)
	case (o.Rejected > 0) != (o.Reason != ""):
		return fmt.Errorf("%d rejected with reason %q", o.Rejected, o.Reason)
	case o.Rows > 0 && !item.Batch.Schema().Equal(req.Schema.Arrow()):
		return fmt.Errorf("schema is %v", item.Batch.Schema())
	case o.Rows > 0 && chunk.Size <= 0:
		return fmt.Errorf("the chunk's Size is %d", chunk.Size)
	case req.Locate && int64(len(chunk.Starts)) != o.Rows || !req.Locate && chunk.Starts != nil:
		return fmt.Errorf("%d rows begin at %v", o.Rows, chunk.Starts)
	case req.Locate && o.Rows > 0 && (!slices.IsSorted(chunk.Starts) || chunk.Starts[0] < o.Before || chunk.Starts[o.Rows-1] >= o.After):
		return fmt.Errorf("rows from %d to %d begin at %v", o.Before, o.After, chunk.Starts)
	case o.Last && item.NumRows() > 0:
		return fmt.Errorf("the last chunk has rows")
	}
	return nil
}

// checkRejects tells what is wrong with the item of rejected records: it
// stands where the rows' item ends, and has all that are counted.
func checkRejects(items []abstract.ChangeItem, req reader.Request) error {
	first, second := items[0].Origin, items[1].Origin
	switch {
	case len(items) != 2:
		return fmt.Errorf("%d items, want 2 at most", len(items))
	case first.Rejected != 0 || first.Reason != "":
		return fmt.Errorf("the rows' item counts %d rejected (%q), which has an item of its own", first.Rejected, first.Reason)
	case items[1].Table != req.Rejects || second.Object != first.Object || second.LedgerID != first.LedgerID:
		return fmt.Errorf("rejected records of %v, ledger id %d, table %q", second.Object, second.LedgerID, items[1].Table)
	case second.Before != first.After || second.After != first.After || second.Last || second.Rows != 0 || second.Bytes != 0:
		return fmt.Errorf("the rejected records' origin is %+v, that of the rows %+v", second, first)
	case second.Rejected == 0 || second.Rejected != items[1].NumRows():
		return fmt.Errorf("%d rejected records, %d are counted", items[1].NumRows(), second.Rejected)
	case !items[1].Batch.Schema().Equal(abstract.RejectedSchema().Arrow()):
		return fmt.Errorf("the rejected records' schema is %v", items[1].Batch.Schema())
	}
	return nil
}

func (r *Result) take(chunk pusher.Chunk, req reader.Request) {
	if batch := chunk.Items[0].Batch; batch != nil {
		r.Rows = append(r.Rows, Rows(batch)...)
	}
	r.Starts = append(r.Starts, chunk.Starts...)
	for _, item := range chunk.Items {
		r.Rejected += item.Origin.Rejected
		if item.Origin.Reason != "" {
			r.Reasons = append(r.Reasons, item.Origin.Reason)
		}
	}
	if len(chunk.Items) > 1 {
		for _, row := range Rows(chunk.Items[1].Batch) {
			r.Rejects = append(r.Rejects, row[:len(row)-1])
		}
	}
	r.Stops = append(r.Stops, Stop{chunk.Items[0].Origin.After, req.Records + r.Records()})
	r.Completed = chunk.Completed
}

// Rows is the rows of a batch, as in [File].
func Rows(batch arrow.RecordBatch) [][]any {
	rows := make([][]any, batch.NumRows())
	for i := range rows {
		rows[i] = make([]any, batch.NumCols())
		for c := range rows[i] {
			rows[i][c] = value(batch.Column(c), i)
		}
	}
	return rows
}

func value(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch a := a.(type) {
	case *array.Boolean:
		return a.Value(i)
	case *array.Int64:
		return a.Value(i)
	case *array.Float64:
		return a.Value(i)
	case *array.String:
		return string([]byte(a.Value(i))) // the batch's memory will be freed
	case *array.Date32:
		return time.Unix(int64(a.Value(i))*86400, 0).UTC()
	case *array.Timestamp:
		return time.UnixMicro(int64(a.Value(i))).UTC()
	case *array.Binary:
		return bytes.Clone(a.Value(i))
	case *array.Time64:
		return strings.Clone(a.ValueStr(i))
	case *array.Decimal128:
		return a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	case *abstract.Extension:
		if uuid, ok := a.Storage().(*array.FixedSizeBinary); ok {
			return [16]byte(uuid.Value(i))
		}
		return value(a.Storage(), i)
	}
	return fmt.Sprintf("unexpected %v", a.DataType())
}

// Diff tells how two lists of rows differ first; it is empty if they do not.
func Diff(got, want [][]any) string {
	for i := range min(len(got), len(want)) {
		if !reflect.DeepEqual(got[i], want[i]) {
			return fmt.Sprintf("row %d is %#v, want %#v", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d rows, want %d", len(got), len(want))
	}
	return ""
}

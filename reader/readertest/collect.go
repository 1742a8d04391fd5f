package readertest

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
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
				chunk.Items[0].Release()
				return err
			}
		}
		n++
		origin := chunk.Items[0].Origin
		before = origin.After
		r.take(chunk, req)
		chunk.Items[0].Release()
		return nil
	})
	if err == nil && !r.Completed {
		t.Error("Read returned nil without a completed chunk")
	}
	return r, err
}

// check tells what is wrong with a chunk by itself.
func check(chunk pusher.Chunk, req reader.Request, before int64) error {
	if len(chunk.Items) != 1 {
		return fmt.Errorf("%d items, want 1", len(chunk.Items))
	}
	item, o := chunk.Items[0], chunk.Items[0].Origin
	switch {
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
	case o.Last && item.NumRows() > 0:
		return fmt.Errorf("the last chunk has rows")
	}
	return nil
}

func (r *Result) take(chunk pusher.Chunk, req reader.Request) {
	item := chunk.Items[0]
	if item.Batch != nil {
		r.Rows = append(r.Rows, Rows(item.Batch)...)
	}
	r.Rejected += item.Origin.Rejected
	if item.Origin.Reason != "" {
		r.Reasons = append(r.Reasons, item.Origin.Reason)
	}
	r.Stops = append(r.Stops, Stop{item.Origin.After, req.Records + r.Records()})
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

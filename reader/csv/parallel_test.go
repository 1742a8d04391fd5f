package csv

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/pusher"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// countRows counts rows and watches the budget.
func countRows(rows, most *int64, l *reader.Limits) reader.Emit {
	return func(_ context.Context, c pusher.Chunk) error {
		*rows += c.Items[0].NumRows()
		*most = max(*most, l.InUse())
		abstract.ReleaseAll(c.Items)
		return nil
	}
}

// numbers is a file of n numbered rows.
func numbers(n int) string {
	var b strings.Builder
	b.WriteString("n,s\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,\"row\n%d\"\n", i, i)
	}
	return b.String()
}

// Rows come in order, however many blocks are decoded at once.
func TestRowsInOrder(t *testing.T) {
	const n = 50_000
	req := request(t, numbers(n))
	req.Limits, req.BatchBytes = reader.NewLimits(4<<20, 8), 4096
	got, err := read(t, req)
	if err != nil || len(got.Rows) != n || len(got.Stops) < 100 {
		t.Fatalf("%d rows, %d chunks, %v", len(got.Rows), len(got.Stops), err)
	}
	for i, row := range got.Rows {
		if row[0] != int64(i) || row[1] != fmt.Sprintf("row\n%d", i) {
			t.Fatalf("row %d is %q", i, row)
		}
	}
}

// The emits of three files wait for one another in a chain, on a budget that
// the first one's read-ahead could take alone. If a file could keep another
// from reading, the bubble would deadlock, and synctest would say so.
func TestP10FilesWaitingForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const files = 3
		limits := reader.NewLimits(128<<10, 2)
		ended := make([]chan struct{}, files+1)
		for i := range ended {
			ended[i] = make(chan struct{})
		}
		close(ended[files])
		var wait sync.WaitGroup
		for i := range files {
			req := request(t, numbers(20_000))
			req.Limits = limits
			wait.Go(func() {
				defer close(ended[i])
				got, err := readertest.Read(t.Context(), t, New(), req, func(int) error {
					<-ended[i+1] // this file's first chunk waits for the next file's end
					return nil
				})
				if err != nil || len(got.Rows) != 20_000 {
					t.Errorf("file %d: %d rows, %v", i, len(got.Rows), err)
				}
			})
			synctest.Wait() // it has read as far ahead as it can
			if limits.InUse() > limits.Limit()+int64(i)*limits.Limit()/6 {
				t.Errorf("%d bytes in use after %d files", limits.InUse(), i+1)
			}
		}
		wait.Wait()
		if limits.InUse() != 0 {
			t.Errorf("%d bytes in use at the end", limits.InUse())
		}
	})
}

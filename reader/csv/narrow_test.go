package csv

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestWidening: the file ends where a column is too narrow, and goes on there.
func TestWidening(t *testing.T) {
	readertest.Widening(t, New(), func(records []readertest.WideningRecord) []byte {
		var b strings.Builder
		b.WriteString("v,n,fixed\n")
		for _, r := range records {
			switch {
			case r.Unformed:
				fmt.Fprintf(&b, "%s,%d\n", r.Value, r.N)
			case r.N%5 == 0 && r.Value != "":
				fmt.Fprintf(&b, "\"%s\",%d,%s\n", r.Value, r.N, r.Fixed)
			default:
				fmt.Fprintf(&b, "%s,%d,%s\n", r.Value, r.N, r.Fixed)
			}
		}
		return []byte(b.String())
	})
}

// TestNotWidened: a cell that no column takes is a bad record, and nothing is
// asked for.
func TestNotWidened(t *testing.T) {
	req := request(t, "v\n1\n")
	req.File, req.OnBadRow = inMemory("v\n1\na\x00b\n2\n"), reader.SkipRow
	req.Widen = func(e reader.Evidence) bool { return true }
	got, err := read(t, req)
	if err != nil || len(got.Rows) != 2 || got.Rejected != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

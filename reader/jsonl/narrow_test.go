package jsonl

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// TestWidening: the file ends where a column is too narrow, and goes on there.
func TestWidening(t *testing.T) {
	readertest.Widening(t, New(), func(records []readertest.WideningRecord) []byte {
		var b strings.Builder
		for _, r := range records {
			switch {
			case r.Unformed:
				b.WriteString("{,}\n")
			case r.Value == "":
				fmt.Fprintf(&b, `{"v":null,"n":%d,"fixed":"%s"}`+"\n", r.N, r.Fixed)
			default:
				fmt.Fprintf(&b, `{"v":"%s","n":%d,"fixed":"%s"}`+"\n", r.Value, r.N, r.Fixed)
			}
		}
		return []byte(b.String())
	})
}

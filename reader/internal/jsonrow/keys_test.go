package jsonrow

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/reader"
)

// An exploding number of keys is forgotten again, and changes nothing.
func TestJ12ManyDifferentKeys(t *testing.T) {
	var b strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&b, "{\"a\":%d,\"k%d\":null,\"l\\u003%d%d\":null}\n", i, i, i%10, i)
	}
	d := NewDecoder(reader.Request{Limits: reader.NewLimits(0, 1), Schema: abstract.Schema{{Name: "a", Type: abstract.Int64}}}, Lines{})
	w := d.newWalker()
	in := newRecords(reader.Block{Data: []byte(b.String())}, Lines{}, "")
	n := 0
	for first, ok := in.next(); ok; first, ok = in.next() {
		reason := in.read(w, first)
		if reason != "" || len(w.fields) != 3 {
			t.Fatalf("record %d: %s, %d fields", n, reason, len(w.fields))
		}
		n++
	}
	if n != 60_000 || w.count > cachedKeys+4 || len(w.top.found) > cachedKeys+4 || len(w.unknown) > cachedKeys+4 {
		t.Errorf("%d records, %d keys kept, %d unknown", n, w.count, len(w.unknown))
	}
}

package objecttest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// change is a way to change an object.
type change struct {
	name  string
	apply func(t *testing.T, key string)
}

// changes are all ways to change an object of that size.
func (h Harness) changes(size int) []change {
	var all []change
	for _, way := range []struct {
		name string
		put  func(t *testing.T, key string, content []byte)
	}{{"replaced", h.Put}, {"rewritten", h.Rewrite}} {
		if way.put == nil {
			continue
		}
		for name, content := range map[string][]byte{
			"same size": pattern(size, 1),
			"cut":       pattern(size*3/4, 0),
			"emptied":   nil,
			"appended":  pattern(size+4, 0),
		} {
			all = append(all, change{way.name + ", " + name, func(t *testing.T, key string) { way.put(t, key, content) }})
		}
	}
	return all
}

func testGeneration(t *testing.T, h Harness) {
	for _, change := range h.changes(1000) {
		before := h.put(t, h.Prefix+"generation", pattern(1000, 0))
		change.apply(t, before.Key)
		after, err := h.Bucket.Stat(t.Context(), before.Key)
		if err != nil {
			t.Fatal(err)
		}
		if after.Generation == before.Generation {
			t.Errorf("%s: still generation %s", change.name, after.Generation)
		}
		if _, err := h.read(t.Context(), after, 0, -1); err != nil {
			t.Errorf("%s: read of the new generation: %v", change.name, err)
		}
	}
}

func testChangedBeforeOpen(t *testing.T, h Harness) {
	content := pattern(1000, 0)
	for _, change := range h.changes(len(content)) {
		info := h.put(t, h.Prefix+"changed", content)
		change.apply(t, info.Key)
		for _, length := range []int64{-1, 10} {
			got, err := h.read(t.Context(), info, 0, length)
			if !errors.Is(err, object.ErrChanged) {
				t.Errorf("%s, then %d bytes read: %d bytes, %v; want ErrChanged", change.name, length, len(got), err)
				continue
			}
			wantFileOnly(t, err)
			if !bytes.HasPrefix(content, got) {
				t.Errorf("%s: bytes of the new generation came out before the error", change.name)
			}
		}
	}
}

// testChangedMidRead changes an object when a reader has half of it. What
// comes out may be the old content, whole, where the store keeps it for those
// who have begun to read. Anything else must be an error.
func testChangedMidRead(t *testing.T, h Harness) {
	content := pattern(largeSize, 0)
	deleted := change{"deleted", h.Delete}
	for _, change := range append(h.changes(largeSize), deleted) {
		t.Run(change.name, func(t *testing.T) {
			info := h.put(t, h.Prefix+"mid-read", content)
			r, err := h.Bucket.Open(t.Context(), info, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			half := make([]byte, largeSize/2)
			if _, err := io.ReadFull(r, half); err != nil {
				t.Fatal(err)
			}
			change.apply(t, info.Key)
			rest, err := io.ReadAll(r)
			if err != nil {
				if c := abstract.ClassOf(err); c != abstract.FileOnly && c != abstract.NotFound {
					t.Errorf("class %q: %v", c, err)
				}
				return
			}
			if !bytes.Equal(append(half, rest...), content) {
				t.Errorf("a clean end after %d bytes that are not the generation's", len(half)+len(rest))
			}
		})
	}
}

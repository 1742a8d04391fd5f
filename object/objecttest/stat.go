package objecttest

import (
	"io"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

func testStat(t *testing.T, h Harness) {
	for key, size := range map[string]int{"empty": 0, "small": 5, "dir/large": 1 << 20} {
		key = h.Prefix + key
		info := h.put(t, key, pattern(size, 0))
		if info.Key != key || info.Size != int64(size) || info.Generation == "" {
			t.Errorf("stat of %q, %d bytes: %+v", key, size, info)
		}
		again, err := h.Bucket.Stat(t.Context(), key)
		if err != nil || !same(again, info) {
			t.Errorf("second stat of %q: %+v, %v; the first was %+v", key, again, err, info)
		}
		if listed := h.list(t, key)[key]; !same(listed, info) {
			t.Errorf("listing says %+v, stat %+v", listed, info)
		}
	}
	if h.Bucket.Name() == "" {
		t.Error("the bucket has no name")
	}
}

// same compares what decides. A store may keep a display time of coarser
// resolution in its listings.
func same(a, b object.Info) bool {
	return a.Key == b.Key && a.Size == b.Size && a.Generation == b.Generation
}

func testMissing(t *testing.T, h Harness) {
	gone := h.put(t, h.Prefix+"dir/gone", []byte("x"))
	h.Put(t, h.Prefix+"dir/stays", []byte("x"))
	h.Delete(t, gone.Key)
	never := object.Info{Key: h.Prefix + "never", Generation: gone.Generation, Size: gone.Size}
	for _, info := range []object.Info{gone, never} {
		if _, err := h.Bucket.Stat(t.Context(), info.Key); abstract.ClassOf(err) != abstract.NotFound {
			t.Errorf("stat of the missing %q: class %q, %v", info.Key, abstract.ClassOf(err), err)
		}
		r, err := h.Bucket.Open(t.Context(), info, 0, -1)
		if err == nil { // a driver may ask the store only when it reads
			_, err = io.ReadAll(r)
			r.Close()
		}
		if abstract.ClassOf(err) != abstract.NotFound {
			t.Errorf("open of the missing %q: class %q, %v", info.Key, abstract.ClassOf(err), err)
		}
	}
	// A directory is no object, whether the store has such a thing or not.
	for _, key := range []string{"dir", "dir/"} {
		if _, err := h.Bucket.Stat(t.Context(), h.Prefix+key); abstract.ClassOf(err) != abstract.NotFound {
			t.Errorf("stat of the directory %q: class %q, %v", key, abstract.ClassOf(err), err)
		}
	}
}

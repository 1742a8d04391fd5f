package objecttest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// disposer skips a test of what the bucket cannot do.
func (h Harness) disposer(t *testing.T) object.Disposer {
	t.Helper()
	d, ok := h.Bucket.(object.Disposer)
	if !ok || h.ReadOnly {
		t.Skip("it is no object.Disposer")
	}
	return d
}

// way is a way to do away with an object, which is to have the moved key.
type way struct {
	name string
	do   func(ctx context.Context, id abstract.ObjectID) error
}

func (h Harness) ways(d object.Disposer) []way {
	list := []way{
		{"remove", d.Remove},
		{"move", func(ctx context.Context, id abstract.ObjectID) error { return d.Move(ctx, id, h.Prefix+"moved/to/it") }},
	}
	if tagger, ok := d.(object.Tagger); ok {
		list = append(list, way{"tag", func(ctx context.Context, id abstract.ObjectID) error { return tagger.Tag(ctx, id, "k", "v") }})
	}
	return list
}

// wantContent fails the test unless the object is there and holds content.
func (h Harness) wantContent(t *testing.T, key string, content []byte) {
	t.Helper()
	info, err := h.Bucket.Stat(t.Context(), key)
	if err != nil {
		t.Errorf("%q: %v", key, err)
		return
	}
	if got, err := h.read(t.Context(), info, 0, -1); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%q holds %d bytes, %v; want the %d bytes put there", key, len(got), err, len(content))
	}
}

func (h Harness) wantGone(t *testing.T, key string) {
	t.Helper()
	if _, err := h.Bucket.Stat(t.Context(), key); abstract.ClassOf(err) != abstract.NotFound {
		t.Errorf("%q is still there, %v", key, err)
	}
}

// testRemove deletes an object, twice, and no other.
func testRemove(t *testing.T, h Harness) {
	d := h.disposer(t)
	other, content := h.put(t, h.Prefix+"it/too", pattern(10, 1)), pattern(1000, 0)
	info := h.put(t, h.Prefix+"it.csv", content)
	id := object.ID(h.Bucket, info)
	for range 2 { // as after a lost answer
		if err := d.Remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		h.wantGone(t, info.Key)
	}
	h.wantContent(t, other.Key, pattern(10, 1))
}

// testMove moves an object, twice, empty ones and odd names too.
func testMove(t *testing.T, h Harness) {
	d := h.disposer(t)
	for name, size := range map[string]int{"plain": 1000, "empty": 0, "sp ace+plus%2B&?#é😀": 10} {
		if h.Holds != nil && !h.Holds(h.Prefix+name) {
			continue
		}
		content := pattern(size, 0)
		info := h.put(t, h.Prefix+"from/"+name, content)
		id, to := object.ID(h.Bucket, info), h.Prefix+"to/"+name
		for range 2 {
			if err := d.Move(t.Context(), id, to); err != nil {
				t.Fatalf("%q: %v", name, err)
			}
			h.wantGone(t, info.Key)
			h.wantContent(t, to, content)
		}
	}
}

// testMoveHalf repeats a move that had got as far as both objects.
func testMoveHalf(t *testing.T, h Harness) {
	d := h.disposer(t)
	content, from, to := pattern(1000, 0), h.Prefix+"from", h.Prefix+"to"
	first := h.put(t, from, content)
	if h.HalfMove == nil {
		t.Skip("moves of this store are one step")
	}
	h.HalfMove(t, object.ID(h.Bucket, first), to)
	h.wantContent(t, from, content)
	h.wantContent(t, to, content)
	if err := d.Move(t.Context(), object.ID(h.Bucket, first), to); err != nil {
		t.Fatal(err)
	}
	h.wantGone(t, from)
	h.wantContent(t, to, content)
}

// testMoveExists moves an object onto another one: both stay as they are.
func testMoveExists(t *testing.T, h Harness) {
	d := h.disposer(t)
	content, other := pattern(1000, 0), pattern(1000, 1)
	info, taken := h.put(t, h.Prefix+"from", content), h.put(t, h.Prefix+"to", other)
	err := d.Move(t.Context(), object.ID(h.Bucket, info), taken.Key)
	if !errors.Is(err, object.ErrExists) {
		t.Errorf("%v; want ErrExists", err)
	}
	wantFileOnly(t, err)
	h.wantContent(t, info.Key, content)
	h.wantContent(t, taken.Key, other)
}

// testDisposeChanged acts on a generation that is not there any more: the new
// one is not touched.
func testDisposeChanged(t *testing.T, h Harness) {
	d := h.disposer(t)
	for _, way := range h.ways(d) {
		for _, change := range h.changes(1000) {
			info := h.put(t, h.Prefix+"changed", pattern(1000, 0))
			id := object.ID(h.Bucket, info)
			change.apply(t, info.Key)
			now, err := h.Bucket.Stat(t.Context(), info.Key)
			if err != nil {
				t.Fatal(err)
			}
			if err := way.do(t.Context(), id); !errors.Is(err, object.ErrChanged) {
				t.Errorf("%s, %s: %v; want ErrChanged", way.name, change.name, err)
			} else {
				wantFileOnly(t, err)
			}
			if after, err := h.Bucket.Stat(t.Context(), info.Key); err != nil || !same(after, now) {
				t.Errorf("%s, %s: the new generation was touched: %+v, %v", way.name, change.name, after, err)
			}
			h.wantGone(t, h.Prefix+"moved/to/it")
		}
	}
}

// testDisposeMissing acts on what is not there.
func testDisposeMissing(t *testing.T, h Harness) {
	d := h.disposer(t)
	gone := h.put(t, h.Prefix+"dir/gone", []byte("x"))
	h.Delete(t, gone.Key)
	for _, way := range h.ways(d) {
		if err := way.do(t.Context(), object.ID(h.Bucket, gone)); err != nil {
			t.Errorf("%s: %v", way.name, err)
		}
		h.wantGone(t, h.Prefix+"moved/to/it")
	}
}

// testDisposeCancel does nothing for a context that has ended.
func testDisposeCancel(t *testing.T, h Harness) {
	d := h.disposer(t)
	content := pattern(100, 0)
	info := h.put(t, h.Prefix+"stays", content)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, way := range h.ways(d) {
		if err := way.do(ctx, object.ID(h.Bucket, info)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v; want the context's error", way.name, err)
		}
		h.wantContent(t, info.Key, content)
	}
}

// testTag tags an object, keeps its other tags, and replaces its own.
func testTag(t *testing.T, h Harness) {
	tagger, ok := h.Bucket.(object.Tagger)
	if !ok || h.ReadOnly {
		t.Skip("it is no object.Tagger")
	}
	if h.Tags == nil {
		t.Fatal("a harness for an object.Tagger must tell the tags")
	}
	content := pattern(100, 0)
	info := h.put(t, h.Prefix+"tagged", content)
	id := object.ID(h.Bucket, info)
	for _, tag := range [][2]string{{"mine", "old"}, {"state", "loaded now"}, {"state", "loaded now"}, {"mine", "new"}} {
		if err := tagger.Tag(t.Context(), id, tag[0], tag[1]); err != nil {
			t.Fatal(err)
		}
	}
	if tags := h.Tags(t, info.Key); len(tags) != 2 || tags["mine"] != "new" || tags["state"] != "loaded now" {
		t.Errorf("the tags are %v", tags)
	}
	h.wantContent(t, info.Key, content)
}

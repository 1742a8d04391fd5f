package objecttest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/object"
)

// testListManyAfter begins listings of several pages at keys, between keys,
// and around all of them.
func testListManyAfter(t *testing.T, h Harness, b object.Ordered, put map[string]bool) {
	keys := slices.Sorted(maps.Keys(put))
	for _, after := range []string{
		"", keys[0], keys[0] + "\x00", keys[1], keys[999], keys[1000], keys[1300] + "x", keys[len(keys)-2], keys[len(keys)-1], h.Prefix + "n",
	} {
		wantAfter(t, b, h.Prefix, after, keys)
	}
	tail := func(ctx context.Context, page func([]object.Info) error) error {
		return b.ListAfter(ctx, h.Prefix, keys[500], page)
	}
	t.Run("error", func(t *testing.T) { testListError(t, tail) })
	t.Run("cancel", func(t *testing.T) { testListCancel(t, tail) })
}

// testListAfter is about the order of bytes: a slash sorts before a digit and
// after a dash, capitals before small letters, and UTF-8 as its code points.
func testListAfter(t *testing.T, h Harness) {
	b, ok := h.Bucket.(object.Ordered)
	if !ok {
		t.Skip("the store has no order")
	}
	var keys []string
	for _, name := range []string{"a-b", "a/b", "a0", "a/c-d", "a/c/d", "B", "a\u00e9", "a\uffee", "a\U0001f600", "ab"} {
		if key := h.Prefix + name; h.Holds == nil || h.Holds(key) {
			h.Put(t, key, []byte("x"))
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, prefix := range []string{"", "a", "a/", "a/c", "B", "c"} {
		for _, after := range append([]string{"", h.Prefix, "\x01", h.Prefix + "a/", h.Prefix + "~", "\xff"}, keys...) {
			wantAfter(t, b, h.Prefix+prefix, after, keys)
		}
	}
}

// wantAfter checks a listing against all keys there are, which are sorted.
func wantAfter(t *testing.T, b object.Ordered, prefix, after string, keys []string) {
	t.Helper()
	var want, got []string
	for _, key := range keys {
		if key > after && strings.HasPrefix(key, prefix) {
			want = append(want, key)
		}
	}
	err := b.ListAfter(t.Context(), prefix, after, func(page []object.Info) error {
		if len(page) > 1000 {
			t.Errorf("a page of %d objects: at most 1000 are allowed", len(page))
		}
		for _, info := range page {
			got = append(got, info.Key)
		}
		clear(page)
		return nil
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("below %q after %q: %d keys, want %d, %v", prefix, after, len(got), len(want), err)
	}
}

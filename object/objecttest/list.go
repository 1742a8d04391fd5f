package objecttest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/seed-ede61cd5/sluice/object"
)

// manyKeys is more than two pages and not a multiple of one.
const manyKeys = 2600

// testListMany puts them once, as that takes longest.
func testListMany(t *testing.T, h Harness) {
	keys := map[string]bool{}
	for i := range manyKeys {
		// Most keys are in one directory, the rest each in one of its own.
		key := fmt.Sprintf("%smany/%04d.csv", h.Prefix, i)
		if i%20 == 0 {
			key = fmt.Sprintf("%smany/%04d/x.csv", h.Prefix, i)
		}
		h.Put(t, key, []byte("x"))
		keys[key] = true
	}
	t.Run("pages", func(t *testing.T) { testListPages(t, h, keys) })
	all := func(ctx context.Context, page func([]object.Info) error) error {
		return h.Bucket.List(ctx, h.Prefix, page)
	}
	t.Run("error", func(t *testing.T) { testListError(t, all) })
	t.Run("cancel", func(t *testing.T) { testListCancel(t, all) })
	if ordered, ok := h.Bucket.(object.Ordered); ok {
		t.Run("after", func(t *testing.T) { testListManyAfter(t, h, ordered, keys) })
	}
}

// listing is one way to list many keys.
type listing func(ctx context.Context, page func([]object.Info) error) error

func testListPages(t *testing.T, h Harness, want map[string]bool) {
	got := h.list(t, h.Prefix)
	for key := range want {
		if _, ok := got[key]; !ok {
			t.Errorf("%q is not listed", key)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d keys listed, want %d", len(got), len(want))
	}
}

func testListPrefix(t *testing.T, h Harness) {
	for _, key := range []string{"a/1", "a/2", "ab/1", "abc", "b", "c/d/e/f"} {
		h.Put(t, h.Prefix+key, []byte(key))
	}
	for _, test := range []struct {
		prefix string
		want   []string
	}{
		{"", []string{"a/1", "a/2", "ab/1", "abc", "b", "c/d/e/f"}},
		{"a", []string{"a/1", "a/2", "ab/1", "abc"}},
		{"a/", []string{"a/1", "a/2"}},
		{"ab", []string{"ab/1", "abc"}},
		{"abc", []string{"abc"}},
		{"c/d/e", []string{"c/d/e/f"}},
		{"A", nil},
		{"abcd", nil},
		{"abc/", nil},
		{"no/such/", nil},
	} {
		got := h.list(t, h.Prefix+test.prefix)
		for _, key := range test.want {
			if _, ok := got[h.Prefix+key]; !ok {
				t.Errorf("prefix %q: %q is not listed", test.prefix, key)
			}
		}
		if len(got) != len(test.want) {
			t.Errorf("prefix %q: %d keys listed, want %d: %v", test.prefix, len(got), len(test.want), got)
		}
	}
}

func testListError(t *testing.T, list listing) {
	stop := errors.New("stop")
	calls := 0
	err := list(t.Context(), func([]object.Info) error {
		calls++
		return stop
	})
	if err != stop {
		t.Errorf("an error from page came back as %v", err)
	}
	if calls != 1 {
		t.Errorf("page was called %d times, want once", calls)
	}
}

func testListCancel(t *testing.T, list listing) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := list(ctx, func([]object.Info) error {
		calls++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled during the first page: %v", err)
	}
	if calls != 1 {
		t.Errorf("page was called %d times, want once", calls)
	}
	err = list(ctx, func([]object.Info) error {
		t.Error("page was called although the context had ended before")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
}

package objecttest

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Harness is an empty bucket to work in. Its functions report their failures
// with t.Fatal, and are called from the test's goroutine only.
type Harness struct {
	// Bucket is what is tested.
	Bucket object.Bucket
	// Prefix is what all keys of the suite start with. The store holds
	// nothing below it. It may be empty.
	Prefix string
	// Put creates or replaces an object. What it replaces must get another
	// generation, even if the new content has the same size.
	Put func(t *testing.T, key string, content []byte)
	// Rewrite changes an object in place, for stores in which a reader that
	// is already open can meet the new content. Nil where there is no such
	// thing.
	Rewrite func(t *testing.T, key string, content []byte)
	// Delete removes an object.
	Delete func(t *testing.T, key string)
	// ReadOnly tells that the store takes no requests that change anything,
	// though the driver could make them.
	ReadOnly bool
	// HalfMove, for an [object.Disposer] that moves in more than one step, does
	// what a move that is interrupted before its last one has done. Nil where
	// there is no such thing.
	HalfMove func(t *testing.T, id abstract.ObjectID, key string)
	// Tags tells the tags of an object. It is needed for an [object.Tagger].
	Tags func(t *testing.T, key string) map[string]string
	// Holds tells whether the store can hold a key, so that the suite leaves
	// out those it cannot. Nil means that it can hold all of them.
	Holds func(key string) bool
}

// Run tests the bucket that each call of open returns, one for each subtest.
// Clean-up is for open to arrange, with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, h Harness)
	}{
		{"list/many", testListMany},
		{"list/prefix", testListPrefix},
		{"list/after", testListAfter},
		{"stat", testStat},
		{"missing", testMissing},
		{"keys", testKeys},
		{"open/ranges", testRanges},
		{"open/reader", testReader},
		{"open/concurrent", testConcurrent},
		{"open/cancel", testReadCancel},
		{"open/close", testClose},
		{"generation/new", testGeneration},
		{"generation/before open", testChangedBeforeOpen},
		{"generation/mid-read", testChangedMidRead},
		{"dispose/remove", testRemove},
		{"dispose/move", testMove},
		{"dispose/half-moved", testMoveHalf},
		{"dispose/onto another", testMoveExists},
		{"dispose/changed", testDisposeChanged},
		{"dispose/missing", testDisposeMissing},
		{"dispose/cancel", testDisposeCancel},
		{"dispose/tag", testTag},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// put stores an object and returns what Stat says of it.
func (h Harness) put(t *testing.T, key string, content []byte) object.Info {
	t.Helper()
	h.Put(t, key, content)
	info, err := h.Bucket.Stat(t.Context(), key)
	if err != nil {
		t.Fatalf("stat of an object just put: %v", err)
	}
	return info
}

// read reads a range to its end.
func (h Harness) read(ctx context.Context, info object.Info, offset, length int64) ([]byte, error) {
	r, err := h.Bucket.Open(ctx, info, offset, length)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	if closeErr := r.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("close: %w", closeErr)
	}
	return content, err
}

// list collects all that is listed, by key, and checks each page.
func (h Harness) list(t *testing.T, prefix string) map[string]object.Info {
	t.Helper()
	found := map[string]object.Info{}
	err := h.Bucket.List(t.Context(), prefix, func(page []object.Info) error {
		if len(page) > 1000 {
			t.Errorf("a page of %d objects: at most 1000 are allowed", len(page))
		}
		for _, info := range page {
			if _, ok := found[info.Key]; ok {
				t.Errorf("%q is listed twice", info.Key)
			}
			found[info.Key] = info
		}
		clear(page) // it is the caller's during the call, and nobody's after
		return nil
	})
	if err != nil {
		t.Fatalf("list %q: %v", prefix, err)
	}
	return found
}

// pattern is content of n bytes. A longer one of the same seed begins with a
// shorter one; one of another seed differs from it throughout.
func pattern(n int, seed byte) []byte {
	content := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(content) // never fails
	return content
}

package objecttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// largeSize is more than any buffer between the store and the reader, so that
// an object changed half-way is not already held in one.
const largeSize = 8 << 20

func testRanges(t *testing.T, h Harness) {
	const size = 100_000
	content := pattern(size, 0)
	info := h.put(t, h.Prefix+"ranges", content)
	empty := h.put(t, h.Prefix+"empty", nil)
	for _, test := range []struct{ offset, length int64 }{
		{0, -1}, {0, size}, {0, 1}, {0, 0}, {1, -1}, {0, size - 1}, {1, size - 1},
		{size / 2, 1000}, {size - 1, 1}, {size - 1, -1}, {size, 0}, {size, -1}, {size / 2, 0},
	} {
		want := content[test.offset:]
		if test.length >= 0 {
			want = want[:test.length]
		}
		got, err := h.read(t.Context(), info, test.offset, test.length)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes from %d on: %d bytes, %v; want %d", test.length, test.offset, len(got), err, len(want))
		}
	}
	for _, length := range []int64{0, -1} {
		if got, err := h.read(t.Context(), empty, 0, length); err != nil || len(got) != 0 {
			t.Errorf("empty object: %q, %v", got, err)
		}
	}
	for _, test := range []struct{ offset, length int64 }{
		{0, size + 1}, {1, size}, {size, 1}, {size + 1, 0}, {size + 1, -1}, {1, math.MaxInt64}, {-1, 1}, {-1, -1},
	} {
		if got, err := h.read(t.Context(), info, test.offset, test.length); err == nil {
			t.Errorf("%d bytes from %d on, of %d: no error, %d bytes", test.length, test.offset, size, len(got))
		}
	}
}

func testReader(t *testing.T, h Harness) {
	content := pattern(5000, 0)
	info := h.put(t, h.Prefix+"reader", content)
	r, err := h.Bucket.Open(t.Context(), info, 10, 4000)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := iotest.TestReader(r, content[10:4010]); err != nil {
		t.Error(err)
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("read after the end: %d, %v", n, err)
	}
}

func testConcurrent(t *testing.T, h Harness) {
	content := pattern(1<<20, 0)
	info := h.put(t, h.Prefix+"shared", content)
	var wg sync.WaitGroup
	for i := range 8 {
		offset := int64(i) * int64(len(content)) / 8
		wg.Go(func() {
			got, err := h.read(t.Context(), info, offset, -1)
			if err != nil || !bytes.Equal(got, content[offset:]) {
				t.Errorf("from %d on: %d bytes, %v", offset, len(got), err)
			}
		})
		wg.Go(func() {
			if _, err := h.Bucket.Stat(t.Context(), info.Key); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func testReadCancel(t *testing.T, h Harness) {
	info := h.put(t, h.Prefix+"cancel", pattern(largeSize, 0))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := h.Bucket.Open(ctx, info, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if n, err := io.Copy(io.Discard, r); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled mid-read: %d bytes more, %v", n, err)
	}
	if _, err := h.read(ctx, info, 0, -1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v", err)
	}
	if _, err := h.Bucket.Stat(ctx, info.Key); !errors.Is(err, context.Canceled) {
		t.Errorf("stat, cancelled before: %v", err)
	}
}

func testClose(t *testing.T, h Harness) {
	content := pattern(largeSize, 0)
	info := h.put(t, h.Prefix+"close", content)
	r, err := h.Bucket.Open(t.Context(), info, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	closed, err := h.Bucket.Open(t.Context(), info, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	if n, err := closed.Read(make([]byte, 10)); err == nil || err == io.EOF {
		t.Errorf("read after close: %d bytes, %v", n, err)
	}
	if err := h.Bucket.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("a reader opened before the bucket was closed: %d bytes, %v", len(got), err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("close of the reader: %v", err)
	}
}

// wantFileOnly checks the class of an error about one object: the others go on.
func wantFileOnly(t *testing.T, err error) {
	t.Helper()
	if c := abstract.ClassOf(err); c != abstract.FileOnly {
		t.Errorf("class %q, want %q: %v", c, abstract.FileOnly, err)
	}
}

package transfer

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/reader/readertest"
)

// openCounter counts the objects that are opened.
type openCounter struct {
	*readertest.Bucket
	opens int
}

func (b *openCounter) Open(ctx context.Context, info object.Info, offset, length int64) (io.ReadCloser, error) {
	b.opens++
	return b.Bucket.Open(ctx, info, offset, length)
}

func TestSmallObjectIsFetchedOnce(t *testing.T) {
	store := &openCounter{Bucket: &readertest.Bucket{Files: map[string][]byte{"k": []byte("0123456789"), "empty": nil}}}
	for _, key := range []string{"k", "empty"} {
		store.opens = 0
		whole := &wholeBucket{Bucket: store}
		info := store.Info(key)
		text := string(store.Files[key])
		for _, r := range [][2]int64{{0, -1}, {0, 0}, {info.Size, -1}, {info.Size, 0}, {info.Size / 2, -1}, {info.Size / 2, info.Size / 4}} {
			body, err := whole.Open(context.Background(), info, r[0], r[1])
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(body)
			want := text[r[0]:]
			if r[1] >= 0 {
				want = want[:r[1]]
			}
			if string(got) != want || err != nil {
				t.Errorf("%v of %s: %q, %v", r, key, got, err)
			}
		}
		if store.opens != 1 && key == "k" {
			t.Errorf("%s was opened %d times", key, store.opens)
		}
	}
}

// TestSmallObjectThatIsNotWhole: what was listed, to its verified end, or an
// error (Invariant 2).
func TestSmallObjectThatIsNotWhole(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name   string
		bucket readertest.Bucket
		size   int64
		want   error
	}{
		{"breaks", readertest.Bucket{StopAt: 4, StopError: broken}, 10, broken},
		{"breaks at its end", readertest.Bucket{StopAt: 10, StopError: broken}, 10, broken},
		{"longer than listed", readertest.Bucket{}, 9, object.ErrChanged},
		{"shorter than listed", readertest.Bucket{}, 11, io.ErrUnexpectedEOF},
	} {
		c.bucket.Files = map[string][]byte{"k": []byte("0123456789")}
		whole := &wholeBucket{Bucket: &c.bucket}
		info := c.bucket.Info("k")
		info.Size = c.size
		if _, err := whole.Open(context.Background(), info, 0, -1); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if whole.data != nil {
			t.Errorf("%s: it is kept", c.name)
		}
	}
}

// TestSmallObjectFetchedAhead: who opens it waits for it, and is told of a
// failure once; what comes then tries again.
func TestSmallObjectFetchedAhead(t *testing.T) {
	broken := errors.New("broken")
	store := &openCounter{Bucket: &readertest.Bucket{
		Files: map[string][]byte{"k": []byte("0123456789")}, StopAt: 4, StopError: broken,
	}}
	info := store.Info("k")
	whole := &wholeBucket{Bucket: store}
	fetch := whole.ahead(context.Background(), info)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := whole.Open(ended, info, 0, -1); !errors.Is(err, context.Canceled) {
		t.Errorf("opened with a context that has ended: %v", err)
	}
	fetch()
	if _, err := whole.Open(context.Background(), info, 0, -1); !errors.Is(err, broken) || store.opens != 1 {
		t.Errorf("after a failure: %v, fetched %d times", err, store.opens)
	}
	store.StopError = nil
	for range 2 {
		if _, err := whole.Open(context.Background(), info, 0, -1); err != nil || store.opens != 2 {
			t.Errorf("tried again: %v, fetched %d times", err, store.opens)
		}
	}
}

package s3

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// S-29: a store that does not list in order, or begins elsewhere than it was
// told to, is found out by what it lists.
func TestS29ListAfterIsChecked(t *testing.T) {
	for name, misbehave := range map[string]func(d *double){
		"out of order": func(d *double) {
			d.order = func(keys []string) { slices.Reverse(keys[1500:]) }
		},
		"ignores StartAfter": func(d *double) {
			d.fail(-1, func(_ http.ResponseWriter, r *http.Request) bool {
				q := r.URL.Query()
				q.Del("start-after")
				r.URL.RawQuery = q.Encode()
				return false
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, d *double, b *Bucket) {
				for i := range 2500 {
					d.put(t, fmt.Sprintf("key%04d", i), nil)
				}
				misbehave(d)
				err := b.ListAfter(t.Context(), "", "key0000", func([]object.Info) error { return nil })
				if wantError(t, err, abstract.Permanent, "in order", `"bucket"`); !errors.Is(err, object.ErrUnordered) {
					t.Errorf("%v is not ErrUnordered", err)
				}
			})
		})
	}
}

// S-29: directory buckets are known to have no order. Nothing is asked.
func TestS29DirectoryBucket(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		b.name = "orders--use1-az4--x-s3"
		err := b.ListAfter(t.Context(), "", "", func([]object.Info) error { return nil })
		if wantError(t, err, abstract.Permanent, "directory bucket"); !errors.Is(err, object.ErrUnordered) {
			t.Errorf("%v is not ErrUnordered", err)
		}
		if asked := d.requests(); len(asked) > 0 {
			t.Errorf("asked %q", asked)
		}
	})
}

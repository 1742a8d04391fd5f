package s3

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// S-28: pages that are empty although more follow.
func TestS28EmptyPages(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		for i := range 2500 {
			d.put(t, fmt.Sprintf("key%04d", i), nil)
		}
		page := 0
		d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
			q := r.URL.Query()
			if page++; page%2 == 0 {
				r.URL.RawQuery = q.Encode()
				return false
			}
			token := q.Get("continuation-token")
			if token == "" {
				token = "0"
			}
			fmt.Fprintf(w, `<ListBucketResult><IsTruncated>true</IsTruncated><KeyCount>0</KeyCount>`+
				`<NextContinuationToken>%s</NextContinuationToken></ListBucketResult>`, token)
			return true
		})
		infos, err := list(t.Context(), b, "")
		if err != nil || len(infos) != 2500 {
			t.Errorf("%d objects, %v", len(infos), err)
		}
	})
}

// S-29: a store that does not sort.
func TestS29UnsortedListing(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		d.order = func(keys []string) {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		}
		var want []string
		for i := range 2500 {
			want = append(want, fmt.Sprintf("key%04d", i))
			d.put(t, want[i], nil)
		}
		var got []string
		infos, err := list(t.Context(), b, "")
		for _, info := range infos {
			got = append(got, info.Key)
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d keys, %v", len(got), err)
		}
	})
}

// S-30: tokens that lead in a circle, of any length.
func TestS30TokenLoop(t *testing.T) {
	for _, length := range []int{1, 2, 3, 10} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			page := 0
			d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
				page++
				fmt.Fprintf(w, `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t%d</NextContinuationToken></ListBucketResult>`,
					page%length)
				return page < 1000 // else the test would not end
			})
			_, err := list(t.Context(), b, "")
			wantError(t, err, abstract.Permanent, "does not end", `"bucket"`)
			if page > 4*length+4 {
				t.Errorf("a circle of %d was noticed after %d pages", length, page)
			}
		})
	}
}

// S-30, S-28: answers that leave open whether there is more.
func TestS30NoToken(t *testing.T) {
	for _, text := range []string{`<IsTruncated>true</IsTruncated>`, ``} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
				fmt.Fprintf(w, `<ListBucketResult>%s<Contents><Key>a</Key></Contents></ListBucketResult>`, text)
				return true
			})
			_, err := list(t.Context(), b, "")
			wantError(t, err, abstract.Permanent, "there is more")
		})
	}
}

// S-36: a store that does not encode keys although it was asked to is taken by
// its word; one that lists what was not asked for is refused.
func TestS36Encoding(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		serve := func(key string) {
			d.faults = nil
			d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
				fmt.Fprintf(w, `<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>%s</Key><Size>1</Size><ETag>"e"</ETag></Contents></ListBucketResult>`, key)
				return true
			})
		}
		serve("a+b%20c")
		infos, err := list(t.Context(), b, "a")
		if err != nil || len(infos) != 1 || infos[0] != (object.Info{Key: "a+b%20c", Size: 1, Generation: "e:1"}) {
			t.Errorf("%+v, %v", infos, err)
		}
		serve("b")
		_, err = list(t.Context(), b, "a")
		wantError(t, err, abstract.Permanent, `"b"`)
	})
}

// A listing's memory does not grow with the bucket: the page's slice is the
// same one, over and over.
func TestS28ConstantMemory(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		for i := range 3500 {
			d.put(t, fmt.Sprintf("key%04d", i), nil)
		}
		var first *object.Info
		pages := 0
		err := b.List(t.Context(), "", func(page []object.Info) error {
			if pages++; first == nil {
				first = &page[0]
			} else if first != &page[0] {
				t.Error("a page has memory of its own")
			}
			return nil
		})
		if err != nil || pages != 4 {
			t.Errorf("%d pages, %v", pages, err)
		}
	})
}

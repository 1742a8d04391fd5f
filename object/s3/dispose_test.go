package s3

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// disposals are the ways to dispose of an object, by name.
func disposals(b *Bucket) map[string]func(ctx context.Context, id abstract.ObjectID) error {
	return map[string]func(ctx context.Context, id abstract.ObjectID) error{
		"remove": b.Remove,
		"move":   func(ctx context.Context, id abstract.ObjectID) error { return b.Move(ctx, id, "done/key") },
		"tag":    func(ctx context.Context, id abstract.ObjectID) error { return b.Tag(ctx, id, "state", "loaded") },
	}
}

// has returns the content of an object, nil if it is not there.
func (d *double) has(key string) *stored {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.objects[key]
}

// disposed fails the test unless that has become of the object in one of the
// ways.
func disposed(t *testing.T, d *double, name string, content []byte) {
	t.Helper()
	there, moved := d.has("key"), d.has("done/key")
	switch name {
	case "tag":
		if there == nil || there.tags["state"] != "loaded" || there.tags["mine"] != "kept" {
			t.Errorf("tag: %+v", there)
		}
	case "move":
		if moved == nil || !bytes.Equal(moved.content, content) || moved.tags["mine"] != "kept" || moved.header.Get("X-Amz-Meta-Owner") != "me" {
			t.Errorf("move: the copy is %+v", moved)
		}
		fallthrough
	default:
		if there != nil {
			t.Errorf("%s: it is still there", name)
		}
	}
}

// prepare puts an object with a tag and metadata of its own.
func prepare(t *testing.T, d *double, b *Bucket, content []byte) abstract.ObjectID {
	t.Helper()
	info := put(t, d, b, "key", content)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.objects, "done/key")
	d.objects["key"].tags = map[string]string{"mine": "kept"}
	d.objects["key"].header = http.Header{"X-Amz-Meta-Owner": {"me"}}
	return object.ID(b, info)
}

// P4, C-10: each request fails, before and after it took effect, once, or the
// process ends there and the next one does it all again: in the end it is done,
// and there is no moment at which neither the object nor its copy is there.
func TestP4EveryRequestFails(t *testing.T) {
	want := content(small)
	for name := range disposals(&Bucket{}) {
		for _, parts := range []bool{false, true} {
			for _, ends := range []bool{false, true} {
				for _, after := range []bool{false, true} {
					for n := 0; ; n++ {
						if !failsAt(t, name, want, parts, ends, after, n) {
							t.Logf("%s, in parts: %v, ends: %v, after: %v: %d requests", name, parts, ends, after, n)
							break
						}
					}
				}
			}
		}
	}
}

// failsAt runs one disposal whose request n fails. It tells whether there was
// such a request.
func failsAt(t *testing.T, name string, want []byte, parts, ends, after bool, n int) (struck bool) {
	t.Helper()
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		if parts {
			b.copyPart = 30_000
		}
		id := prepare(t, d, b, want)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		seen := 0
		d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
			if d.has("key") == nil && d.has("done/key") == nil && name == "move" {
				t.Error("neither the object nor its copy is there")
			}
			d.mu.Lock()
			strikes := seen == n
			seen++
			d.mu.Unlock()
			if !strikes {
				return false
			}
			struck = true
			if after {
				key, _ := strings.CutPrefix(r.URL.Path, "/bucket/")
				d.serveChange(&capture{}, r, key)
			}
			if ends {
				cancel()
			}
			answerErrorXML(w, 503, "SlowDown", "Slow down")
			return true
		})
		err := disposals(b)[name](ctx, id)
		if ends && struck {
			if err == nil {
				err = context.Canceled // its last answer was not needed
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
			d.mu.Lock()
			seen = n + 1
			d.mu.Unlock()
			err = disposals(b)[name](t.Context(), id)
		}
		if err != nil {
			t.Errorf("%s, request %d, after: %v: %v", name, n, after, err)
		}
		disposed(t, d, name, want)
	})
	return struck
}

// S-13: the object is overwritten right before any of the requests: the new
// generation stays, as it is.
func TestS13OverwrittenWhileDisposed(t *testing.T) {
	old, fresh := content(small), bytes.Repeat([]byte("new\n"), small/4)
	for name := range disposals(&Bucket{}) {
		if name == "tag" {
			continue // has a gap, which its comment tells of
		}
		for _, parts := range []bool{false, true} {
			for n, last := 0, false; !last; n++ {
				inBubble(t, func(t *testing.T, d *double, b *Bucket) {
					if parts {
						b.copyPart = 30_000
					}
					id := prepare(t, d, b, old)
					seen, overwritten := 0, false
					d.fail(-1, func(http.ResponseWriter, *http.Request) bool {
						d.mu.Lock()
						defer d.mu.Unlock()
						if seen == n {
							overwritten = true
							d.objects["key"] = &stored{content: fresh, etag: "fresh"}
						}
						seen++
						return false
					})
					err := disposals(b)[name](t.Context(), id)
					if last = !overwritten; last {
						if err != nil {
							t.Errorf("%s: %v", name, err)
						}
						return
					}
					wantError(t, err, abstract.FileOnly)
					if !errors.Is(err, object.ErrChanged) {
						t.Errorf("%s, before request %d: %v; want ErrChanged", name, n, err)
					}
					if now := d.has("key"); now == nil || !bytes.Equal(now.content, fresh) {
						t.Errorf("%s, before request %d: the new generation is gone", name, n)
					}
					if moved := d.has("done/key"); moved != nil && !bytes.Equal(moved.content, old) {
						t.Errorf("%s, before request %d: the copy is of the new generation", name, n)
					}
				})
			}
		}
	}
}

// A store that does not know If-Match for a DELETE is asked without, one that
// knows neither copies nor tags is not asked again.
func TestNotImplemented(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		id := prepare(t, d, b, content(small))
		d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("If-Match") == "" && !r.URL.Query().Has("tagging") && r.Header.Get("X-Amz-Copy-Source") == "" {
				return false
			}
			answerErrorXML(w, 501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
			return true
		})
		for _, name := range []string{"tag", "move"} {
			wantError(t, disposals(b)[name](t.Context(), id), abstract.FileOnly, "does not know")
		}
		if err := b.Remove(t.Context(), id); err != nil {
			t.Error(err)
		}
		disposed(t, d, "remove", nil)
	})
}

// X-23, P15: what the credentials lack is named.
func TestX23Permissions(t *testing.T) {
	for _, c := range []struct {
		name, permission string
		refuse           func(r *http.Request) bool
	}{
		{"remove", "s3:DeleteObject", func(r *http.Request) bool { return r.Method == http.MethodDelete }},
		{"move", "s3:DeleteObject", func(r *http.Request) bool { return r.Method == http.MethodDelete }},
		{"move", "s3:PutObject", func(r *http.Request) bool { return r.Method == http.MethodPut }},
		{"tag", "s3:GetObjectTagging", func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Query().Has("tagging") }},
		{"tag", "s3:PutObjectTagging", func(r *http.Request) bool { return r.Method == http.MethodPut }},
	} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			id := prepare(t, d, b, content(small))
			d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
				if !c.refuse(r) {
					return false
				}
				answerErrorXML(w, 403, "AccessDenied", "Access Denied")
				return true
			})
			wantError(t, disposals(b)[c.name](t.Context(), id), abstract.FileOnly, `"key"`, c.permission)
			if there := d.has("key"); there == nil || there.tags["state"] != "" {
				t.Errorf("%s: the object is %+v", c.name, there)
			}
		})
	}
}

// A copy in parts that fails leaves no upload behind, as one that is stopped.
func TestUploadIsAborted(t *testing.T) {
	for _, stop := range []bool{false, true} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			b.copyPart = 30_000
			id := prepare(t, d, b, content(small))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Query().Get("partNumber") != "3" {
					return false
				}
				if stop {
					cancel()
				}
				answerErrorXML(w, 403, "AccessDenied", "Access Denied")
				return true
			})
			if err := b.Move(ctx, id, "done/key"); err == nil {
				t.Error("no error")
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if u := d.uploads["1"]; u == nil || u.parts != nil {
				t.Errorf("the upload is %+v", u)
			}
			if d.objects["key"] == nil || d.objects["done/key"] != nil {
				t.Error("the object is gone, or half of it was moved")
			}
		})
	}
}

// S3 allows ten tags.
func TestTooManyTags(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		id := prepare(t, d, b, content(small))
		tags := map[string]string{}
		for i := range mostTags {
			tags[string(rune('a'+i))] = "x"
		}
		d.has("key").tags = tags
		wantError(t, b.Tag(t.Context(), id, "state", "loaded"), abstract.FileOnly, "10 tags")
		if err := b.Tag(t.Context(), id, "a", "loaded"); err != nil || d.has("key").tags["a"] != "loaded" {
			t.Errorf("%v, %v", err, d.has("key").tags)
		}
	})
}

// What each way costs.
func TestDisposalRequests(t *testing.T) {
	for name, want := range map[string][]string{
		"remove": {"HEAD key", "DELETE key"},
		"move":   {"HEAD key", "HEAD done/key", "PUT done/key", "HEAD key", "DELETE key"},
		"tag":    {"GET key", "HEAD key", "PUT key"},
	} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			id := prepare(t, d, b, content(small))
			if err := disposals(b)[name](t.Context(), id); err != nil {
				t.Fatal(err)
			}
			got := d.requests()
			if name == "tag" {
				if err := b.Tag(t.Context(), id, "state", "loaded"); err != nil {
					t.Fatal(err)
				}
				if again := d.requests(); !slices.Equal(again, []string{"GET key"}) {
					t.Errorf("tagging again: %q", again)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
			if u := b.Usage(); u.Writes == 0 || u.Writes != int64(len(slices.DeleteFunc(got, func(r string) bool { return r[0] == 'H' || r[0] == 'G' }))) {
				t.Errorf("%s: %+v", name, u)
			}
		})
	}
}

package s3

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// content is n bytes of records, each its number in seven bytes and a line
// end.
func content(n int) []byte {
	var b []byte
	for i := uint64(0); len(b) < n; i++ {
		b = binary.BigEndian.AppendUint64(b, i<<8|'\n')
	}
	return b[:n]
}

// Sizes of objects: one GET, a beginning and a stream, and parts.
const (
	small  = 100_000
	middle = 3 << 20
	large  = headSize + 3*partSize + 12345
)

// list collects what is listed by a prefix.
func list(ctx context.Context, b *Bucket, prefix string) (infos []object.Info, err error) {
	err = b.List(ctx, prefix, func(page []object.Info) error {
		infos = append(infos, page...)
		return nil
	})
	return infos, err
}

// put stores an object and lists it.
func put(t *testing.T, d *double, b *Bucket, key string, content []byte) object.Info {
	t.Helper()
	d.put(t, key, content)
	infos, err := list(t.Context(), b, key)
	if err != nil || len(infos) != 1 {
		t.Fatalf("list %q: %+v, %v", key, infos, err)
	}
	d.requests()
	return infos[0]
}

func read(ctx context.Context, b *Bucket, info object.Info, offset int64) ([]byte, error) {
	r, err := b.Open(ctx, info, offset, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// wantRead reads an object and compares it.
func wantRead(t *testing.T, b *Bucket, info object.Info, want []byte) {
	t.Helper()
	got, err := read(t.Context(), b, info, 0)
	if err != nil {
		t.Errorf("read %q: %d of %d bytes, %v", info.Key, len(got), len(want), err)
	} else if !bytes.Equal(got, want) {
		t.Errorf("read %q: %d other bytes than the %d that are stored", info.Key, len(got), len(want))
	}
}

// wantError checks an error's class and that its text names what it should,
// and no secret.
func wantError(t *testing.T, err error, class abstract.Class, texts ...string) {
	t.Helper()
	if err == nil || abstract.ClassOf(err) != class {
		t.Errorf("class %q, want %q: %v", abstract.ClassOf(err), class, err)
		return
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
	if strings.Contains(err.Error(), canary) {
		t.Errorf("the error tells the secret key: %v", err)
	}
}

// operations are one of each kind of request.
func operations(b *Bucket, info object.Info) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"LIST": func(ctx context.Context) error { _, err := list(ctx, b, info.Key); return err },
		"HEAD": func(ctx context.Context) error { _, err := b.Stat(ctx, info.Key); return err },
		"GET": func(ctx context.Context) error {
			b.heads = heads{}
			_, err := read(ctx, b, info, 0)
			return err
		},
	}
}

// S-01: what may pass is tried again, after a while, and not for ever.
func TestS01BusyStore(t *testing.T) {
	for _, status := range []int{500, 502, 503, 429} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			info := put(t, d, b, "key", content(small))
			for name, do := range operations(b, info) {
				d.refuse(maxTries-1, status, "SlowDown", "Please reduce your request rate.")
				if err := do(t.Context()); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if n := len(d.requests()); n != maxTries {
					t.Errorf("%s: %d requests, want %d", name, n, maxTries)
				}
				begun := time.Now()
				d.refuse(maxTries, status, "SlowDown", "Please reduce your request rate.")
				wantError(t, do(t.Context()), abstract.Transient, "tried 8 times", fmt.Sprint("status ", status))
				if n := len(d.requests()); n != maxTries {
					t.Errorf("%s: %d requests, want %d", name, n, maxTries)
				}
				if took := time.Since(begun); took < firstWait || took > time.Minute {
					t.Errorf("%s: gave up after %s", name, took)
				}
			}
		})
	}
}

// S-01: a wait ends with its context.
func TestS01WaitEnds(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		d.refuse(-1, 503, "SlowDown", "")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		_, err := b.Stat(ctx, "key")
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

// S-02: an error that comes with the status 200 is an error.
func TestS02ErrorInOK(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		put(t, d, b, "key", content(small))
		d.refuse(2, 200, "InternalError", "We encountered an internal error.")
		if infos, err := list(t.Context(), b, ""); err != nil || len(infos) != 1 {
			t.Errorf("after two errors: %d objects, %v", len(infos), err)
		}
		d.refuse(-1, 200, "SlowDown", "Please reduce your request rate.")
		infos, err := list(t.Context(), b, "")
		wantError(t, err, abstract.Transient, "SlowDown")
		if len(infos) > 0 {
			t.Errorf("%d objects of an error", len(infos))
		}
	})
}

// S-02, S-08: half a listing is not a listing, even if nothing else tells.
func TestS02ListingBreaksOff(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		for i := range 10 {
			d.put(t, fmt.Sprint("key", i), content(10))
		}
		d.fail(3, func(w http.ResponseWriter, r *http.Request) bool {
			var whole capture
			d.serveList(&whole, r)
			text := whole.body.String()
			cut := strings.LastIndex(text, "<Contents>")
			closeAfter(t, w, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+text[:cut])
			return true
		})
		if infos, err := list(t.Context(), b, ""); err != nil || len(infos) != 10 {
			t.Errorf("%d objects, %v; want 10", len(infos), err)
		}
		if n := len(d.requests()); n != 4 {
			t.Errorf("%d requests, want 4", n)
		}
	})
}

// capture is an answer that is kept.
type capture struct {
	body   bytes.Buffer
	header http.Header
}

func (c *capture) Header() http.Header {
	if c.header == nil {
		c.header = http.Header{}
	}
	return c.header
}
func (c *capture) WriteHeader(int)             {}
func (c *capture) Write(p []byte) (int, error) { return c.body.Write(p) }

// closeAfter sends bytes as they are and closes the connection.
func closeAfter(t *testing.T, w http.ResponseWriter, text string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, text)
	conn.Close()
}

// breaks lets every answer to a GET break n times at a random byte, in the way
// that the function says.
func breaks(t *testing.T, d *double, n int, end func(w http.ResponseWriter, r *http.Request)) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	d.fail(n, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet {
			return false
		}
		d.mu.Lock()
		o := d.objects["key"]
		from, to, ok := rangeOf(r)
		if !ok {
			from, to = 0, len(o.content)-1
		}
		cut := from + 1 + random.IntN(to-from)
		d.mu.Unlock()
		h := w.Header()
		h.Set("ETag", `"`+o.etag+`"`)
		h.Set("Content-Length", fmt.Sprint(to-from+1))
		status := 200
		if ok {
			h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(o.content)))
			status = 206
		}
		w.WriteHeader(status)
		_, _ = w.Write(o.content[from:cut])
		_ = http.NewResponseController(w).Flush()
		end(w, r)
		return true
	})
}

// S-07: a connection that is reset in the middle of a body.
func TestS07ResetMidBody(t *testing.T) {
	for _, size := range []int{small, middle, large} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			want := content(size)
			info := put(t, d, b, "key", want)
			breaks(t, d, 5, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
			wantRead(t, b, info, want)
		})
	}
}

// S-08, S-09: a body that ends early, without any other sign, at the end of a
// record: only who counts can tell.
func TestS08BodyEndsEarly(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(middle)
		info := put(t, d, b, "key", want)
		for _, length := range []bool{false, true} {
			b.heads = heads{}
			d.fail(3, func(w http.ResponseWriter, r *http.Request) bool {
				from, to, _ := rangeOf(r)
				cut := from + max((to-from)/2/8*8, 8) // a record has 8 bytes
				head := fmt.Sprintf("HTTP/1.1 206 Partial Content\r\nConnection: close\r\nETag: \"%s\"\r\nContent-Range: bytes %d-%d/%d\r\n",
					d.objects["key"].etag, from, to, len(want))
				if length {
					head += fmt.Sprintf("Content-Length: %d\r\n", to-from+1)
				}
				closeAfter(t, w, head+"\r\n"+string(want[from:cut]))
				return true
			})
			wantRead(t, b, info, want)
			if n := len(d.requests()); n != 5 {
				t.Errorf("%d requests, want 5: one for each broken body, and two", n)
			}
		}
	})
}

// S-08: a body that ends early again and again, without progress, is given up.
func TestS08BodyEndsEarlyForEver(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(large))
		d.fail(-1, func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) })
		_, err := read(t.Context(), b, info, 0)
		wantError(t, err, abstract.Transient, `"key"`, "tried 8 times")
	})
}

// S-08: nor does it help that each body brings a byte.
func TestS08TooLittleProgress(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(large)
		info := put(t, d, b, "key", want)
		_, err := half(t, b, info, func() {
			d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
				from, to, _ := rangeOf(r)
				closeAfter(t, w, fmt.Sprintf("HTTP/1.1 206 Partial Content\r\nConnection: close\r\nETag: \"%s\"\r\n"+
					"Content-Range: bytes %d-%d/%d\r\n\r\n%s", d.objects["key"].etag, from, to, large, want[from:from+1]))
				return true
			})
		})
		wantError(t, err, abstract.Transient, "tried 8 times")
	})
}

// S-10: a body, or an answer, that does not come.
func TestS10Stall(t *testing.T) {
	for _, size := range []int{small, middle, large} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			want := content(size)
			info := put(t, d, b, "key", want)
			begun := time.Now()
			breaks(t, d, 3, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			wantRead(t, b, info, want)
			if took := time.Since(begun); took < idleTimeout {
				t.Errorf("took %s: it cannot have waited", took)
			}
		})
	}
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(small))
		for name, do := range operations(b, info) {
			d.fail(2, func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
			begun := time.Now()
			if err := do(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(begun); took < 2*idleTimeout || took > 2*idleTimeout+longestWait {
				t.Errorf("%s: took %s", name, took)
			}
		}
		d.fail(-1, func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
		_, err := b.Stat(t.Context(), "key")
		wantError(t, err, abstract.Transient, "silent", "tried 8 times")
	})
}

// S-10: a slow reader is not a stalled store.
func TestS10SlowReader(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(middle)
		info := put(t, d, b, "key", want)
		r, err := b.Open(t.Context(), info, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var got []byte
		for buf := make([]byte, 256<<10); ; {
			n, err := r.Read(buf)
			got = append(got, buf[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			rest(5 * time.Minute)
		}
		if !bytes.Equal(got, want) {
			t.Error("other bytes than are stored")
		}
		if n := len(d.requests()); n != 2 {
			t.Errorf("%d requests, want 2", n)
		}
	})
}

// S-11: a store, or a cache before it, that ignores Range or mistakes it.
func TestS11WrongRange(t *testing.T) {
	for name, header := range map[string]string{"ignored": "", "shifted": "bytes 5-9/", "other size": "bytes 1048576-3145727/99"} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			want := content(middle)
			info := put(t, d, b, "key", want)
			d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
				w.Header().Set("ETag", `"`+d.objects["key"].etag+`"`)
				if header != "" {
					w.Header().Set("Content-Range", header)
					w.WriteHeader(206)
				}
				_, _ = w.Write(want)
				return true
			})
			got, err := read(t.Context(), b, info, 0)
			wantError(t, err, abstract.FileOnly, `"key"`, "the store was asked for")
			if len(got) > 0 {
				t.Errorf("%s: %d bytes came out", name, len(got))
			}
		})
	}
}

// S-12: overwritten after it was listed.
func TestS12OverwrittenBeforeRead(t *testing.T) {
	for _, size := range []int{small, middle, large} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			info := put(t, d, b, "key", content(size))
			d.put(t, "key", make([]byte, size))
			got, err := read(t.Context(), b, info, 0)
			wantError(t, err, abstract.FileOnly, `"key"`, "overwritten")
			if !errors.Is(err, object.ErrChanged) || len(got) > 0 {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}

// half reads an object's beginning, changes it, and reads on.
func half(t *testing.T, b *Bucket, info object.Info, change func()) ([]byte, error) {
	t.Helper()
	r, err := b.Open(t.Context(), info, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	begin := make([]byte, 100)
	if _, err := io.ReadFull(r, begin); err != nil {
		t.Fatal(err)
	}
	change()
	rest, err := io.ReadAll(r)
	return append(begin, rest...), err
}

// S-13: overwritten between two ranges, also in a store that ignores If-Match.
func TestS13OverwrittenMidRead(t *testing.T) {
	for _, ignores := range []bool{false, true} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			want := content(large)
			info := put(t, d, b, "key", want)
			got, err := half(t, b, info, func() {
				d.put(t, "key", make([]byte, large))
				if ignores {
					d.fail(-1, func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del("If-Match"); return false })
				}
			})
			wantError(t, err, abstract.FileOnly, `"key"`)
			if !errors.Is(err, object.ErrChanged) || !bytes.HasPrefix(want, got) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
}

// S-13: an object that was overwritten while its body broke.
func TestS13OverwrittenWhileBroken(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(small)
		info := put(t, d, b, "key", want)
		breaks(t, d, 1, func(http.ResponseWriter, *http.Request) {
			d.put(t, "key", make([]byte, small))
			panic(http.ErrAbortHandler)
		})
		got, err := read(t.Context(), b, info, 0)
		wantError(t, err, abstract.FileOnly, "overwritten")
		if !bytes.HasPrefix(want, got) {
			t.Error("bytes of the new generation came out")
		}
	})
}

// S-14: deleted while it is read.
func TestS14DeletedMidRead(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(large))
		_, err := half(t, b, info, func() { d.delete(t, "key") })
		wantError(t, err, abstract.FileOnly, `"key"`, "deleted")
		if !errors.Is(err, object.ErrChanged) {
			t.Error(err)
		}
	})
}

// S-14: deleted when the rest is yet to be fetched, ahead of the reader.
func TestS14DeletedAhead(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(large))
		r, err := b.Open(t.Context(), info, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.CopyN(io.Discard, r, headSize+1); err != nil {
			t.Fatal(err)
		}
		d.delete(t, "key")
		n, err := io.Copy(io.Discard, r)
		wantError(t, err, abstract.FileOnly, "deleted")
		if n != partSize-1 {
			t.Errorf("%d bytes came out, want what was being streamed", n)
		}
	})
}

// S-12: the end of an object is verified even if all before it was read
// earlier.
func TestS12OverwrittenBeforeEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(small))
		if got, err := read(t.Context(), b, info, small); err != nil || len(got) > 0 {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		d.put(t, "key", make([]byte, small))
		b.heads = heads{}
		_, err := read(t.Context(), b, info, small)
		wantError(t, err, abstract.FileOnly)
		if !errors.Is(err, object.ErrChanged) {
			t.Error(err)
		}
	})
}

// S-41: a name that does not resolve, an endpoint that is down.
func TestS41Unreachable(t *testing.T) {
	for name, dialError := range map[string]error{
		"lookup nowhere.example": &net.DNSError{Err: "no such host", Name: "nowhere.example", IsNotFound: true},
		"connection refused":     &net.OpError{Op: "dial", Err: errors.New("connection refused")},
	} {
		inBubble(t, func(t *testing.T, _ *double, _ *Bucket) {
			dials := 0
			b := open(t, Options{Endpoint: "https://nowhere.example", connect: func(tr *http.Transport) {
				tr.DialContext = func(context.Context, string, string) (net.Conn, error) {
					dials++
					return nil, dialError
				}
			}})
			_, err := b.Stat(t.Context(), "key")
			wantError(t, err, abstract.Transient, name, "tried 4 times")
			if dials != strangerTries {
				t.Errorf("%d dials", dials)
			}
		})
	}
}

package s3

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// S-15: the same bytes, put again, are the same generation.
func TestS15SameBytesAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		before, after := put(t, d, b, "key", content(small)), put(t, d, b, "key", content(small))
		if before.Generation != after.Generation {
			t.Errorf("%s, then %s", before.Generation, after.Generation)
		}
	})
}

// S-16: an ETag is no MD5, and stands in the generation as it is.
func TestS16ETagIsOpaque(t *testing.T) {
	for _, etag := range []string{"9b2cf535f27731c974343645a3985328-12", "not:hex:at:all", "x"} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			want := content(middle)
			d.put(t, "key", want)
			d.objects["key"].etag = etag
			infos, err := list(t.Context(), b, "")
			if err != nil || infos[0].Generation != fmt.Sprintf("%s:%d", etag, middle) {
				t.Fatalf("%+v, %v", infos, err)
			}
			stat, err := b.Stat(t.Context(), "key")
			if err != nil || stat.Generation != infos[0].Generation || Generation(`"`+etag+`"`, middle) != stat.Generation {
				t.Errorf("stat: %+v, %v", stat, err)
			}
			wantRead(t, b, infos[0], want)
		})
	}
}

// An object without an ETag cannot be told from another one.
func TestNoETag(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		d.put(t, "key", content(small))
		d.objects["key"].etag = ""
		infos, err := list(t.Context(), b, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = read(t.Context(), b, infos[0], 0)
		wantError(t, err, abstract.FileOnly, "ETag")
	})
}

// S-17: the same content under two keys is two objects.
func TestS17SameContentTwice(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		one, two := put(t, d, b, "one", content(small)), put(t, d, b, "two", content(small))
		if object.ID(b, one) == object.ID(b, two) {
			t.Error("they are one object")
		}
	})
}

// S-18: where the store has a checksum of a whole object, it is compared.
func TestS18Checksum(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(small))
		d.objects["key"].content[small/2] ^= 1
		got, err := read(t.Context(), b, info, 0)
		wantError(t, err, abstract.FileOnly, `"key"`, "checksum")
		if len(got) > 0 {
			t.Errorf("%d bytes came out", len(got))
		}
	})
}

// S-16, S-18: what a multipart upload leaves, a checksum of checksums, is no
// checksum of the bytes.
func TestS18CompositeChecksum(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(small)
		info := put(t, d, b, "key", want)
		d.objects["key"].checksum = "AAAAAA==-3"
		wantRead(t, b, info, want)
	})
}

// Bytes are read as they are stored, also where the store says how they are
// encoded, and HTTP would undo that on the way.
func TestContentEncoding(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		_, _ = w.Write(content(small))
		w.Close()
		// An SDK that uploads in chunks may leave its aws-chunked behind.
		for _, encoding := range []string{"gzip", "aws-chunked", "aws-chunked,gzip", "x-gzip, zstd", "br"} {
			info := put(t, d, b, encoding, zipped.Bytes())
			d.objects[encoding].encoding = encoding
			wantRead(t, b, info, zipped.Bytes())
		}
	})
}

// S-32: an empty object is read, a directory marker is in no pattern.
func TestS32EmptyAndMarker(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "dir/empty", nil)
		d.put(t, "dir/", nil)
		d.put(t, "dir/sub/", nil)
		wantRead(t, b, info, nil)
		p, err := object.ParsePattern("dir/")
		if err != nil {
			t.Fatal(err)
		}
		err = object.List(t.Context(), b, p, func(page []object.Info) error {
			if len(page) != 1 || page[0].Key != info.Key {
				t.Errorf("listed %+v", page)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		// Its end is verified although there is nothing to read.
		d.put(t, "dir/empty", content(1))
		b.heads = heads{}
		_, err = read(t.Context(), b, info, 0)
		wantError(t, err, abstract.FileOnly, "overwritten")
	})
}

// What a load costs: a file that a listing told of is fetched once, however
// often a format looks at its beginning, and a large one in parts.
func TestRequests(t *testing.T) {
	for size, want := range map[int][]string{
		0:        {"GET key"},
		1:        {"GET key"},
		headSize: {"GET key"},
		middle:   {"GET key bytes=0-1048575", "GET key bytes=1048576-3145727"},
		large: {"GET key bytes=0-1048575", "GET key bytes=1048576-5242879", "GET key bytes=5242880-9437183",
			"GET key bytes=9437184-13631487", "GET key bytes=13631488-13643832"},
	} {
		inBubble(t, func(t *testing.T, d *double, b *Bucket) {
			bytes := content(size)
			info := put(t, d, b, "key", bytes)
			before := b.Usage()
			for range 3 { // to recognise it, to sample it, to find where to begin
				r, err := b.Open(t.Context(), info, 0, -1)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(r, make([]byte, min(size, 1000))); err != nil {
					t.Error(err)
				}
				r.Close()
			}
			wantRead(t, b, info, bytes)
			if size > 100 {
				if got, err := read(t.Context(), b, info, 100); err != nil || len(got) != size-100 {
					t.Errorf("from byte 100 on: %d, %v", len(got), err)
				}
				want = append(slices.Clone(want), want[1:]...) // all but the beginning once more
			}
			log := d.requests()
			slices.Sort(log) // parts are fetched at the same time
			slices.Sort(want)
			if !slices.Equal(log, want) {
				t.Errorf("%d bytes: %q, want %q", size, log, want)
			}
			after := b.Usage()
			if got := after.Gets - before.Gets; got != int64(len(want)) || after.Heads != 0 || after.Lists != 1 {
				t.Errorf("%d bytes: counted %+v", size, after)
			}
			if got := after.Bytes - before.Bytes; got < int64(size) {
				t.Errorf("%d bytes: counted %d", size, got)
			}
		})
	}
}

// Who only looks at the first records of a large object does not pay for parts.
func TestNoPartsForALook(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(large))
		r, err := b.Open(t.Context(), info, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, r, 2<<20); err != nil {
			t.Error(err)
		}
		r.Close()
		if log := d.requests(); len(log) != 2 {
			t.Errorf("%q", log)
		}
	})
}

// The beginnings that are kept are a fixed few: those used last.
func TestHeadsAreFew(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		var infos []object.Info
		for i := range 2 * headsKept {
			infos = append(infos, put(t, d, b, fmt.Sprintf("key%02d", i), content(100)))
			wantRead(t, b, infos[i], content(100))
			wantRead(t, b, infos[0], content(100))
		}
		if n := len(b.heads.kept); n != headsKept {
			t.Errorf("%d are kept", n)
		}
		d.requests()
		wantRead(t, b, infos[0], content(100))
		if log := d.requests(); len(log) > 0 {
			t.Errorf("the one used most was dropped: %q", log)
		}
	})
}

// Many readers of large objects share the few buffers; whoever gets none
// streams, and all get their bytes.
func TestPartsAreShared(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		const begun = aheadAfter + 1<<20
		want := content(large)
		info := put(t, d, b, "key", want)
		var readers []io.ReadCloser
		for range 5 {
			r, err := b.Open(t.Context(), info, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			readers = append(readers, r)
			if _, err := io.CopyN(io.Discard, r, begun); err != nil {
				t.Error(err)
			}
		}
		if n := len(b.parts); n != 0 {
			t.Errorf("%d buffers are free, although five readers could use more", n)
		}
		for _, r := range readers {
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, want[begun:]) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			r.Close()
		}
		if n := len(b.parts); n != partsInAll {
			t.Errorf("%d buffers came back of %d", n, partsInAll)
		}
	})
}

// A range is one request, and a cached beginning serves it.
func TestRangeRequests(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		want := content(large)
		info := put(t, d, b, "key", want)
		for _, test := range []struct{ offset, length int64 }{{5, 1000}, {headSize + 5, 3 << 20}, {large - 8, 8}, {0, 4}, {7, 0}} {
			r, err := b.Open(t.Context(), info, test.offset, test.length)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			r.Close()
			if err != nil || !bytes.Equal(got, want[test.offset:test.offset+test.length]) {
				t.Errorf("%+v: %d bytes, %v", test, len(got), err)
			}
			if n, most := len(d.requests()), min(int(test.length), 1); n != most {
				t.Errorf("%+v: %d requests, want %d", test, n, most)
			}
		}
	})
}

// A store that sends more than it was asked for is not believed.
func TestMoreThanAskedFor(t *testing.T) {
	inBubble(t, func(t *testing.T, d *double, b *Bucket) {
		info := put(t, d, b, "key", content(small))
		d.fail(-1, func(w http.ResponseWriter, r *http.Request) bool {
			closeAfter(t, w, "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \""+strings.Split(info.Generation, ":")[0]+"\"\r\n\r\n"+
				string(content(small+1)))
			return true
		})
		if got, err := read(t.Context(), b, info, 0); err == nil || len(got) > 0 {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// upload is an unfinished upload.
type upload struct {
	key    string
	header http.Header
	parts  map[int][]byte
}

type tagging struct {
	XMLName xml.Name `xml:"Tagging"`
	Tags    []tag    `xml:"TagSet>Tag"`
}

type tag struct{ Key, Value string }

// serveChange answers what changes objects, and what asks for tags. It returns
// false for other requests.
func (d *double) serveChange(w http.ResponseWriter, r *http.Request, key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	q, object := r.URL.Query(), d.objects[key]
	switch {
	case q.Has("tagging"):
		d.serveTags(w, r, object)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return false
	case q.Has("uploads") || q.Has("uploadId"):
		d.serveUpload(w, r, key)
	case r.Method == http.MethodDelete:
		if match := r.Header.Get("If-Match"); object != nil && match != "" && match != `"`+object.etag+`"` && !d.ignoresIfMatch {
			answerErrorXML(w, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
			return true
		}
		delete(d.objects, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		content, from, ok := d.source(w, r)
		if !ok {
			return true
		}
		copied := &stored{content: bytes.Clone(content), etag: etagFor(content), modified: from.modified, tags: maps.Clone(from.tags)}
		copied.setHeader(r.Header)
		d.objects[key] = copied
		fmt.Fprintf(w, `<CopyObjectResult><ETag>"%s"</ETag></CopyObjectResult>`, copied.etag)
	}
	return true
}

// source is what a copy is to be made of. REQUIRES: d.mu held.
func (d *double) source(w http.ResponseWriter, r *http.Request) (content []byte, from *stored, ok bool) {
	name, err := url.PathUnescape(r.Header.Get("X-Amz-Copy-Source"))
	from = d.objects[strings.TrimPrefix(name, "bucket/")]
	switch match := r.Header.Get("X-Amz-Copy-Source-If-Match"); {
	case err != nil || from == nil:
		answerErrorXML(w, 404, "NoSuchKey", "The specified key does not exist.")
		return nil, nil, false
	case match != "" && match != `"`+from.etag+`"`:
		answerErrorXML(w, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		return nil, nil, false
	}
	content = from.content
	var first, last int
	if n, _ := fmt.Sscanf(r.Header.Get("X-Amz-Copy-Source-Range"), "bytes=%d-%d", &first, &last); n == 2 {
		content = content[first : last+1]
	}
	return content, from, true
}

func (d *double) serveUpload(w http.ResponseWriter, r *http.Request, key string) {
	q := r.URL.Query()
	if q.Has("uploads") {
		id := strconv.Itoa(len(d.uploads) + 1)
		if d.uploads == nil {
			d.uploads = map[string]*upload{}
		}
		d.uploads[id] = &upload{key, r.Header.Clone(), map[int][]byte{}}
		fmt.Fprintf(w, `<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>`, id)
		return
	}
	u := d.uploads[q.Get("uploadId")]
	if u == nil || u.parts == nil {
		answerErrorXML(w, 404, "NoSuchUpload", "The specified upload does not exist.")
		return
	}
	switch r.Method {
	case http.MethodPut:
		if content, _, ok := d.source(w, r); ok {
			number, _ := strconv.Atoi(q.Get("partNumber"))
			u.parts[number] = content
			fmt.Fprintf(w, `<CopyPartResult><ETag>"part"</ETag></CopyPartResult>`)
		}
	case http.MethodPost:
		var content []byte
		for _, number := range slices.Sorted(maps.Keys(u.parts)) {
			content = append(content, u.parts[number]...)
		}
		made := &stored{content: content, etag: fmt.Sprintf("%s-%d", etagFor(content), len(u.parts))}
		made.setHeader(u.header)
		made.tags, _ = tagsOf(u.header.Get("X-Amz-Tagging"))
		d.objects[u.key] = made
		u.parts = nil
		fmt.Fprintf(w, `<CompleteMultipartUploadResult><ETag>"%s"</ETag></CompleteMultipartUploadResult>`, made.etag)
	case http.MethodDelete:
		u.parts = nil
		w.WriteHeader(http.StatusNoContent)
	}
}

func (d *double) serveTags(w http.ResponseWriter, r *http.Request, object *stored) {
	if object == nil {
		answerErrorXML(w, 404, "NoSuchKey", "The specified key does not exist.")
		return
	}
	var doc tagging
	if r.Method == http.MethodPut {
		text, err := io.ReadAll(r.Body)
		if err == nil {
			err = xml.Unmarshal(text, &doc)
		}
		if err != nil {
			answerErrorXML(w, 400, "MalformedXML", err.Error())
			return
		}
		object.tags = map[string]string{}
		for _, t := range doc.Tags {
			object.tags[t.Key] = t.Value
		}
		return
	}
	for _, key := range slices.Sorted(maps.Keys(object.tags)) {
		doc.Tags = append(doc.Tags, tag{key, object.tags[key]})
	}
	_ = xml.NewEncoder(w).Encode(doc)
}

func etagFor(content []byte) string {
	sum := md5.Sum(content)
	return hex.EncodeToString(sum[:])
}

func tagsOf(text string) (map[string]string, error) {
	values, err := url.ParseQuery(text)
	tags := map[string]string{}
	for key := range values {
		tags[key] = values.Get(key)
	}
	return tags, err
}

// setHeader keeps what an upload says of its object.
func (o *stored) setHeader(h http.Header) {
	o.header = http.Header{}
	for name, values := range h {
		if strings.HasPrefix(name, "X-Amz-Meta-") || slices.Contains([]string{"Content-Type", "Cache-Control", "X-Amz-Storage-Class"}, name) {
			o.header[name] = values
		}
	}
}

// The following are parts of a harness for objecttest.

func (d *double) halfMove(_ *testing.T, id abstract.ObjectID, key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	from := d.objects[id.Key]
	header := http.Header{"X-Amz-Meta-" + http.CanonicalHeaderKey(copyOf): {id.Generation}}
	d.objects[key] = &stored{content: from.content, etag: "another", header: header}
}

func (d *double) tagsAt(_ *testing.T, key string) map[string]string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.objects[key].tags
}

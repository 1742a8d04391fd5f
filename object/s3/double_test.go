package s3

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// double is a store in memory that misbehaves as it is told. Left alone it
// passes objecttest, so what the tests below see is what they asked for.
type double struct {
	mu      sync.Mutex
	objects map[string]*stored
	faults  []*fault
	log     []string // "GET key bytes=0-9" and so on

	order func(keys []string) // of listings, which are sorted before

	uploads        map[string]*upload
	ignoresIfMatch bool // on DELETE
}

type stored struct {
	content  []byte
	etag     string // without quotes
	checksum string // CRC32, in base64
	encoding string // its Content-Encoding
	modified time.Time
	tags     map[string]string
	header   http.Header // of HEAD and GET, besides
}

// fault answers a request in place of the store; it returns false to let the
// store answer after all.
type fault struct {
	left  int // how often it strikes; negative: always
	serve func(w http.ResponseWriter, r *http.Request) bool
}

func newDouble() *double { return &double{objects: map[string]*stored{}} }

func (d *double) put(_ *testing.T, key string, content []byte) {
	sum, crc := md5.Sum(content), binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.objects[key] = &stored{
		content: bytes.Clone(content), etag: hex.EncodeToString(sum[:]),
		checksum: base64.StdEncoding.EncodeToString(crc), modified: time.Unix(1_700_000_000, 0),
	}
}

func (d *double) delete(_ *testing.T, key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.objects, key)
}

// fail lets the next requests be answered by serve, as long as left lasts.
func (d *double) fail(left int, serve func(w http.ResponseWriter, r *http.Request) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &fault{left, serve})
}

// refuse lets the next requests fail with an error of S3's form.
func (d *double) refuse(left, status int, code, message string, header ...string) {
	d.fail(left, func(w http.ResponseWriter, r *http.Request) bool {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		answerErrorXML(w, status, code, message)
		return true
	})
}

func answerErrorXML(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
}

// requests lists what was asked for since the last call.
func (d *double) requests() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	log := d.log
	d.log = nil
	return log
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	escaped, _ := strings.CutPrefix(r.URL.EscapedPath(), "/bucket")
	key, err := url.PathUnescape(strings.TrimPrefix(escaped, "/"))
	if err != nil {
		answerErrorXML(w, 400, "InvalidURI", err.Error())
		return
	}
	isList := r.URL.Query().Has("list-type")
	d.mu.Lock()
	verb := r.Method
	if isList {
		verb = "LIST"
	}
	d.log = append(d.log, strings.TrimSpace(verb+" "+key+" "+r.Header.Get("Range")))
	var serve []func(http.ResponseWriter, *http.Request) bool
	for _, f := range d.faults {
		if f.left != 0 {
			f.left--
			serve = append(serve, f.serve)
			break
		}
	}
	object := d.objects[key]
	d.mu.Unlock()
	for _, f := range serve {
		if f(w, r) {
			return
		}
	}
	switch {
	case isList:
		d.serveList(w, r)
	case d.serveChange(w, r, key):
	case object == nil:
		answerErrorXML(w, 404, "NoSuchKey", "The specified key does not exist.")
	default:
		object.serve(w, r)
	}
}

func (o *stored) serve(w http.ResponseWriter, r *http.Request) {
	if match := r.Header.Get("If-Match"); match != "" && match != `"`+o.etag+`"` {
		answerErrorXML(w, 412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
		return
	}
	h, content := w.Header(), o.content
	h.Set("ETag", `"`+o.etag+`"`)
	h.Set("Last-Modified", o.modified.UTC().Format(http.TimeFormat))
	maps.Copy(h, o.header)
	if len(o.tags) > 0 {
		h.Set("X-Amz-Tagging-Count", strconv.Itoa(len(o.tags)))
	}
	if o.encoding != "" {
		h.Set("Content-Encoding", o.encoding)
	}
	status := http.StatusOK
	if from, to, ok := rangeOf(r); ok {
		if from >= len(content) {
			answerErrorXML(w, 416, "InvalidRange", "The requested range is not satisfiable")
			return
		}
		to = min(to, len(content)-1)
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(content)))
		content, status = content[from:to+1], http.StatusPartialContent
	} else if r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" {
		h.Set("X-Amz-Checksum-Crc32", o.checksum)
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(content)
	}
}

func rangeOf(r *http.Request) (from, to int, ok bool) {
	n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
	return from, to, n == 2
}

type listResult struct {
	XMLName                             xml.Name `xml:"ListBucketResult"`
	Name, Prefix, NextContinuationToken string
	EncodingType                        string `xml:",omitempty"`
	IsTruncated                         bool
	KeyCount                            int
	Contents                            []listed
}

type listed struct {
	Key, ETag, LastModified string
	Size                    int
}

func (d *double) serveList(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	d.mu.Lock()
	defer d.mu.Unlock()
	keys := slices.Sorted(maps.Keys(d.objects))
	if d.order != nil {
		d.order(keys)
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, q.Get("prefix")) })
	position, after, continued := strings.Cut(q.Get("continuation-token"), " ")
	if !continued {
		after = q.Get("start-after")
	}
	keys = slices.DeleteFunc(keys, func(key string) bool { return key <= after })
	from, _ := strconv.Atoi(position)
	most, _ := strconv.Atoi(cmp.Or(q.Get("max-keys"), "1000"))
	to := min(from+most, len(keys))
	out := listResult{Name: "bucket", Prefix: q.Get("prefix"), EncodingType: q.Get("encoding-type"), KeyCount: to - from}
	if out.IsTruncated = to < len(keys); out.IsTruncated {
		out.NextContinuationToken = fmt.Sprint(to, " ", after)
	}
	for _, key := range keys[from:to] {
		o := d.objects[key]
		if out.EncodingType == "url" {
			key = url.QueryEscape(key)
		}
		out.Contents = append(out.Contents, listed{key, `"` + o.etag + `"`, o.modified.UTC().Format(time.RFC3339), len(o.content)})
	}
	if out.EncodingType == "url" {
		out.Prefix = url.QueryEscape(out.Prefix)
	}
	_ = xml.NewEncoder(w).Encode(out)
}

// setEnvironment gives the SDK credentials, and hides the user's own settings.
func setEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": canary, "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_REGION": "", "AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "", "AWS_CA_BUNDLE": "",
	} {
		t.Setenv(name, value)
	}
}

// canary is the secret key. No text may hold it.
const canary = "S3CR3T-canary"

// inBubble runs a test in a bubble in which the store and its clients talk
// through pipes, and time passes when all of them wait: so back-off and
// timeouts cost nothing, and are exact.
func inBubble(t *testing.T, run func(t *testing.T, d *double, b *Bucket)) {
	t.Helper()
	setEnvironment(t)
	synctest.Test(t, func(t *testing.T) {
		d, l := newDouble(), &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: d}
		var wg sync.WaitGroup
		wg.Go(func() { _ = server.Serve(l) })
		b := open(t, Options{Endpoint: "http://localhost", connect: func(t *http.Transport) { t.DialContext = l.dial }})
		run(t, d, b)
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		server.Close()
		wg.Wait()
	})
}

func open(t *testing.T, opts Options) *Bucket {
	t.Helper()
	b, err := Open(t.Context(), "bucket", opts)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pipes is a listener whose connections never leave the process.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }

// rest lets the bubble's time pass.
func rest(d time.Duration) { time.Sleep(d) }

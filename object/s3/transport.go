package s3

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/seed-ede61cd5/sluice/internal/awsclient"
	"github.com/seed-ede61cd5/sluice/object"
)

// transport sends the SDK's requests. It counts them, ends those that stall,
// and does not take half a listing for a whole one.
type transport struct {
	client *http.Client
	idle   time.Duration

	answered                          atomic.Bool // anything
	lists, gets, heads, writes, bytes atomic.Int64
}

func newTransport(t *http.Transport, opts Options) *transport {
	// Go would undo a Content-Encoding: gzip, and other bytes than the stored
	// ones would come out.
	t.DisableCompression = true
	return &transport{client: awsclient.Client(t), idle: cmp.Or(opts.idle, idleTimeout)}
}

func (t *transport) usage() object.Usage {
	return object.Usage{Lists: t.lists.Load(), Gets: t.gets.Load(), Heads: t.heads.Load(), Writes: t.writes.Load(), Bytes: t.bytes.Load()}
}

// errStalled ends a request to which nothing came for too long.
var errStalled = errors.New("the store kept silent for too long")

// Do sends one request and returns when the answer's header is there.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	isList := req.URL.Query().Has("list-type")
	switch {
	case isList:
		t.lists.Add(1)
	case req.Method == http.MethodHead:
		t.heads.Add(1)
	case req.Method == http.MethodGet:
		t.gets.Add(1)
	default:
		t.writes.Add(1)
	}
	ctx, cancel := context.WithCancelCause(req.Context())
	timer := time.AfterFunc(t.idle, func() { cancel(errStalled) })
	resp, err := t.client.Do(req.WithContext(ctx))
	timer.Stop()
	if err != nil {
		cancel(nil)
		return nil, stalled(ctx, err)
	}
	t.answered.Store(true)
	resp.Body = &watched{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, timer: timer, transport: t}
	if isList && resp.StatusCode == http.StatusOK {
		if err := readListing(resp); err != nil {
			return nil, err
		}
	}
	return resp, nil
}

// stalled says so if that is what ended a request.
func stalled(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

// watched is the body of an answer. The watchdog's time runs only while
// somebody waits for bytes.
type watched struct {
	io.ReadCloser
	ctx       context.Context
	cancel    context.CancelCauseFunc
	timer     *time.Timer
	transport *transport
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.transport.idle)
	n, err := w.ReadCloser.Read(p)
	w.timer.Stop()
	w.transport.bytes.Add(int64(n))
	if err != nil && err != io.EOF {
		err = stalled(w.ctx, err)
	}
	return n, err
}

func (w *watched) Close() error {
	w.timer.Stop()
	w.cancel(nil)
	return w.ReadCloser.Close()
}

// maxListing is more than a page of 1,000 keys can take, each 1,024 bytes and
// each byte escaped.
const maxListing = 16 << 20

// readListing reads the whole answer to a LIST and looks at how it ends. The
// SDK would take a body that breaks off between two keys for all of them, and
// an error that comes with the status 200 for an empty listing (S-02): that
// gets the status it should have had.
func readListing(resp *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxListing))
	closeErr := resp.Body.Close()
	if err = errors.Join(err, closeErr); err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	end := bytes.TrimSpace(text)
	switch {
	case bytes.HasSuffix(end, []byte("</ListBucketResult>")):
		return nil
	case bytes.HasSuffix(end, []byte("</Error>")):
		resp.StatusCode = http.StatusInternalServerError
		return nil
	}
	return fmt.Errorf("the listing breaks off after %d bytes: %w", len(text), io.ErrUnexpectedEOF)
}

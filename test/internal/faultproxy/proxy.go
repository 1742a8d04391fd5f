// Package faultproxy is an HTTP proxy that stands before an S3 server and
// misbehaves as told: request by request, in the ways in which networks and
// stores do. What it does not break it passes on byte for byte, the Host
// header too, since requests are signed with it.
package faultproxy

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
)

// Fault is what becomes of one request.
type Fault int

const (
	None     Fault = iota
	SlowDown       // 503 SlowDown, as S3 answers when it is asked too much (S-01)
	Internal       // 500 InternalError (S-01)
	Reset          // the connection is reset in the middle of the body (S-07)
	Cut            // the connection is closed in the middle of the body (S-08)
	Stall          // the body stops in the middle, and the connection stays open (S-10)
	NoRange        // the range that was asked for is ignored (S-11)
)

// Proxy is a running proxy. It counts what it passed on.
type Proxy struct {
	// URL is the proxy's address.
	URL string

	target *url.URL
	decide func(r *http.Request) Fault
	client *http.Client
	done   chan struct{}
}

// Start starts a proxy before the server at endpoint. decide is asked about
// each request, concurrently. The proxy ends with the test.
func Start(t testing.TB, endpoint string, decide func(r *http.Request) Fault) *Proxy {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}
	p := &Proxy{target: target, decide: decide, client: &http.Client{Transport: transport}, done: make(chan struct{})}
	server := httptest.NewServer(p)
	p.URL = server.URL
	t.Cleanup(func() {
		close(p.done)
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	return p
}

// ServeHTTP passes a request on, and its answer back as far as it should come.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := p.decide(r)
	switch fault {
	case SlowDown:
		refuse(w, http.StatusServiceUnavailable, "SlowDown")
		return
	case Internal:
		refuse(w, http.StatusInternalServerError, "InternalError")
		return
	}
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.RequestURI = p.target.Scheme, p.target.Host, ""
	out.Host = r.Host
	if fault == NoRange {
		out.Header.Del("Range") // which S3 clients do not sign
	}
	answer, err := p.client.Do(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	if answer.ContentLength >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(answer.ContentLength, 10))
	}
	w.WriteHeader(answer.StatusCode)
	switch fault {
	case Reset, Cut, Stall:
		_, _ = io.CopyN(w, answer.Body, answer.ContentLength/2)
		p.end(w, r, fault)
	default:
		_, _ = io.Copy(w, answer.Body) // the client sees by itself if it fails
	}
}

// end breaks off an answer.
func (p *Proxy) end(w http.ResponseWriter, r *http.Request, fault Fault) {
	_ = http.NewResponseController(w).Flush()
	switch fault {
	case Stall:
		select {
		case <-r.Context().Done():
		case <-p.done:
		}
	case Reset:
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0) // a close is then a reset
			}
			conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler) // the server closes the connection
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code><Message>as told by the test</Message></Error>`)
}

package s3

import (
	"crypto/tls"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// endpoints that would give something away.
func TestX03Endpoint(t *testing.T) {
	setEnvironment(t)
	for _, test := range []struct {
		opts Options
		want string // "" if it is fine
	}{
		{Options{}, ""},
		{Options{Endpoint: "https://store.example"}, ""},
		{Options{Endpoint: "http://127.0.0.1:9000"}, ""},
		{Options{Endpoint: "http://[::1]:9000"}, ""},
		{Options{Endpoint: "http://localhost:9000/"}, ""},
		{Options{Endpoint: "http://store.example", AllowHTTP: true}, ""},
		{Options{Endpoint: "http://store.example"}, "--allow-http"},
		{Options{Endpoint: "http://localhost.evil.example"}, "--allow-http"},
		{Options{Endpoint: "http://10.0.0.1"}, "--allow-http"},
		{Options{Endpoint: "store.example:9000"}, "https://HOST"},
		{Options{Endpoint: "ftp://store.example"}, "https://HOST"},
		{Options{Endpoint: "https://"}, "https://HOST"},
		{Options{Endpoint: "https://user:" + canary + "@store.example"}, "leave them out"},
		{Options{Endpoint: "https://store.example?x=" + canary}, "leave out what follows"},
		{Options{Endpoint: "ftp://user:" + canary + "@store.example"}, "https://HOST"},
		{Options{CAFile: "/does/not/exist"}, "CA file"},
		{Options{CAFile: "/dev/null"}, "no PEM certificate"},
		{Options{Profile: "nobody"}, "nobody"},
	} {
		_, err := Open(t.Context(), "bucket", test.opts)
		if test.want == "" {
			if err != nil {
				t.Errorf("%+v: %v", test.opts, err)
			}
			continue
		}
		wantError(t, err, abstract.Permanent, test.want)
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://store.example")
	_, err := Open(t.Context(), "bucket", Options{})
	wantError(t, err, abstract.Permanent, "--allow-http")
	if _, err := Open(t.Context(), "bucket", Options{Endpoint: "https://store.example"}); err != nil {
		t.Errorf("the option does not go before the environment: %v", err)
	}
}

// S-40: a certificate is verified, always.
func TestS40Certificates(t *testing.T) {
	setEnvironment(t)
	d := newDouble()
	d.put(t, "key", content(small))
	server := httptest.NewUnstartedServer(d)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail
	server.StartTLS()
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, test := range []struct {
		endpoint, ca, bundle, want string
		now                        time.Time
	}{
		{endpoint: server.URL, want: "--ca-file"},
		{endpoint: server.URL, ca: ca},
		{endpoint: server.URL, bundle: ca},
		{endpoint: "https://localhost" + port, ca: ca, want: "not valid"}, // it is for 127.0.0.1
		{endpoint: server.URL, ca: ca, want: "not valid", now: time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Setenv("AWS_CA_BUNDLE", test.bundle)
		b := open(t, Options{Endpoint: test.endpoint, CAFile: test.ca})
		if !test.now.IsZero() {
			clockOf(b).Time = func() time.Time { return test.now }
		}
		info, err := b.Stat(t.Context(), "key")
		switch {
		case test.want == "" && err == nil:
			wantRead(t, b, info, content(small))
		case test.want == "":
			t.Errorf("%+v: %v", test, err)
		default:
			wantError(t, err, abstract.Permanent, test.want)
		}
		b.Close()
	}
	plain := httptest.NewServer(d)
	defer plain.Close()
	b := open(t, Options{Endpoint: strings.Replace(plain.URL, "http:", "https:", 1)})
	_, err := b.Stat(t.Context(), "key")
	wantError(t, err, abstract.Permanent, "does not speak https")
}

func clockOf(b *Bucket) *tls.Config {
	return b.transport.client.Transport.(*http.Transport).TLSClientConfig
}

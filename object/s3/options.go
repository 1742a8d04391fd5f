package s3

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Options say how to reach the store. The zero value is AWS with what the
// environment and the shared configuration files say.
type Options struct {
	// Endpoint is the URL of a store other than AWS.
	Endpoint string
	// Region is the bucket's region; "" means what the environment or the
	// configuration says, and us-east-1 if they say nothing.
	Region string
	// PathStyle puts the bucket into the path of the URL rather than into the
	// host's name. For an endpoint that is an IP address or localhost it is
	// always so.
	PathStyle bool
	// Profile is the profile in the shared configuration files.
	Profile string
	// Role is the ARN of a role to assume.
	Role string
	// RequesterPays agrees to pay for requests to somebody else's bucket.
	RequesterPays bool
	// CAFile is a file of PEM certificates to trust besides the system's.
	CAFile string
	// AllowHTTP lets signed requests go over plain http to another host.
	AllowHTTP bool

	idle    time.Duration         // set by tests only; 0 means idleTimeout
	connect func(*http.Transport) // set by tests only
}

// idleTimeout is how long a store may keep silent: before it answers, and
// within a body.
const idleTimeout = 30 * time.Second

// checkEndpoint refuses what would send signed requests in the clear.
// A loopback address stays within the machine. Without an endpoint it is AWS,
// by https.
func checkEndpoint(text string, allowHTTP bool) (*url.URL, error) {
	if text == "" {
		return &url.URL{}, nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("endpoint %q: write it as https://HOST or http://HOST:PORT", redact(text))
	case u.User != nil:
		return nil, errors.New("the endpoint holds a user or a password: leave them out; credentials come from the usual AWS places")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("endpoint %q: leave out what follows ? or #", redact(text))
	case u.Scheme == "http" && !allowHTTP && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("endpoint %q: plain http to another host shows your data to the network: "+
			"use https, or allow it explicitly (--allow-http)", text)
	}
	return u, nil
}

// redact cuts from an address whatever may be a secret.
func redact(text string) string {
	if u, err := url.Parse(text); err == nil {
		u.User, u.RawQuery, u.Fragment = nil, "", ""
		return u.String()
	}
	return "(not a URL)"
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// needsPath tells whether a host cannot have the bucket's name before it.
func needsPath(u *url.URL) bool {
	return net.ParseIP(u.Hostname()) != nil || u.Hostname() == "localhost"
}

// trusted returns the system's certificate authorities and those of a file.
func trusted(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the CA file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("the CA file %q holds no PEM certificate", file)
	}
	return pool, nil
}

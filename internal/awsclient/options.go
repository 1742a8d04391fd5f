package awsclient

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

// Options say how to reach a service. The zero value is AWS with what the
// environment and the shared configuration files say.
type Options struct {
	// Region is the service's region; "" means what the environment or the
	// configuration says, and us-east-1 if they say nothing.
	Region string
	// Profile is the profile in the shared configuration files.
	Profile string
	// Role is the ARN of a role to assume.
	Role string
	// CAFile is a file of PEM certificates to trust besides the system's.
	CAFile string
	// Connect changes the transport before it is used. Nil leaves it.
	Connect func(*http.Transport)
	// Timeout is how long a service may take to give credentials. 0 means
	// 30 s.
	Timeout time.Duration
}

// CheckEndpoint refuses what would send signed requests in the clear.
// A loopback address stays within the machine. Without an endpoint it is AWS,
// by https.
func CheckEndpoint(text string, allowHTTP bool) (*url.URL, error) {
	if text == "" {
		return &url.URL{}, nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("endpoint %q: write it as https://HOST or http://HOST:PORT", Redact(text))
	case u.User != nil:
		return nil, errors.New("the endpoint holds a user or a password: leave them out; credentials come from the usual AWS places")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("endpoint %q: leave out what follows ? or #", Redact(text))
	case u.Scheme == "http" && !allowHTTP && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("endpoint %q: plain http to another host shows your data to the network: "+
			"use https, or allow it explicitly (--allow-http)", text)
	}
	return u, nil
}

// Redact cuts from an address whatever may be a secret.
func Redact(text string) string {
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

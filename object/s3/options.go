package s3

import (
	"net"
	"net/http"
	"net/url"
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

	idle     time.Duration         // set by tests only; 0 means idleTimeout
	copyPart int64                 // set by tests only; 0 means copyPart
	connect  func(*http.Transport) // set by tests only
}

// idleTimeout is how long a store may keep silent: before it answers, and
// within a body.
const idleTimeout = 30 * time.Second

// needsPath tells whether a host cannot have the bucket's name before it.
func needsPath(u *url.URL) bool {
	return net.ParseIP(u.Hostname()) != nil || u.Hostname() == "localhost"
}

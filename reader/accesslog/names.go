package accesslog

import (
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// kind is what is special about a value.
type kind uint8

const (
	plain   kind = iota
	clock        // 10/Oct/2000:13:55:36 -0700
	status       // digits, perhaps with zeros ahead
	request      // GET / HTTP/1.1
)

// milliseconds since 1970 as nginx writes them: 1700000000.123.
const milliseconds = abstract.Type("decimal(16,3)")

// nginxValue is the column of a variable. Values are typed that nginx itself
// counts or measures: a header may say anything. Those of upstream servers are
// lists where several were asked.
func nginxValue(name string) value {
	v := value{name: name, typ: abstract.Text}
	switch name {
	case "status":
		v.typ, v.kind = abstract.Int64, status
	case "body_bytes_sent", "bytes_sent", "request_length", "connection", "connection_requests", "pid", "remote_port", "server_port":
		v.typ = abstract.Int64
	case "request_time", "connection_time", "gzip_ratio":
		v.typ = abstract.Float64
	case "msec":
		v.typ = milliseconds
	case "time_iso8601":
		v.typ = abstract.TimestampTZ
	case "time_local":
		v.typ, v.kind = abstract.TimestampTZ, clock
	case "request":
		v.kind = request
	}
	if strings.HasPrefix(name, "tcpinfo_") {
		v.typ = abstract.Int64
	}
	return v
}

// apacheValues has the columns of directives without an argument.
var apacheValues = map[string]value{
	"a": {name: "remote_ip", typ: abstract.Text},
	"A": {name: "local_ip", typ: abstract.Text},
	"b": {name: "bytes", typ: abstract.Int64},
	"B": {name: "bytes", typ: abstract.Int64},
	"D": {name: "duration_us", typ: abstract.Int64},
	"f": {name: "filename", typ: abstract.Text},
	"h": {name: "host", typ: abstract.Text},
	"H": {name: "protocol", typ: abstract.Text},
	"I": {name: "bytes_received", typ: abstract.Int64},
	"k": {name: "keepalive_requests", typ: abstract.Int64},
	"l": {name: "ident", typ: abstract.Text},
	"L": {name: "log_id", typ: abstract.Text},
	"m": {name: "method", typ: abstract.Text},
	"O": {name: "bytes_sent", typ: abstract.Int64},
	"p": {name: "port", typ: abstract.Int64},
	"P": {name: "pid", typ: abstract.Int64},
	"q": {name: "query", typ: abstract.Text},
	"r": {name: "request", typ: abstract.Text, kind: request},
	"R": {name: "handler", typ: abstract.Text},
	"s": {name: "status", typ: abstract.Int64, kind: status},
	"S": {name: "bytes_transferred", typ: abstract.Int64},
	"t": {name: "time", typ: abstract.TimestampTZ, kind: clock},
	"T": {name: "duration_s", typ: abstract.Int64},
	"u": {name: "user", typ: abstract.Text},
	"U": {name: "url", typ: abstract.Text},
	"v": {name: "server", typ: abstract.Text},
	"V": {name: "server_name", typ: abstract.Text},
	"X": {name: "connection", typ: abstract.Text},
}

// apachePrefixes are what the columns of directives with a name begin with.
var apachePrefixes = map[string]string{
	"C": "cookie_", "e": "env_", "i": "header_", "n": "note_", "o": "response_header_", "^ti": "trailer_", "^to": "response_trailer_",
}

// apacheNamed is the column of a directive with an argument, and whether it is
// one.
func apacheNamed(directive, argument string) (v value, ok bool) {
	prefix := apachePrefixes[directive]
	name := strings.ToLower(argument)
	switch {
	case directive == "i" && name == "referer":
		return value{name: "referer", typ: abstract.Text}, true
	case directive == "i" && name == "user-agent":
		return value{name: "user_agent", typ: abstract.Text}, true
	case prefix != "":
		return value{name: prefix + plainName(name), typ: abstract.Text}, true
	case directive == "t":
		return apacheTime(argument), true
	case directive == "T" && (name == "s" || name == "ms" || name == "us"):
		return value{name: "duration_" + name, typ: abstract.Int64}, true
	case directive == "p" && (name == "canonical" || name == "local" || name == "remote"):
		return value{name: strings.TrimPrefix(name+"_port", "canonical_"), typ: abstract.Int64}, true
	case directive == "P" && name == "pid":
		return apacheValues["P"], true
	case directive == "P" && (name == "tid" || name == "hextid"):
		return value{name: "tid", typ: abstract.Text}, true
	case directive == "a" && name == "c":
		return value{name: "peer_ip", typ: abstract.Text}, true
	case directive == "h" && name == "c":
		return value{name: "peer_host", typ: abstract.Text}, true
	case directive == "L" && name == "c":
		return value{name: "connection_log_id", typ: abstract.Text}, true
	}
	return value{}, false
}

// apacheTime is the column of a time in a form of its own. What strftime writes is
// text, for the user to say what it is.
func apacheTime(form string) value {
	form = strings.TrimPrefix(strings.TrimPrefix(form, "begin:"), "end:")
	switch form {
	case "sec", "msec", "usec":
		return value{name: "time_" + form, typ: abstract.Int64}
	case "msec_frac", "usec_frac":
		return value{name: "time_" + form, typ: abstract.Text}
	}
	return value{name: "time", typ: abstract.Text}
}

// plainName makes a column's name of a header's.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, name)
}

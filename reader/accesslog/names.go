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

// apacheValue is the column of a directive without an argument, and whether it
// is one.
func apacheValue(directive string) (v value, ok bool) {
	switch directive {
	case "a":
		v = value{name: "remote_ip"}
	case "A":
		v = value{name: "local_ip"}
	case "b", "B":
		v = value{name: "bytes", typ: abstract.Int64}
	case "D":
		v = value{name: "duration_us", typ: abstract.Int64}
	case "f":
		v = value{name: "filename"}
	case "h":
		v = value{name: "host"}
	case "H":
		v = value{name: "protocol"}
	case "I":
		v = value{name: "bytes_received", typ: abstract.Int64}
	case "k":
		v = value{name: "keepalive_requests", typ: abstract.Int64}
	case "l":
		v = value{name: "ident"}
	case "L":
		v = value{name: "log_id"}
	case "m":
		v = value{name: "method"}
	case "O":
		v = value{name: "bytes_sent", typ: abstract.Int64}
	case "p":
		v = value{name: "port", typ: abstract.Int64}
	case "P":
		v = value{name: "pid", typ: abstract.Int64}
	case "q":
		v = value{name: "query"}
	case "r":
		v = value{name: "request", kind: request}
	case "R":
		v = value{name: "handler"}
	case "s":
		v = value{name: "status", typ: abstract.Int64, kind: status}
	case "S":
		v = value{name: "bytes_transferred", typ: abstract.Int64}
	case "t":
		v = value{name: "time", typ: abstract.TimestampTZ, kind: clock}
	case "T":
		v = value{name: "duration_s", typ: abstract.Int64}
	case "u":
		v = value{name: "user"}
	case "U":
		v = value{name: "url"}
	case "v":
		v = value{name: "server"}
	case "V":
		v = value{name: "server_name"}
	case "X":
		v = value{name: "connection"}
	}
	if v.typ == "" {
		v.typ = abstract.Text
	}
	return v, v.name != ""
}

// apacheNamed is the column of a directive with an argument, and whether it is
// one.
func apacheNamed(directive, argument string) (v value, ok bool) {
	prefix := map[string]string{
		"C": "cookie_", "e": "env_", "i": "header_", "n": "note_", "o": "response_header_", "^ti": "trailer_", "^to": "response_trailer_",
	}[directive]
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
		return apacheValue("P")
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
	switch _, unit, found := strings.Cut(form, ":"); {
	case found && (strings.HasPrefix(form, "begin:") || strings.HasPrefix(form, "end:")):
		form = unit
	}
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

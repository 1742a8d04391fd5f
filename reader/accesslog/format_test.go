package accesslog

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/reader"
)

// columnsOf is the columns of a format, as name or name=type where it is no text.
func columnsOf(p *pattern) string {
	var list []string
	for i, name := range p.columns {
		if p.types[i] != "text" {
			name += "=" + string(p.types[i])
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

func TestColumnsOfFormats(t *testing.T) {
	const requestColumns = "request method path protocol"
	for format, want := range map[string]string{
		"":          "host ident user time=timestamptz " + requestColumns + " status=int64 bytes=int64 referer user_agent",
		"combined":  "host ident user time=timestamptz " + requestColumns + " status=int64 bytes=int64 referer user_agent",
		"common":    "host ident user time=timestamptz " + requestColumns + " status=int64 bytes=int64",
		nginxMain:   "remote_addr remote_user time_local=timestamptz " + requestColumns + " status=int64 body_bytes_sent=int64 http_referer http_user_agent request_time=float64 msec=decimal(16,3)",
		`%h \"%r\"`: "host " + requestColumns,
		"$time_iso8601\t${upstream_addr} $Request_Length":     "time_iso8601=timestamptz upstream_addr request_length=int64",
		"$tcpinfo_rtt,$gzip_ratio,$connection_requests,$pipe": "tcpinfo_rtt=int64 gzip_ratio=float64 connection_requests=int64 pipe",
		"%v:%p %a %A %{c}a": "server port=int64 remote_ip local_ip peer_ip",
		"%b %B %I %O %S":    "bytes=int64 bytes_2=int64 bytes_received=int64 bytes_sent=int64 bytes_transferred=int64",
		"%D %T %{ms}T":      "duration_us=int64 duration_s=int64 duration_ms=int64",
		"%!200,304{Referer}i %400,501{X-Forwarded-For}i %>{Content-Type}o %<{Id}C %{a}e %{b}n": "referer header_x_forwarded_for response_header_content_type cookie_id env_a note_b",
		"%{sec}t %{begin:msec}t %{usec_frac}t %{%Y-%m-%dT%H:%M:%S%z}t %{end:%s}t":              "time_sec=int64 time_msec=int64 time_usec_frac time time_2",
		"%{remote}p %{canonical}p %P %{pid}P %{tid}P %{X}^ti %k %X %L %f %q %U %R %V":          "remote_port=int64 port=int64 pid=int64 pid_2=int64 tid trailer_x keepalive_requests=int64 connection log_id filename query url handler server_name",
		`%m "%r" %H`:                "method request path protocol",
		`"$request" "$request"`:     "request method path protocol request_2",
		`100%% of %u`:               "user",
		`$request_method "%r" 100%`: "request_method",
	} {
		p, err := compile(format)
		if err != nil {
			t.Errorf("%q: %v", format, err)
		} else if got := columnsOf(p); got != want {
			t.Errorf("%q has columns %s, want %s", format, got, want)
		}
	}
}

func TestFormatsThatAreRefused(t *testing.T) {
	for format, want := range map[string]string{
		"x":               "it has no value",
		"remote_addr":     "it has no value",
		"$":               "it has no value",
		"%":               "no directive follows the %",
		"%h %>":           "no directive follows the %",
		"%h%u":            "no text between host and user",
		"$a$b":            "no text between a and b",
		"$a ${b":          "no variable follows the $",
		"$a $":            "no variable follows the $",
		"%{Referer":       "no } follows",
		"%h %y":           `no directive "%y"`,
		"%{x}q":           `no directive "%{x}q"`,
		"%h\n%u":          "line ends",
		`%h\n%u`:          "line ends",
		"$a\n$b":          "line ends",
		"$a \x00 $b":      "NUL bytes",
		`$a \n$b`:         "line ends",
		"%^t":             "no directive follows the %",
		manyValues(t, ""): "more than 4096 are not read",
	} {
		_, err := compile(format)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %s", format, err, want)
		}
		if err := New().(reader.HintsChecker).CheckHints(reader.Hints{AccessFormat: format}); err == nil {
			t.Errorf("%.40q: the hints are said to be fine", format)
		}
		if _, err := New().Sample(t.Context(), inMemory("x\n"), reader.Hints{AccessFormat: format}); err == nil {
			t.Errorf("%.40q: a file is sampled", format)
		}
	}
}

func manyValues(t *testing.T, text string) string {
	t.Helper()
	for i := range reader.MaxColumns + 1 {
		text += fmt.Sprintf("$v%d ", i)
	}
	return text
}
